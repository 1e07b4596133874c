//! Why the API that `resource` names cannot be had. Source: RFC 8707 §2, `invalid_target`.

use doorward_model::log::event::Event;

use super::people::sentence;
use super::{Explanation, Part};

/// By what was answered.
pub(super) fn explain(event: &Event, said: &str, part: Part) -> Explanation {
    let (why, fix) = if let Some(asked) = said.strip_prefix("Service not found: ") {
        let why =
            format!("The app asked by resource for the API {asked}, which does not exist in this tenant.");
        let fix =
            "Compare resource with the identifiers of the APIs, letter by letter; a slash at the end counts.";
        (why, fix)
    } else if said.starts_with("resource and audience ") {
        let why = "The app named one API as resource and another as audience, and a token is for one.";
        (
            why.to_owned(),
            "Let the app send one of the two: resource is the standard's, audience the older one.",
        )
    } else if said.starts_with("resource is not ") {
        let why = "The app exchanged a code or a refresh token and named another API as resource than the login \
                   had asked for.";
        let fix = "Let the app ask for that API in a login of its own, or leave resource out here.";
        (why.to_owned(), fix)
    } else {
        (sentence(said), "Let the app name one API that exists, or none.")
    };
    Explanation::new(event, why, fix, Some(part))
}

#[cfg(test)]
mod tests {
    use doorward_model::log::code::EventCode;
    use serde_json::json;

    use super::super::{explain, tests::event};

    #[test]
    fn each_reason_has_words_of_its_own_at_both_endpoints() {
        let mut told = Vec::new();
        for said in [
            "Service not found: https://api.test",
            "resource and audience name different APIs. Send one of them.",
            "resource is not the API that was granted. Start a login for it.",
        ] {
            let details = json!({ "error": { "oauthError": "invalid_target", "message": said } });
            let at = |code| explain(&event(code, said, details.clone())).unwrap();
            let known = at(EventCode::CodeExchangeFailed);
            assert_eq!(known, at(EventCode::LoginFailed));
            assert!(known.why != said && known.fix.is_some(), "{known:?}");
            told.push(known.why);
        }
        told.dedup();
        assert_eq!(told.len(), 3, "{told:?}");
    }
}
