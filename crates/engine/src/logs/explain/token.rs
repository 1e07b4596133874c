//! Why the token endpoint refused. What it answers is the same for a stranger, whatever is wrong; the
//! event holds the reason that only the tenant's own people see, and this says it in full.

use doorward_model::client::grant_type::GrantType;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use serde_json::Value;

use super::people::sentence;
use super::{
    Explanation, Line, Part, Place, blocked, hint, inner, message, oauth_error, target, used_before,
};
use crate::tokens::{SECRET_ENDED, WRONG_SECRET};

/// The grants of the token endpoint.
const OFFERED: [GrantType; 6] = [
    GrantType::AuthorizationCode,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
    GrantType::DeviceCode,
    GrantType::Password,
    GrantType::PasswordRealm,
];

/// By the private reason of the refusal.
const REASONS: &[(&str, Line)] = &[
    (
        "wrong secret",
        Line {
            why: "The client secret that was sent is none of this client's. It may be an old one that was \
                  stopped, one of another client, or cut off when it was copied.",
            fix: "Reveal the secret and compare its ends with what the app has, or rotate it.",
            part: Some(Part::Secret),
        },
    ),
    (
        "no secret was sent",
        Line {
            why: "The app sent no client secret, and this client has one. Post and Basic are both taken.",
            fix: "See in the guide how the app sends it.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "the client proves itself with a key: it must send a signed client_assertion",
        Line {
            why: "This client proves itself with a private key, but the app sent no client_assertion.",
            fix: "Let the app sign an assertion, or change how the client proves itself.",
            part: Some(Part::Method),
        },
    ),
    (
        "no secret of the client signed the assertion with HS256",
        Line {
            why: "The app sent a client_assertion, but no public key is registered for this client, and none of its \
                  secrets signed it.",
            fix: "Let the app sign with the present secret (HS256), register its public key with the Management API, \
                  or send the secret.",
            part: Some(Part::Method),
        },
    ),
    (
        used_before::REASON,
        Line {
            // When that was, and by whom, stands before it.
            why: "Usually the page of the callback ran twice: somebody reloaded it, or React's strict mode did. \
                  Because it could also be a thief, the tokens of the first exchange were ended too.",
            fix: "Let the callback page exchange its code once and then leave its address.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "no such code",
        Line {
            why: "Nobody was given this code, or it is so old that it was forgotten.",
            fix: "Start the login again. If it keeps coming: the code must arrive whole and unchanged.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "the code is too old",
        Line {
            why: "The code was exchanged too late: it is good for one minute.",
            fix: "Let the app exchange the code at once when it arrives at the callback.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "the code belongs to another client",
        Line {
            why: "The code was given to another client than the one that wants to exchange it.",
            fix: "Use the same Client ID for the login and for the exchange.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "redirect_uri differs from the one of the authorization request",
        Line {
            why: "The exchange named another redirect_uri than the login did. They must be the same, letter \
                  by letter.",
            fix: "Let the app send the same redirect_uri both times.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "redirect_uri is missing, though the authorization request had one",
        Line {
            why: "The login named a redirect_uri and the exchange did not.",
            fix: "Let the app send the same redirect_uri both times.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "code_verifier does not match",
        Line {
            why: "The app did not prove that it began this login (PKCE): its code_verifier belongs to another \
                  one. Usually the login began in another tab, or before the app was restarted.",
            fix: "Start the login again, and keep one verifier for each login that is under way.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "code_verifier is missing",
        Line {
            why: "The login began with PKCE, and the exchange came without its code_verifier. Usually the \
                  verifier was lost: another tab, another browser, or a restart of the app.",
            fix: "Start the login again, and keep the verifier where the callback finds it.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "code_verifier was sent, but the authorization request had no code_challenge",
        Line {
            why: "The exchange came with a code_verifier, but the login had begun without PKCE. Somebody may \
                  have slipped in a code of another login.",
            fix: "Let the app send code_challenge with the login, too.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "a public client needs PKCE",
        Line {
            why: "A client without a secret must use PKCE, and this login had none.",
            fix: "Switch PKCE on in the app's library, or use one that has it.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "the connection is not enabled for the client any more",
        Line {
            why: "The person logged in through a connection that was switched off for this client since.",
            fix: "Switch it on again.",
            part: Some(Part::Connections),
        },
    ),
    (
        "the code is older than the client",
        Line {
            why: "The code was given to a client of this Client ID that was deleted; this is another one.",
            fix: "Start the login again.",
            part: None,
        },
    ),
    (
        "no such refresh token",
        Line {
            why: "The app sent a refresh token that nobody was given, or one that ended long ago and was \
                  forgotten.",
            fix: "Let the person log in again.",
            part: None,
        },
    ),
    (
        "the token belongs to another client",
        Line {
            why: "The refresh token was given to another client than the one that sent it.",
            fix: "Keep the tokens of each client apart.",
            part: None,
        },
    ),
    (
        "the token is older than the client",
        Line {
            why: "The refresh token was given to a client of this Client ID that was deleted; this is another \
                  one.",
            fix: "Let the person log in again.",
            part: None,
        },
    ),
    (
        "the family was revoked",
        Line {
            why: "This login was ended: by a logout, by an admin, or because a used refresh token came back.",
            fix: "Let the person log in again.",
            part: None,
        },
    ),
    (
        "the token came back after its rotation",
        Line {
            why: "A refresh token came a second time after it was swapped for a new one. Either the app did \
                  not keep the new one, or somebody has a copy, so this login was ended.",
            fix: "Let the app keep the refresh token of each answer. If two tabs or processes renew at once, \
                  set a Reuse Interval.",
            part: Some(Part::RefreshTokens),
        },
    ),
    (
        "the token is too old",
        Line {
            why: "The refresh token was over: its lifetime, or its lifetime without use.",
            fix: "Let the person log in again, or give refresh tokens of this client a longer life.",
            part: Some(Part::RefreshTokens),
        },
    ),
    (
        "the user does not exist",
        Line { why: "The person was deleted since they logged in.", fix: "", part: None },
    ),
    (
        "the API is younger than the authorization",
        Line {
            why: "The API was deleted and made again after this person logged in.",
            fix: "Let the person log in again.",
            part: None,
        },
    ),
];

const STALE_SECRET: &str = "Give the app the present secret. At the next rotation, let the old one work on until every \
                            app has the new one.";

pub(super) fn lines() -> impl Iterator<Item = &'static Line> {
    REASONS.iter().map(|(_, line)| line)
}

/// The mark of a wrong secret, where the event holds it.
pub(super) fn mark(event: &Event) -> Option<&str> {
    hint(event)?.strip_prefix(WRONG_SECRET)
}

/// The event with which the secret of that mark ended, among those of the client, from newest to oldest.
pub(super) fn ending<'e>(mark: &str, changes: &'e [Event]) -> Option<&'e Event> {
    let ended = |event: &&Event| {
        let marks = event.details.get("ended").and_then(Value::as_array);
        marks.is_some_and(|marks| marks.iter().any(|known| known == mark))
    };
    changes.iter().find(ended)
}

/// A secret that was one of the client's until an admin or a program ended it.
pub(super) fn ended_by(change: &Event, event: &Event) -> Explanation {
    let how = if change.description == "Stop a client secret" { "stopped" } else { "replaced" };
    let (when, who) = (moment(&change.at.to_string()), blocked::who(change));
    let why = format!("The app sent a secret of this client that was {how} on {when} by {who}.");
    Explanation::new(event, why, STALE_SECRET, Some(Part::Secret))
}

/// A refusal of the token endpoint.
pub(super) fn explain(event: &Event) -> Explanation {
    let reason = if mark(event).is_some() { "wrong secret" } else { hint(event).unwrap_or_default() };
    if let Some(ended) = reason.strip_prefix(SECRET_ENDED) {
        let why = format!(
            "The app sent a secret of this client that was rotated out; it ended on {}.",
            moment(ended)
        );
        return Explanation::new(event, why, STALE_SECRET, Some(Part::Secret));
    }
    if is_unknown_client(event) {
        let why = "No client of this tenant has the Client ID that was sent.";
        let fix = "Compare the Client ID in the app with the list of clients.";
        return Explanation::new(event, why, fix, None).at(Place::Clients);
    }
    if let Some((_, line)) = REASONS.iter().find(|(known, _)| *known == reason) {
        return if reason == used_before::REASON {
            used_before::explain(event, line)
        } else {
            line.of(event)
        };
    }
    let said = message(event).unwrap_or(&event.description);
    match oauth_error(event).unwrap_or_default() {
        "invalid_client" => Explanation::new(
            event,
            format!("The client did not prove itself: {}", finished(reason, said)),
            "Correct how the app proves itself, or let an SDK do it.",
            Some(Part::QuickStart),
        ),
        "invalid_grant" => Explanation::new(
            event,
            format!("The code or the refresh token was refused: {}", finished(reason, said)),
            "Start the login again.",
            None,
        ),
        "unauthorized_client" => unauthorized(event, said),
        "access_denied" => denied(event, said),
        "invalid_scope" => no_scope(event, None),
        "invalid_target" => target::explain(event, said, apis_of(event)),
        "unsupported_grant_type" => Explanation::new(
            event,
            format!(
                "The app asked for the grant {}, which is not offered.",
                if reason.is_empty() { "that it named" } else { reason }
            ),
            format!("Use one that is: {}.", OFFERED.map(GrantType::as_str).join(", ")),
            Some(Part::QuickStart),
        ),
        _ => Explanation::new(
            event,
            sentence(said),
            "The request of the app has to change. Compare it with the guide, or let an SDK build it.",
            Some(Part::QuickStart),
        ),
    }
}

/// Whether nobody has the Client ID that was sent.
pub(super) fn is_unknown_client(event: &Event) -> bool {
    let reason = hint(event).unwrap_or_default();
    ["no such client", "the client is deleted", "the client_id cannot be one"].contains(&reason)
}

/// A time of ours for people: day, hour and minute.
pub(super) fn moment(text: &str) -> String {
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    format!("{} at {} UTC", part(0..10), part(11..16))
}

/// Of the scopes that were asked for, none was granted; `granted` are those that were, where that is known.
pub(super) fn no_scope(event: &Event, granted: Option<&[String]>) -> Explanation {
    let asked = inner(event, "body", "scope").filter(|asked| !asked.is_empty());
    let asked = asked.map_or_else(|| "scopes".to_owned(), str::to_owned);
    let why = match granted {
        None => format!("The app asked for {asked}, and nothing of that was granted to it."),
        Some([]) => format!("The app asked for {asked}, and no scope of this API was granted to it."),
        Some(granted) => {
            format!(
                "The app asked for {asked}, and nothing of that was granted to it; granted is: {}.",
                granted.join(" ")
            )
        }
    };
    let fix = "Grant the scope, or let the app ask for what it has.";
    Explanation::new(event, why, fix, Some(apis_of(event)))
}

/// The client may not use what it asked for.
fn unauthorized(event: &Event, said: &str) -> Explanation {
    if said == "A client without a secret may not use the client_credentials grant." {
        let why = "A client without a secret cannot get tokens for itself: nothing would prove who it is.";
        return Explanation::new(event, why, "Choose Post or Basic.", Some(Part::Method));
    }
    let fix = "Switch the grant on, if this client is meant to use it.";
    Explanation::new(event, sentence(said), fix, Some(Part::GrantTypes))
}

/// An API that does not exist, or that this client or person is not let to. Only a program has a page
/// with its APIs; what a client may have in the name of people is changed by the Management API alone.
pub(super) fn denied(event: &Event, said: &str) -> Explanation {
    let part = apis_of(event);
    if let Some(asked) = said.strip_prefix("Service not found: ") {
        let why = format!("The app asked for the API {asked}, which does not exist in this tenant.");
        let fix = "Compare the audience with the identifiers of the APIs, letter by letter; a slash at the end \
                   counts.";
        return Explanation::new(event, why, fix, Some(part));
    }
    if said.starts_with("Client is not authorized to access ") {
        return not_given(event);
    }
    let (fix, part) = match said {
        "user is blocked" => {
            let fix =
                "Unblock the person with PATCH /api/v2/users/{id} of the Management API: blocked is false.";
            (fix, None)
        }
        said if said.starts_with("audience is missing") => {
            let fix = "Let the app send the identifier of the API as audience, or choose a default audience for \
                       the tenant.";
            (fix, Some(Part::QuickStart))
        }
        said if said.contains(" gives no tokens to ") => {
            let fix = "The API was set up so (subject_type_authorization). Change it through the Management API \
                       if it is not meant.";
            (fix, None)
        }
        _ if is_machine(event) => ("See which APIs and scopes this client was given.", Some(Part::Apis)),
        _ => {
            let fix = "Compare what the app asks for with the client grants of this client and with the \
                       permissions of the person, in the Management API.";
            (fix, None)
        }
    };
    Explanation::new(event, sentence(said), fix, part)
}

/// The client has no grant on the API: a program none of its own, another client none for its people.
fn not_given(event: &Event) -> Explanation {
    if is_machine(event) {
        let why = "This client was not given the API that it asked for.";
        return Explanation::new(event, why, "Let it call the API.", Some(Part::Apis));
    }
    Explanation::new(
        event,
        "The API wants a grant for each client that calls it in the name of people, and this client has none.",
        "Give it one with POST /api/v2/client-grants of the Management API: subject_type is user.",
        None,
    )
}

/// Where it says which APIs a client calls.
fn apis_of(event: &Event) -> Part {
    if is_machine(event) { Part::Apis } else { Part::QuickStart }
}

/// Whether a program asked for itself: it has APIs of its own.
fn is_machine(event: &Event) -> bool {
    event.code == EventCode::ClientCredentialsFailed
}

/// The private reason, else the public text; without a full stop of its own.
fn finished(reason: &str, said: &str) -> String {
    let text = if reason.is_empty() { said } else { reason };
    format!("{}.", text.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use doorward_model::ids::ClientId;
    use serde_json::json;

    use super::super::{explain, tests::event};
    use super::*;

    fn refusal(code: EventCode, error: &str, message: &str, reason: &str) -> Explanation {
        let details = json!({ "error": { "oauthError": error, "message": message }, "hint": reason });
        explain(&event(code, message, details)).unwrap()
    }

    /// Every text between `refused("` or `refuse("` and the next quote, above the tests of the file.
    fn reasons_in(file: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/src/oauth");
        let source = std::fs::read_to_string(folder.join(file)).unwrap();
        let rules = source.split("#[cfg(test)]").next().unwrap();
        let code = rules.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        let called = code.split(" refuse(\"").flat_map(|part| part.split("refused(\"")).skip(1);
        called.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_reason_of_codes_and_refresh_tokens_has_a_line() {
        let mut count = 0;
        for file in ["grants/authorization_code.rs", "grants/refresh_token.rs"] {
            for reason in reasons_in(file) {
                count += 1;
                assert!(REASONS.iter().any(|(known, _)| *known == reason), "{file}: {reason}");
            }
        }
        assert!(count > 15, "only {count} reasons were found: is the search out of date?");
    }

    #[test]
    fn every_line_of_the_table_is_a_reason_that_is_given() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/src/oauth");
        let files = [
            "api_scope.rs",
            "client_assertion.rs",
            "client_auth.rs",
            "grants/mod.rs",
            "grants/authorization_code.rs",
            "grants/refresh_token.rs",
        ];
        let sources = files.map(|file| std::fs::read_to_string(folder.join(file)).unwrap()).concat();
        for (reason, line) in REASONS {
            assert!(sources.contains(&format!("\"{reason}\"")), "{reason}");
            assert!(line.why.ends_with('.') && (line.fix.is_empty() || line.fix.ends_with('.')), "{reason}");
        }
    }

    #[test]
    fn a_reason_without_a_line_is_told_as_it_is() {
        let known =
            refusal(EventCode::CodeExchangeFailed, "invalid_client", "Unknown.", "exp lies in the past");
        assert_eq!(known.why, "The client did not prove itself: exp lies in the past.");
    }

    #[test]
    fn a_program_is_led_to_its_apis() {
        let apis = Some(Place::Client(ClientId::parse("abc").unwrap(), Part::Apis));
        for (error, message) in [
            ("access_denied", "Service not found: https://api.test"),
            ("access_denied", "Client is not authorized to access https://api.test/. Create a client grant."),
            ("invalid_scope", "Nothing of the scope is granted to the client."),
        ] {
            let known = refusal(EventCode::ClientCredentialsFailed, error, message, "");
            assert_eq!(known.fix.unwrap().place, apis, "{message}");
        }
        let wrong = refusal(EventCode::ClientCredentialsFailed, "invalid_client", "x", "wrong secret");
        let secret = Place::Client(ClientId::parse("abc").unwrap(), Part::Secret);
        assert_eq!(wrong.fix.unwrap().place, Some(secret));
    }

    /// Their Connections tab has connections; no page of theirs has APIs.
    #[test]
    fn a_client_of_people_is_not_led_to_a_tab_without_apis() {
        for message in [
            "Client is not authorized to access https://api.test/. Create a client grant.",
            "https://api.test/ gives no tokens to people.",
            "user is blocked",
            "Something else was denied.",
        ] {
            let known = refusal(EventCode::CodeExchangeFailed, "access_denied", message, "");
            let fix = known.fix.unwrap();
            assert_eq!(fix.place, None, "{message}");
            assert!(fix.text.contains("Management API"), "{message}: {}", fix.text);
        }
        let unknown =
            refusal(EventCode::CodeExchangeFailed, "access_denied", "Service not found: https://x.test", "");
        let guide = Place::Client(ClientId::parse("abc").unwrap(), Part::QuickStart);
        assert_eq!(unknown.fix.unwrap().place, Some(guide));
    }

    #[test]
    fn an_unknown_client_leads_to_the_list() {
        let known = refusal(EventCode::CodeExchangeFailed, "invalid_client", "x", "no such client");
        assert_eq!(known.fix.unwrap().place, Some(Place::Clients));
    }
}
