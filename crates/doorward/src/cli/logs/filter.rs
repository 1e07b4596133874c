//! Which events are shown, as typed: `client:Storefront outcome:failed`, and words of the text.
//!
//! A value ends where the next name begins, so names with spaces need no quotes; quotes do no harm.
//! Source: the filter text of the log page.

use doorward_engine::clients;
use doorward_engine::logs::list::EventQuery;
use doorward_model::ids::{ClientId, UserId};
use doorward_model::log::code::{EventCode, Level};
use doorward_model::log::event::Event;
use doorward_model::log::kind::EventKind;
use doorward_model::spelling::nearest;

use crate::cli::clients::find;
use crate::failure::{Exit, Failure};
use crate::open::Opened;

const NAMES: [&str; 5] = ["client:", "user:", "kind:", "outcome:", "type:"];

/// What is to be shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// What the log itself picks.
    pub query: EventQuery,
    /// Words that must stand in the text, lower-cased.
    words: Vec<String>,
}

/// A filter taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts {
    named: Vec<(&'static str, String)>,
    words: Vec<String>,
}

impl Wanted {
    /// Reads the filter; a client may be named by its id or by its name.
    pub(super) async fn read(opened: &Opened, texts: &[String]) -> Result<Self, Failure> {
        let parts = parts(&texts.join(" "))?;
        let mut wanted = Self { words: parts.words, ..Self::default() };
        let mut codes: Vec<EventCode> = EventCode::ALL.to_vec();
        for (name, value) in parts.named {
            match name {
                "client:" => wanted.query.client = Some(client(opened, &value).await?),
                "user:" => {
                    let id =
                        UserId::parse(&value).map_err(|error| unusable(name, &value, &error.to_string()))?;
                    wanted.query.user = Some(id);
                }
                "kind:" => {
                    let kind = kind(&value)?;
                    codes.retain(|code| EventKind::of(*code) == kind);
                }
                "outcome:" => {
                    let level = outcome(&value)?;
                    codes.retain(|code| code.level() == level);
                }
                _ => {
                    let known = EventCode::ALL.iter().any(|code| code.as_str() == value);
                    if !known {
                        return Err(unusable(name, &value, "there is no such type of event"));
                    }
                    codes.retain(|code| code.as_str() == value);
                }
            }
        }
        if codes.is_empty() {
            let why = "An event has one kind, one outcome and one type, and these never come together.";
            return Err(Failure::usage("The filter lets nothing through.", why, "Leave some of them out."));
        }
        // All of them is no choice.
        wanted.query.codes = if codes.len() == EventCode::ALL.len() { Vec::new() } else { codes };
        Ok(wanted)
    }

    /// Whether the words stand in the event's text.
    pub(super) fn takes(&self, event: &Event) -> bool {
        let texts = [
            Some(event.description.as_str()),
            event.client_name.as_deref(),
            event.user_name.as_deref(),
            event.connection_name.as_deref(),
            event.ip.as_deref(),
            Some(event.code.title()),
        ];
        let text = texts.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase();
        self.words.iter().all(|word| text.contains(word.as_str()))
    }
}

fn parts(text: &str) -> Result<Parts, Failure> {
    let mut parts = Parts::default();
    let mut current: Option<(&'static str, Vec<&str>)> = None;
    for word in text.split_whitespace() {
        let named = NAMES.iter().find_map(|name| Some((*name, word.strip_prefix(name)?)));
        match (named, &mut current) {
            (Some((name, rest)), _) => {
                parts.named.extend(current.take().map(|(name, words)| (name, bare(&words))));
                current = Some((name, vec![rest]));
            }
            (None, Some((_, words))) => words.push(word),
            (None, None) => match unknown_name(word) {
                Some(name) => return Err(unusable(name, &word[name.len()..], &no_such_name(name))),
                None => parts.words.push(word.trim_matches('"').to_lowercase()),
            },
        }
    }
    parts.named.extend(current.map(|(name, words)| (name, bare(&words))));
    Ok(parts)
}

/// What looks like the name of a filter: letters and a colon. In quotes, or before two slashes, it is text.
fn unknown_name(word: &str) -> Option<&str> {
    let (letters, rest) = word.split_once(':')?;
    let is_name = !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    (is_name && !rest.starts_with("//")).then(|| &word[..=letters.len()])
}

fn no_such_name(name: &str) -> String {
    let meant = nearest(&name.to_lowercase(), NAMES)
        .map_or_else(String::new, |meant| format!("did you mean {meant}? "));
    format!("{meant}A filter begins with one of {}; put text with a colon into quotes", NAMES.join(" "))
}

fn bare(words: &[&str]) -> String {
    words.join(" ").trim_matches('"').to_owned()
}

fn outcome(text: &str) -> Result<Level, Failure> {
    match text {
        "failed" => Ok(Level::Failure),
        "success" => Ok(Level::Success),
        "warning" => Ok(Level::Warning),
        _ => Err(unusable("outcome:", text, "an outcome is failed, success or warning")),
    }
}

fn kind(text: &str) -> Result<EventKind, Failure> {
    let known = EventKind::ALL.map(EventKind::as_str);
    EventKind::parse(text).ok_or_else(|| {
        let meant = nearest(&text.to_lowercase(), known);
        let meant = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "));
        unusable("kind:", text, &format!("{meant}A kind is one of {}", known.join(", ")))
    })
}

fn unusable(name: &str, value: &str, why: &str) -> Failure {
    let what = format!("The filter {name}{value} cannot be used.");
    Failure::usage(what, format!("{why}."), "Type `doorward logs tail --help` to see what a filter may say.")
}

/// The client of that id, else the one of that name.
async fn client(opened: &Opened, text: &str) -> Result<ClientId, Failure> {
    match find::overview(opened, text).await {
        Ok(overview) => Ok(overview.client.id),
        // The log outlives clients: what is spelled like an id may be one that was deleted.
        Err(failure) if failure.exit == Exit::NotFound && is_like_an_id(text) => {
            clients::parse_id(text).ok_or(failure)
        }
        Err(failure) => Err(failure),
    }
}

/// 32 letters and digits, or `tpc_` and 22.
fn is_like_an_id(text: &str) -> bool {
    let (rest, length) = text.strip_prefix("tpc_").map_or((text, 32), |rest| (rest, 22));
    rest.len() == length && rest.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_the_next_name_begins() {
        let read = |text: &str| parts(text).unwrap();
        let named = |name, value: &str| (name, value.to_owned());
        assert_eq!(read("").named, []);
        let both = read("client:Billing portal outcome:failed");
        assert_eq!(both.named, [named("client:", "Billing portal"), named("outcome:", "failed")]);
        assert_eq!(read("client:\"Billing portal\" type:fp").named[0], named("client:", "Billing portal"));
        let words = read("Callback \"url\" user:auth0|1");
        assert_eq!(
            (words.words, words.named),
            (vec!["callback".into(), "url".into()], vec![named("user:", "auth0|1")])
        );
    }

    #[test]
    fn a_name_that_is_none_is_not_taken_for_text() {
        let failure = parts("client:Shop").and(parts("clinet:Shop")).unwrap_err().to_string();
        assert!(failure.contains("did you mean client:?") && failure.contains("quotes"), "{failure}");
        for text in ["\"bogus:x\"", "https://app.test/cb", "10:42", "word"] {
            assert_eq!(parts(text).unwrap().words, [text.trim_matches('"')], "{text}");
        }
    }

    #[test]
    fn ids_of_both_kinds_of_clients_are_known_by_their_look() {
        assert!(is_like_an_id(&"a1B2".repeat(8)) && is_like_an_id(&format!("tpc_{}", "x".repeat(22))));
        for no in ["Billing portal", "tpc_x", "a name that is 32 letters long..", ""] {
            assert!(!is_like_an_id(no), "{no}");
        }
    }

    #[test]
    fn an_outcome_is_one_of_three() {
        assert_eq!(outcome("failed").unwrap(), Level::Failure);
        assert!(outcome("bad").is_err());
    }

    #[test]
    fn a_kind_is_one_that_the_dashboard_has() {
        assert_eq!(kind("Logins").unwrap(), EventKind::Logins);
        assert!(kind("login").unwrap_err().to_string().contains("did you mean logins? A kind is"));
    }
}
