//! Why nobody is sent to the address that was asked for.
//!
//! The event holds the address; which entry of the list is near to it, and which character differs, the doctor
//! says from the lists as they are now.

use doorward_model::log::event::Event;
use doorward_protocol::oauth::doctor::{Diagnosis, Diff, Offer, Purpose, Span, visible};

use super::{Explanation, Mismatch, Part};
use crate::doctor::{Asked, Examined, asked_of};

/// By the event alone; none for what is about no address.
pub(super) fn explain(event: &Event) -> Option<Explanation> {
    let asked = asked_of(event)?;
    let why = format!("{} It is not among the {}.", request(&asked), asked.purpose.list());
    let fix = "Compare the two character by character. If the address is the app's own, put it on the list.";
    Some(Explanation::new(event, why, fix, Some(part(asked.purpose))))
}

/// By the lists of the client as they are now.
pub(super) fn examined(event: &Event, examined: &Examined) -> Explanation {
    let asked = &examined.asked;
    let list = asked.purpose.list();
    let Some(found) = examined.diagnosis() else {
        let why = format!("{} It was not among the {list} then; it is now.", request(asked));
        return Explanation::new(event, why, "", None);
    };
    let mut why = format!("{} It is not among the {list}. {}", request(asked), found.sentence);
    if let Some(near) = &found.nearest {
        why.push_str(&format!(" Nearest allowed: {}.{}", visible(&near.listed_text()), differing(near)));
    }
    let owner = found.owner.as_ref().map(|(id, name)| format!(" The Client ID of {name} is {id}."));
    let fix = format!("{}{}", found.advice, owner.unwrap_or_default());
    let known = Explanation::new(event, why, fix, Some(part(asked.purpose)));
    Explanation { address: Some(mismatch(asked, found)), ..known }
}

fn mismatch(asked: &Asked, found: &Diagnosis) -> Mismatch {
    let setting = match asked.purpose {
        Purpose::Login => "callbacks",
        Purpose::Logout => "allowed_logout_urls",
    };
    Mismatch {
        asked: shown(asked),
        allowed: found.nearest.as_ref().map(|near| visible(&near.listed_text())),
        cause: found.sentence.clone(),
        addition: (found.offer == Offer::Allow).then(|| (setting, asked.url.clone())),
    }
}

fn shown(asked: &Asked) -> String {
    format!("{}{}", visible(&asked.url), if asked.is_whole { "" } else { "…" })
}

fn request(asked: &Asked) -> String {
    let when = match asked.purpose {
        Purpose::Login => "return",
        Purpose::Logout => "return after the logout",
    };
    format!("The app asked to {when} to {}.", shown(asked))
}

/// Which characters differ, where that is a part of the address.
fn differing(diff: &Diff) -> String {
    let of = |spans: &[Span]| {
        let parts: Vec<String> =
            spans.iter().filter(|span| span.differs).map(|span| format!("`{}`", span.shown())).collect();
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(" and ") }
    };
    let is_all = |spans: &[Span]| spans.iter().all(|span| span.differs);
    if is_all(&diff.asked) || is_all(&diff.listed) {
        return String::new();
    }
    format!(" Where they differ, the request has {} and the list {}.", of(&diff.asked), of(&diff.listed))
}

fn part(purpose: Purpose) -> Part {
    match purpose {
        Purpose::Login => Part::Callbacks,
        Purpose::Logout => Part::LogoutUrls,
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::log::code::EventCode;
    use serde_json::json;

    use super::super::{Place, explain, tests::event};
    use super::*;

    #[test]
    fn an_address_is_named_without_the_lists_beside_it() {
        for (code, number, name, list, part) in [
            (EventCode::LoginFailed, 102, "redirect_uri", "Allowed Callback URLs", Part::Callbacks),
            (EventCode::LogoutFailed, 107, "return_to", "Allowed Logout URLs", Part::LogoutUrls),
        ] {
            let refused = event(code, "x", json!({ "number": number, name: "https://a.test/\u{200b}cb" }));
            let known = explain(&refused).unwrap();
            assert!(known.why.contains("https://a.test/⟨U+200B⟩cb. It is not among the "), "{}", known.why);
            assert!(known.why.contains(list), "{}", known.why);
            let place = Place::Client(refused.client.clone().unwrap(), part);
            assert_eq!(known.fix.unwrap().place, Some(place));
        }
    }

    #[test]
    fn what_differs_is_named_on_both_sides() {
        let told = |asked: &str, listed: &str| differing(&Diff::between(asked, listed));
        assert_eq!(
            told("https://a.test/cb/", "https://a.test/cb"),
            " Where they differ, the request has `/` and the list nothing."
        );
        assert_eq!(
            told("http://localhost:3001/callback", "http://localhost:3000/callback"),
            " Where they differ, the request has `1` and the list `0`."
        );
        assert_eq!(told("abc", "xyz"), "", "nothing is the same");
    }
}
