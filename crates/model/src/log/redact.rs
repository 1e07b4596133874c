//! What of a request may stand in an event: everything but secrets, and not without end.
//!
//! Pure. A secret is known by the words of its name, or by its form; what stands for it says that something
//! was there. Source: the original's `details.request`, whose secrets are blanked.

use serde_json::{Map, Value};

use super::event::tame;

/// What stands for a secret.
pub const HIDDEN: &str = "***";
/// The longest value that is kept whole, in bytes of JSON.
const MAX_JSON: usize = 4096;
const MAX_DEPTH: usize = 6;
const MAX_ENTRIES: usize = 64;
/// How much of the end of a code or token is shown, in characters.
const TAIL: usize = 3;

/// Words that make a name that of a secret. Where a log stream goes is one, too: addresses and headers of
/// receivers often hold what opens them.
const SECRET_WORDS: [&str; 22] = [
    "assertion",
    "auth",
    "authorization",
    "certificate",
    "challenge",
    "code",
    "configuration",
    "credential",
    "credentials",
    "http",
    "key",
    "keys",
    "otp",
    "pass",
    "password",
    "pem",
    "pwd",
    "secret",
    "secrets",
    "sink",
    "sumo",
    "token",
];
/// Names with such a word that are none: settings and kinds.
const PLAIN_NAMES: [&str; 13] = [
    "client_assertion_type",
    "code_challenge_method",
    "credential_id",
    "grant_type",
    "jwt_configuration",
    "key_id",
    "password_policy",
    "refresh_token_rotation_type",
    "token_dialect",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "token_lifetime",
    "token_type_hint",
];

/// A value without its secrets. What is longer than a few kilobytes is left out but for its names.
///
/// ```
/// use doorward_model::log::redact::value;
/// use serde_json::json;
/// let sent = json!({ "name": "Shop", "client_secret": "s3cret", "options": { "apiKey": ["a"] } });
/// assert_eq!(value(&sent), json!({ "name": "Shop", "client_secret": "***", "options": { "apiKey": ["***"] } }));
/// ```
#[must_use]
pub fn value(sent: &Value) -> Value {
    let shown = walk(sent, false, MAX_DEPTH);
    if shown.to_string().len() <= MAX_JSON {
        return shown;
    }
    let names = match &shown {
        Value::Object(members) => members.keys().cloned().map(Value::String).collect(),
        _ => Vec::new(),
    };
    Value::Object(Map::from_iter([
        ("too_long".to_owned(), Value::Bool(true)),
        ("members".to_owned(), Value::Array(names)),
    ]))
}

/// Pairs of a query or a form, without secrets; of a name that comes twice the last counts.
pub fn pairs<'p>(sent: impl Iterator<Item = (&'p str, &'p str)>) -> Value {
    let members =
        sent.take(MAX_ENTRIES).map(|(name, text)| (name.to_owned(), Value::String(text.to_owned())));
    value(&Value::Object(members.collect()))
}

/// A code or token by its end only, as a person compares them.
///
/// ```
/// use doorward_model::log::redact::masked;
/// assert_eq!(masked("SplxlOBeZQQYbYS6WxSbIA"), "***bIA");
/// assert_eq!(masked("short"), "***");
/// ```
#[must_use]
pub fn masked(secret: &str) -> String {
    let end = secret.char_indices().rev().nth(TAIL - 1).map_or(0, |(at, _)| at);
    // Of a short text its end would be most of it.
    let tail = if secret.len() < 16 { "" } else { secret.get(end..).unwrap_or_default() };
    format!("{HIDDEN}{}", tame(tail))
}

fn walk(sent: &Value, is_secret: bool, depth: usize) -> Value {
    match sent {
        Value::String(text) if is_secret || looks_secret(text) => HIDDEN.into(),
        Value::Number(_) if is_secret => HIDDEN.into(),
        Value::String(text) => tame(text).into(),
        Value::Array(_) | Value::Object(_) if depth == 0 => Value::Null,
        Value::Array(items) => {
            items.iter().take(MAX_ENTRIES).map(|item| walk(item, is_secret, depth - 1)).collect()
        }
        Value::Object(members) => {
            let members = members.iter().take(MAX_ENTRIES);
            let shown = members.map(|(name, member)| {
                (tame(name), walk(member, is_secret || names_secret(name, member), depth - 1))
            });
            Value::Object(shown.collect())
        }
        other => other.clone(),
    }
}

/// Settings of tokens are objects, and no secrets; tokens are texts.
fn names_secret(name: &str, member: &Value) -> bool {
    let is_settings = name == "refresh_token" && member.is_object();
    !is_settings
        && !PLAIN_NAMES.contains(&name)
        && words(name).any(|word| SECRET_WORDS.contains(&word.as_str()))
}

/// The words of a name: `apiKey`, `api_key` and `api-key` have the same two.
fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    let mut spaced = String::with_capacity(name.len() + 4);
    let mut was_small = false;
    for letter in name.chars().take(200) {
        if letter.is_uppercase() && was_small {
            spaced.push(' ');
        }
        was_small = letter.is_lowercase();
        if letter.is_alphanumeric() {
            spaced.extend(letter.to_lowercase());
        } else {
            spaced.push(' ');
        }
    }
    spaced.split(' ').map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// A JWT, a key in PEM, or what goes into an `Authorization` header, wherever it stands.
fn looks_secret(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with("eyJ")
        || text.contains("PRIVATE KEY")
        || ["Bearer ", "Basic ", "Splunk "].iter().any(|scheme| start.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_known_by_their_names_however_deep_and_however_spelled() {
        for name in [
            "password",
            "client_secret",
            "clientSecret",
            "apiKey",
            "api-key",
            "smtp_pass",
            "secretAccessKey",
            "code",
            "code_verifier_code",
            "id_token",
            "splunkToken",
            "httpAuthorization",
            "httpCustomHeaders",
            "httpEndpoint",
            "sink",
            "sumoSourceAddress",
            "signing_keys",
            "PASSWORD",
            "configuration",
        ] {
            let sent = json!({ "a": [{ name: "canary", "b": 1 }] });
            assert!(!value(&sent).to_string().contains("canary"), "{name}");
            let nested = json!({ name: { "x": ["canary", 7] } });
            assert!(!value(&nested).to_string().contains("canary"), "{name}");
        }
        assert_eq!(value(&json!({ "password": 12_345_678 })), json!({ "password": "***" }));
    }

    #[test]
    fn settings_stay_readable() {
        let sent = json!({
            "name": "Key figures", "token_endpoint_auth_method": "none", "token_lifetime": 60,
            "refresh_token": { "rotation_type": "rotating", "leeway": 3 }, "grant_types": ["authorization_code"],
            "jwt_configuration": { "alg": "RS256" }, "callbacks": ["https://app.test/cb"], "blocked": null,
        });
        assert_eq!(value(&sent), sent);
    }

    #[test]
    fn secrets_are_known_by_their_form() {
        for text in ["eyJhbGciOiJSUzI1NiJ9.e30.x", "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "Bearer abc"] {
            assert_eq!(value(&json!({ "note": text })), json!({ "note": "***" }));
        }
    }

    #[test]
    fn a_body_without_end_leaves_its_names_only() {
        let sent = json!({ "name": "x", "list": vec!["y".repeat(500); 60] });
        assert_eq!(value(&sent), json!({ "too_long": true, "members": ["name", "list"] }));
        let mut deep = json!("end");
        for _ in 0..100 {
            deep = json!([deep]);
        }
        assert_eq!(value(&deep).to_string(), "[[[[[[null]]]]]]");
    }

    #[test]
    fn of_pairs_the_secrets_are_hidden_too() {
        let sent = [("q", "name:ada"), ("access_token", "abc"), ("page", "1")];
        assert_eq!(pairs(sent.into_iter()), json!({ "q": "name:ada", "access_token": "***", "page": "1" }));
    }

    #[test]
    fn the_end_of_a_code_is_cut_between_characters() {
        assert_eq!(masked(&"é".repeat(12)), "***ééé");
        assert_eq!(masked(""), "***");
    }
}
