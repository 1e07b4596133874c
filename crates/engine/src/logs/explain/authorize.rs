//! Why a login did not begin, or ended with an error at the client's callback.

use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;

use super::people::sentence;
use super::{Explanation, Line, Part, Place, hint, message, oauth_error, target, token};
use crate::login::BLOCKED;

/// A refusal by a page of ours, by its stable number.
pub(super) fn page(event: &Event, number: u64) -> Explanation {
    let hinted = hint(event).map(sentence);
    let told = |plain: &str| hinted.clone().unwrap_or_else(|| plain.to_owned());
    match number {
        101 => Explanation::new(
            event,
            match event.details.get("client_id").and_then(serde_json::Value::as_str) {
                Some(sent) => {
                    format!("The app sent the client_id {sent}, and no client of this tenant has it.")
                }
                None => "The app sent no client_id, so it is not known who asks.".to_owned(),
            },
            "Compare the Client ID in the app with the list of clients. A client of another tenant, or one \
             that was deleted, is not known here.",
            None,
        )
        .at(Place::Clients),
        103 => nowhere(event),
        104 => Explanation::new(
            event,
            match hint(event) {
                Some(which) => format!("The parameter {which}."),
                None => "A parameter that decides where the answer goes was sent twice.".to_owned(),
            },
            "Let the app send each parameter once.",
            Some(Part::QuickStart),
        ),
        105 => Explanation::new(
            event,
            told("The request is too large or wrongly encoded."),
            "Compare how the app builds the address with the guide, or let an SDK build it.",
            Some(Part::QuickStart),
        ),
        106 => unheard(event),
        108 => Explanation::new(
            event,
            "The app sent the person with the name of a pushed request that is unknown, is over, was used \
             before, or belongs to another client.",
            "Let the app push a fresh request for each login, right before it sends the person.",
            Some(Part::QuickStart),
        ),
        109 => Explanation::new(
            event,
            match hint(event).and_then(|hint| hint.split(' ').find(|word| word.contains("://"))) {
                Some(asked) => format!(
                    "The app asked to return after the logout to {asked}, and the list has that address with another \
                     query or hash only."
                ),
                None => "The address after logout is on the list with another query only.".to_owned(),
            },
            "Put the address on Allowed Logout URLs as the app sends it, query included. /v2/logout does not \
             compare the query; the standard's /oidc/logout does.",
            Some(Part::LogoutUrls),
        ),
        _ => Explanation::new(event, told(&event.description), "", None),
    }
}

/// Without `redirect_uri` the first callback serves, but only outside of OpenID Connect and of request objects.
fn nowhere(event: &Event) -> Explanation {
    let reason = hint(event).unwrap_or_default();
    let (then, fix, part) = if reason.contains("OpenID Connect") {
        let then = "and OpenID Connect demands that it does";
        (then, "Let the app send redirect_uri with each request.", Part::QuickStart)
    } else if reason.contains("request objects") {
        let then = "or it said so in a request object, and those are not read";
        (then, "Let the app send redirect_uri as a parameter.", Part::QuickStart)
    } else {
        let fix = "Let the app send redirect_uri, and put the address on the list.";
        ("and the client has no callback URL to take instead", fix, Part::Callbacks)
    };
    let why = format!("The app did not say where to return people to, {then}.");
    Explanation::new(event, why, fix, Some(part))
}

/// An answer by `web_message` that no page could hear. The callbacks decide (decision 0029): what is refused here is an
/// app on a device, which may return to any port, and a page would have one.
fn unheard(event: &Event) -> Explanation {
    let page = hint(event).and_then(|hint| hint.split(' ').find(|word| word.contains("://")));
    let page = page.map(|origin| format!(" of {origin}")).unwrap_or_default();
    Explanation::new(
        event,
        format!(
            "The app asked for its answer by web_message, which a page{page} would hear; but no Allowed Callback URL \
             has that scheme, host and port."
        ),
        "If there is such a page, put its callback on Allowed Callback URLs with the very port. An app on a device has \
         none: let it renew with a refresh token instead.",
        Some(Part::Callbacks),
    )
}

pub(super) const NO_CONNECTION: &str = "The connection was not found, or it is not enabled for this client.";

/// By the text of the refusal, where one text has a reason of its own.
const MESSAGES: &[(&str, Line)] = &[
    (
        "PKCE is required for this client: send code_challenge and code_challenge_method=S256.",
        Line {
            why: "A client without a secret proves with PKCE that it began the login; this app sent no \
                  code_challenge.",
            fix: "Switch PKCE on in the app's library, or use one that has it.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        NO_CONNECTION,
        Line {
            why: "The app asked for a connection by name that is not switched on for this client, or that \
                  does not exist.",
            fix: "Switch it on, or correct the name in the app; names are told apart letter by letter.",
            part: Some(Part::Connections),
        },
    ),
    (
        "No connection is enabled for this client, so nobody can log in.",
        Line {
            why: "Every connection is switched off for this client, so nobody can log in.",
            fix: "Switch one on.",
            part: Some(Part::Connections),
        },
    ),
    (
        "The client may not use the implicit grant, so it gets tokens at the token endpoint only. Use \
         response_type=code, or add implicit to its grant types.",
        Line {
            why: "The app asked for tokens in the address of the browser (the implicit flow), which this client \
                  may not have: tokens leak from there.",
            fix: "Let the app ask for response_type=code; current SDKs do so by themselves. For an old app, \
                  switch the grant on.",
            part: Some(Part::GrantTypes),
        },
    ),
    (
        "This client must push its requests to /oauth/par first.",
        Line {
            why: "This client, or the whole tenant, takes only requests that were pushed to /oauth/par, and the \
                  app sent its request by the browser.",
            fix: "Let the app push its requests, or take the demand away through the Management API: \
                  require_pushed_authorization_requests.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "The user declined.",
        Line { why: "The person was asked what the app may do, and pressed Decline.", fix: "", part: None },
    ),
    (
        "user is blocked",
        Line {
            why: "The person is blocked.",
            fix: "Unblock them with PATCH /api/v2/users/{id} of the Management API: blocked is false.",
            part: None,
        },
    ),
];

/// By the `error` of the answer.
const ERRORS: &[(&str, Line)] = &[
    (
        "unauthorized_client",
        Line {
            why: "This client may not use the Authorization Code grant, so nobody can log in to it.",
            fix: "Switch the grant on.",
            part: Some(Part::GrantTypes),
        },
    ),
    (
        "login_required",
        Line {
            why: "The app asked for a login without a page (prompt=none), and nobody was logged in. For the \
                  first visit of a day that is as it should be: the app now sends the person to the login page.",
            fix: "If it comes although the person is logged in, the browser may hold back our cookie in a \
                  frame of another site. Use refresh tokens instead, or the same domain.",
            part: Some(Part::RefreshTokens),
        },
    ),
    (
        "unmet_authentication_requirements",
        Line {
            why: "The app demanded a way of proving who one is (acr) that does not exist here: people log in with a \
                  password, and that is called pwd.",
            fix: "Let the app ask for pwd, or not make acr essential.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "consent_required",
        Line {
            why: "The app asked for a login without a page (prompt=none), but the person has not allowed yet \
                  what this third-party client wants.",
            fix: "Let the app send the person to the login page once; they are asked there.",
            part: Some(Part::QuickStart),
        },
    ),
    (
        "interaction_required",
        Line {
            why: "The app asked for a login without a page (prompt=none). Somebody is logged in, but not \
                  through a connection that this client lets in.",
            fix: "Switch their connection on, or let the app send them to the login page.",
            part: Some(Part::Connections),
        },
    ),
];

/// Whoever is blocked keeps the cookie, and nobody is told by it that they are.
const OF_THE_BLOCKED: Line = Line {
    why: "The person of this browser is blocked, so their session counts for nothing: to the app nobody is logged in.",
    fix: "Unblock them with PATCH /api/v2/users/{id} of the Management API: blocked is false.",
    part: None,
};

pub(super) fn lines() -> impl Iterator<Item = &'static Line> {
    MESSAGES.iter().chain(ERRORS).map(|(_, line)| line).chain([&OF_THE_BLOCKED])
}

/// A refusal that went back to the client's callback.
pub(super) fn redirect(event: &Event) -> Option<Explanation> {
    let said = message(event).unwrap_or_default();
    if hint(event) == Some(BLOCKED) {
        return Some(OF_THE_BLOCKED.of(event));
    }
    if let Some((_, line)) = MESSAGES.iter().find(|(text, _)| *text == said) {
        return Some(line.of(event));
    }
    let error = oauth_error(event)?;
    if let Some((_, line)) = ERRORS.iter().find(|(name, _)| *name == error) {
        return Some(line.of(event));
    }
    Some(match error {
        // No code of the exchanges fits a request that asked for no grant of ours.
        "unsupported_grant_type" | "invalid_client" | "invalid_grant" => token::explain(event),
        "access_denied" => token::denied(event, said),
        "invalid_target" => target::explain(event, said, Part::QuickStart),
        "temporarily_unavailable" | "server_error" => {
            Explanation::new(event, sentence(said), "Try again. The log of the server has the cause.", None)
        }
        _ => Explanation::new(
            event,
            sentence(said),
            "The request of the app has to change. Compare it with the guide, or let an SDK build it.",
            Some(Part::QuickStart),
        ),
    })
}

/// What has neither number nor error.
pub(super) fn other(event: &Event) -> Explanation {
    let blocked = event.code == EventCode::LoginFailed && event.description == "The user is blocked";
    let known = MESSAGES.iter().find(|(text, _)| blocked && *text == "user is blocked");
    match known {
        Some((_, line)) => line.of(event),
        None => Explanation::new(event, sentence(&event.description), "", None),
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::ClientId;
    use doorward_protocol::oauth::error::PageProblem;
    use serde_json::json;

    use super::super::{explain, tests::event};
    use super::*;

    #[test]
    fn every_page_is_explained_in_more_words_than_its_title() {
        for problem in PageProblem::ALL {
            let (redirect_uri, return_to) = ("https://app.test/cb", "https://app.test/bye");
            let number = problem.number();
            let details = json!({ "number": number, "redirect_uri": redirect_uri, "return_to": return_to });
            let code = match problem {
                PageProblem::LogoutUrlNotAllowed => EventCode::LogoutFailed,
                _ => EventCode::LoginFailed,
            };
            let known = explain(&event(code, problem.title(), details)).unwrap();
            assert!(known.why.len() > problem.title().len() + 20, "{problem:?}: {}", known.why);
            assert!(known.fix.is_some_and(|fix| fix.text.ends_with('.')), "{problem:?}");
        }
    }

    #[test]
    fn a_refusal_at_the_callback_leads_to_what_must_change() {
        for (error, message, part) in [
            ("invalid_request", MESSAGES[0].0, Part::QuickStart),
            ("invalid_request", MESSAGES[1].0, Part::Connections),
            ("unauthorized_client", "The client may not use it.", Part::GrantTypes),
            ("invalid_request", "prompt=none cannot be combined with other values.", Part::QuickStart),
            ("access_denied", "Service not found: https://api.test/", Part::QuickStart),
        ] {
            let details = json!({ "error": { "oauthError": error, "message": message } });
            let fix = explain(&event(EventCode::LoginFailed, message, details)).unwrap().fix.unwrap();
            let place = Place::Client(ClientId::parse("abc").unwrap(), part);
            assert_eq!(fix.place, Some(place), "{message}");
        }
        let declined = json!({ "error": { "oauthError": "access_denied", "message": "The user declined." } });
        assert_eq!(explain(&event(EventCode::LoginFailed, "x", declined)).unwrap().fix, None);
    }

    #[test]
    fn an_unknown_client_is_named_and_leads_to_the_list() {
        let details = json!({ "number": 101, "client_id": "shpo" });
        let mut unknown = event(EventCode::LoginFailed, "Unknown application", details);
        unknown.client = None;
        let known = explain(&unknown).unwrap();
        assert_eq!(known.why, "The app sent the client_id shpo, and no client of this tenant has it.");
        assert_eq!(known.fix.unwrap().place, Some(Place::Clients));
    }
}
