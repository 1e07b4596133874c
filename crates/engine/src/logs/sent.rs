//! What of a refused request an event shows: parameters by their names, those that are secrets or no
//! business of ours only as having been there.

use doorward_model::log::event::tame;
use doorward_model::log::redact::HIDDEN;
use doorward_protocol::oauth::authorize::AuthorizeRequest;
use doorward_protocol::oauth::params::Params;
use serde_json::{Map, Value};

/// The longest value that is shown, in characters: strangers make these events.
const MAX_VALUE: usize = 120;

/// Parameters of the token endpoint and its neighbours that are shown.
const SHOWN: [&str; 12] = [
    "audience",
    "client_assertion_type",
    "client_id",
    "connection",
    "grant_type",
    "realm",
    "redirect_uri",
    "response_type",
    "scope",
    "token_type_hint",
    "prompt",
    "resource",
];
/// Those that are secrets, or belong to the application alone.
const HIDDEN_ONES: [&str; 11] = [
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "nonce",
    "password",
    "refresh_token",
    "state",
    "token",
    "user_code",
];

/// A form of the token endpoint or of one of its neighbours.
pub(crate) fn form(params: &Params) -> Value {
    let shown = SHOWN.iter().filter_map(|name| Some((*name, short(params.get(name)?))));
    let hidden = HIDDEN_ONES.iter().filter(|name| params.has(name)).map(|name| (*name, HIDDEN.into()));
    members(shown.chain(hidden))
}

/// The query of an authorization request.
pub(crate) fn query(request: &AuthorizeRequest) -> Value {
    let texts = [
        ("client_id", &request.client_id),
        ("redirect_uri", &request.redirect_uri),
        ("response_type", &request.response_type),
        ("response_mode", &request.response_mode),
        ("scope", &request.scope),
        ("audience", &request.audience),
        ("prompt", &request.prompt),
        ("max_age", &request.max_age),
        ("connection", &request.connection),
        ("realm", &request.realm),
        ("code_challenge_method", &request.code_challenge_method),
    ];
    let shown = texts.into_iter().filter_map(|(name, text)| Some((name, short(text.as_deref()?))));
    let was_sent = [
        ("state", request.state.is_some()),
        ("nonce", request.nonce.is_some()),
        ("code_challenge", request.code_challenge.is_some()),
        ("login_hint", request.login_hint.is_some()),
        ("id_token_hint", request.meant.is_some()),
    ];
    let hidden = was_sent.into_iter().filter(|(_, sent)| *sent).map(|(name, _)| (name, HIDDEN.into()));
    members(shown.chain(hidden))
}

fn members(named: impl Iterator<Item = (&'static str, Value)>) -> Value {
    Value::Object(named.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

fn short(text: &str) -> Value {
    let end = text.char_indices().nth(MAX_VALUE).map_or(text.len(), |(at, _)| at);
    tame(text.get(..end).unwrap_or_default()).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_shows_what_was_asked_and_hides_what_proves_it() {
        let sent =
            "grant_type=refresh_token&client_id=abc&client_secret=canary&refresh_token=canary&mine=canary";
        let shown = form(&Params::from_form(sent.as_bytes()).unwrap());
        let expected = json!({
            "grant_type": "refresh_token", "client_id": "abc", "client_secret": "***", "refresh_token": "***",
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_query_shows_where_to_and_not_the_state_of_the_application() {
        let sent =
            format!("client_id=abc&scope={}&state=canary&nonce=canary&login_hint=canary", "s".repeat(999));
        let shown = query(&AuthorizeRequest::parse(&Params::from_query(&sent).unwrap()));
        assert!(!shown.to_string().contains("canary"), "{shown}");
        assert_eq!((&shown["client_id"], &shown["state"]), (&json!("abc"), &json!("***")));
        assert_eq!(shown["scope"].as_str().unwrap().len(), MAX_VALUE);
    }
}
