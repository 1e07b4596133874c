//! Who blocked a person and when, as far back as the log goes.

use doorward_model::log::event::Event;
use serde_json::Value;

use super::token::moment;
use super::{Explanation, hint, inner, message};
use crate::login::BLOCKED;

/// Whether somebody was refused because they are blocked.
pub(super) fn is_about(event: &Event) -> bool {
    let said = message(event).unwrap_or(&event.description);
    said == "user is blocked" || said == "The user is blocked" || hint(event) == Some(BLOCKED)
}

/// The change that blocked the person, among those of them before it, from newest to oldest.
pub(super) fn change(changes: &[Event]) -> Option<&Event> {
    let mut found = None;
    for event in changes.iter().filter(|event| names_it(event)) {
        match asked(event) {
            Some(false) => break,
            // Whoever sent it once more along with something else did not block them.
            Some(true) => found = Some(event),
            // At the command line it is only done to who is not blocked.
            None => return found.or(Some(event)),
        }
    }
    found
}

fn names_it(event: &Event) -> bool {
    let fields = event.details.get("fields").and_then(Value::as_array);
    fields.is_some_and(|fields| fields.iter().any(|field| field == "blocked")) || asked(event).is_some()
}

/// What the request said, where the event holds it.
fn asked(event: &Event) -> Option<bool> {
    event.details.get("request")?.get("body")?.get("blocked")?.as_bool()
}

/// The explanation with who did it and when.
pub(super) fn told(change: &Event, known: &Explanation) -> Explanation {
    let (who, when) = (who(change), moment(&change.at.to_string()));
    let why = format!("The person was blocked by {who} on {when}.");
    Explanation { why, ..known.clone() }
}

/// Who did something, in the middle of a sentence.
pub(super) fn who(change: &Event) -> &str {
    match inner(change, "by", "kind") {
        Some("command_line") => "somebody at the command line of the server",
        Some("admin") => inner(change, "by", "email").unwrap_or("an admin"),
        Some("client" | "user") => inner(change, "by", "name").unwrap_or("a program"),
        _ => "somebody",
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::log::code::EventCode;
    use serde_json::json;

    use super::super::{explain, tests::event};
    use super::*;

    fn sent(by: &str, body: &Value) -> Event {
        let details = json!({
            "by": { "kind": "client", "name": by }, "request": { "body": body },
            "fields": body.as_object().unwrap().keys().collect::<Vec<_>>(),
        });
        event(EventCode::ManagementWrite, "Update a user", details)
    }

    fn typed() -> Event {
        let details = json!({ "by": { "kind": "command_line" }, "fields": ["blocked"] });
        event(EventCode::ManagementWrite, "Update a user", details)
    }

    #[test]
    fn the_one_who_blocked_is_found_behind_what_was_said_again() {
        let block = |by: &str| sent(by, &json!({ "blocked": true }));
        let named = sent("Namer", &json!({ "name": "Ada" }));
        let again = sent("Sync", &json!({ "blocked": true, "name": "Ada" }));
        let open = sent("Opener", &json!({ "blocked": false }));
        let by =
            |changes: &[Event]| change(changes).map(|found| inner(found, "by", "name").map(str::to_owned));
        assert_eq!(by(&[named.clone(), block("Mara")]), Some(Some("Mara".to_owned())));
        assert_eq!(
            by(&[again, named.clone(), block("Mara"), open.clone(), block("Old")]),
            Some(Some("Mara".to_owned()))
        );
        assert_eq!(by(&[typed(), open.clone()]), Some(None), "the command line has no name");
        assert_eq!(by(&[named, open]), None);
    }

    #[test]
    fn who_and_when_are_said() {
        let refused = event(EventCode::LoginFailed, "The user is blocked", json!({}));
        assert!(is_about(&refused));
        let known = explain(&refused).unwrap();
        let said = told(&typed(), &known);
        let day = &typed().at.to_string()[..10];
        let opening =
            format!("The person was blocked by somebody at the command line of the server on {day} at ");
        assert!(said.why.starts_with(&opening) && said.fix == known.fix, "{said:?}");
        assert!(told(&sent("Mara", &json!({ "blocked": true })), &known).why.contains(" by Mara on "));
    }
}
