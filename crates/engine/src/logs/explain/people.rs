//! What people typed, who is locked out, and what admins and programs were refused.

use doorward_model::ids::ClientId;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;

use super::{Explanation, Part, Place, inner, message};
use crate::login::attempts::WINDOW;

pub(super) fn explain(event: &Event) -> Explanation {
    let connection = event.connection_name.as_deref().unwrap_or("the user database");
    let new = |why: String, fix: &str| Explanation::new(event, why, fix, None);
    match event.code {
        EventCode::WrongUsername => new(
            format!("Nobody in {connection} has this email address."),
            "Look whether the address is mistyped. If the person is new, make the user, or let another \
             connection of this client in that knows them.",
        ),
        EventCode::WrongPassword => new(
            format!("The person is known in {connection}, but the password was another one{}.", times(event)),
            "The person can try again. Set a new password with PATCH /api/v2/users/{id} of the Management API.",
        ),
        EventCode::AccountBlocked => new(
            format!(
                "Too many wrong passwords came for this account from one address, so that address may not try \
                 this account until {} at the latest.",
                end_of_lock(event)
            ),
            "Wait until then, or end it now with DELETE /api/v2/user-blocks of the Management API. If it was \
             not the person, somebody is guessing: the account needs a strong password.",
        ),
        EventCode::AddressBlocked => new(
            format!(
                "Too many wrong passwords came from this address, for whatever account, so it may not try until \
                 {} at the latest.",
                end_of_lock(event)
            ),
            "Wait until then. If many people share the address behind a proxy of yours, name the proxy in \
             trusted_proxies, so that Doorward sees who is behind it.",
        ),
        EventCode::OriginNotAllowed => {
            let origin =
                event.details.get("origin").and_then(|origin| origin.as_str()).unwrap_or("another origin");
            Explanation::new(
                event,
                format!(
                    "A page at {origin} called us from JavaScript, and this client does not list that origin, so \
                     the browser kept the answer from the page."
                ),
                "Put the origin on Allowed Origins (CORS), if the page is one of this client's.",
                Some(Part::Origins),
            )
        }
        EventCode::ApiLimit => new(
            "The programs of this tenant made more requests in a second than the Management API lets in."
                .to_owned(),
            "Wait as long as the Retry-After of the answer says, spread the requests, or raise api_rate in \
             the settings of the server.",
        ),
        _ => refused(event),
    }
}

fn times(event: &Event) -> String {
    if event.count > 1 { format!(", {} times within a minute", event.count) } else { String::new() }
}

/// Tries are counted from the first of them: whoever was refused now may try again by then.
fn end_of_lock(event: &Event) -> String {
    let end = event.at.after(WINDOW).to_string();
    format!("{} UTC", end.get(11..16).unwrap_or(&end))
}

/// Why a password was the wrong one, with how often it was of late.
pub(super) fn wrong_password(event: &Event, times: i64) -> Explanation {
    let told = if times > 1 { format!(", {times} times in ten minutes") } else { String::new() };
    let known = explain(event);
    let connection = event.connection_name.as_deref().unwrap_or("the user database");
    let why = format!("The person is known in {connection}, but the password was another one{told}.");
    Explanation { why, ..known }
}

/// What an admin or a program asked for and did not get.
fn refused(event: &Event) -> Explanation {
    let said = message(event).unwrap_or(&event.description);
    let why = fields(said).unwrap_or_else(|| sentence(said));
    if event.description == "Log in to the dashboard" {
        let fix = "Try again. Who runs the server can set a new password with doorward admin reset.";
        return Explanation::new(event, why, fix, None);
    }
    let by = ClientId::parse(inner(event, "by", "id").unwrap_or_default()).ok();
    let is_program = inner(event, "by", "kind") == Some("client");
    if said.starts_with("Insufficient scope") {
        let fix = "Give what asks the scope that is named, then let it get a new token.";
        let known = Explanation::new(event, why, fix, None);
        return match by.filter(|_| is_program) {
            Some(client) => known.at(Place::Client(client, Part::Apis)),
            None => known,
        };
    }
    let fix = match said {
        "This needs the role of an owner." => "Ask an owner of this tenant.",
        "Invalid token" => {
            "Get a new token for this tenant's Management API. A token of another tenant, or one whose client \
             is gone, proves nothing here."
        }
        "Expired token received for JSON Web Token validation" => {
            "Get a new token. Programs keep a token until a minute before its end, not longer."
        }
        "Bad audience" => {
            "Ask for a token whose audience is this tenant's Management API: the issuer with api/v2/."
        }
        _ => "",
    };
    Explanation::new(event, why, fix, None)
}

/// Findings of fields, each as `path: text`, in a sentence each; none where the text is about no field.
fn fields(said: &str) -> Option<String> {
    let path = |part: &str| {
        let (path, _) = part.split_once(": ")?;
        let is_path = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.".contains(c);
        path.chars().all(is_path).then(|| path.to_owned())
    };
    path(said)?;
    let told = said.split_inclusive(". ").map(|part| match path(part) {
        Some(field) => format!("{field} was not taken{}", &part[field.len()..]),
        None => part.to_owned(),
    });
    let told: String = told.collect();
    Some(if told.ends_with(['.', '?']) { told } else { told + "." })
}

/// A text of ours as a sentence of its own.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let whole = first + letters.as_str();
    if whole.ends_with(['.', '?']) { whole } else { whole + "." }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Place, explain, tests::event};
    use super::*;

    #[test]
    fn a_program_without_the_scope_leads_to_its_apis() {
        let details = json!({
            "by": { "kind": "client", "id": "machine", "name": "Robot" },
            "error": { "message": "Insufficient scope, expected any of: read:users" },
        });
        let known = explain(&event(EventCode::ManagementWriteFailed, "List users", details)).unwrap();
        assert_eq!(known.why, "Insufficient scope, expected any of: read:users.");
        let place = Place::Client(ClientId::parse("machine").unwrap(), Part::Apis);
        assert_eq!(known.fix.unwrap().place, Some(place));
    }

    #[test]
    fn fields_are_named_as_they_are_spelled() {
        let why = |said: &str| {
            let details = json!({ "error": { "message": said } });
            explain(&event(EventCode::PhoneChangeFailed, "Change the telephone number of a user", details))
                .unwrap()
                .why
        };
        assert_eq!(
            why("phone_number: A telephone number is a plus sign and up to 15 digits: +4930123456."),
            "phone_number was not taken: A telephone number is a plus sign and up to 15 digits: +4930123456."
        );
        assert_eq!(
            why("callbacks.2: Use https. Or http. jwt_configuration.alg: Choose one of: RS256"),
            "callbacks.2 was not taken: Use https. Or http. jwt_configuration.alg was not taken: Choose one of: RS256."
        );
        assert_eq!(why("user: not here"), "user was not taken: not here.");
        assert_eq!(why("not every text: has a field"), "Not every text: has a field.");
    }

    #[test]
    fn a_wrong_password_says_how_often() {
        let mut wrong = event(EventCode::WrongPassword, "Wrong email or password", json!({}));
        wrong.count = 3;
        let why = explain(&wrong).unwrap().why;
        assert_eq!(
            why,
            "The person is known in Staff, but the password was another one, 3 times within a minute."
        );
    }
}
