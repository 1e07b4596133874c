//! The command that lets a refused address through, where that is safe and can be typed as it stands.
//!
//! A stranger chose the address, so nothing of it may mean anything to a shell. Source: UX §4.

use doorward_engine::logs::explain::Explanation;
use doorward_model::log::event::Event;

use crate::cli::clients::find;
use crate::open::Opened;

/// The command for a failure; none where there is none, or the address has characters that one cannot type safely.
pub(super) async fn mending(opened: &Opened, event: &Event, known: &Explanation) -> Option<String> {
    let (setting, url) = known.address.as_ref()?.addition.as_ref()?;
    let change = quoted(&format!("{setting}+={url}"))?;
    Some(format!("doorward clients set {} {change}", client(opened, event).await?))
}

/// The client by its name in small letters, where that is one word and no other client has it; else by its id.
async fn client(opened: &Opened, event: &Event) -> Option<String> {
    let id = event.client.as_ref()?;
    let name = event.client_name.as_deref().unwrap_or_default().to_lowercase();
    if is_word(&name) && find::overview(opened, &name).await.is_ok_and(|found| found.client.id == *id) {
        return Some(name);
    }
    Some(id.as_str().to_owned())
}

fn is_word(name: &str) -> bool {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_of_word)
}

/// The text as one argument of a shell, in single quotes where a character could mean something. A comma parts the
/// entries of a list, and a quote ends what is quoted: neither can be typed as it is.
fn quoted(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/._%@+=-".contains(c);
    if text.chars().all(is_plain) {
        return Some(text.to_owned());
    }
    text.chars().all(|c| c.is_ascii_graphic() && c != '\'' && c != ',').then(|| format!("'{text}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_address_means_anything_to_a_shell() {
        let plain = "callbacks+=http://localhost:5173/call-back_%20.x/";
        assert_eq!(quoted(plain).as_deref(), Some(plain));
        for mean in ["?a=b&c=d", ";rm", "$(id)", "`id`", "~", "*", "(x)", "!x", "\\x", "#x", "\"x\""] {
            let text = format!("callbacks+=http://localhost/{mean}");
            assert_eq!(quoted(&text), Some(format!("'{text}'")), "{mean}");
        }
        for never in ["'; rm", "a,b", "a b", "\n", "\u{1b}[2J", "\u{200b}", "ä"] {
            assert_eq!(quoted(&format!("callbacks+=http://localhost/{never}")), None, "{never:?}");
        }
    }

    #[test]
    fn a_name_is_typed_where_it_is_one_word() {
        assert!(is_word("storefront") && is_word("shop-2.test_x"));
        assert!(
            !is_word("billing portal") && !is_word("-x") && !is_word("") && !is_word("a;b") && !is_word("ä")
        );
    }
}
