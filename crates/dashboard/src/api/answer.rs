//! What was answered, as the page shows it.
//!
//! Secrets stay hidden: they are revealed on the pages of their owners, behind a fresh sign-in.

use doorward_web::inside::Answered;
use serde_json::Value;

/// The members whose values are secrets.
const SECRETS: [&str; 2] = ["client_secret", "signing_secret"];
const HIDDEN: &str = "(hidden here)";

/// An answer.
pub(super) struct Answer {
    /// `200 OK`.
    pub status: String,
    /// Whether it is one that was hoped for.
    pub is_fine: bool,
    pub headers: Vec<(String, String)>,
    /// The body, indented where it is JSON.
    pub body: String,
    /// Whether a secret was left out.
    pub hides: bool,
}

impl Answer {
    pub(super) fn of(answered: &Answered) -> Self {
        let headers = answered.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let (body, hides) = match serde_json::from_slice::<Value>(&answered.body) {
            Ok(mut value) => {
                let hides = hide(&mut value);
                (serde_json::to_string_pretty(&value).unwrap_or_default(), hides)
            }
            Err(_) => (String::from_utf8_lossy(&answered.body).into_owned(), false),
        };
        let status = answered.status.to_string();
        Self { status, is_fine: answered.status.is_success(), headers: headers.collect(), body, hides }
    }
}

/// Takes the secrets out; says whether there were any.
fn hide(value: &mut Value) -> bool {
    match value {
        Value::Array(entries) => entries.iter_mut().map(hide).fold(false, |any, one| any | one),
        Value::Object(members) => {
            let mut any = false;
            for (name, member) in members {
                if SECRETS.contains(&name.as_str()) && member.is_string() {
                    *member = Value::from(HIDDEN);
                    any = true;
                } else {
                    any |= hide(member);
                }
            }
            any
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_taken_out_wherever_they_stand() {
        let mut value =
            json!([{ "name": "Shop", "client_secret": "s", "jwt": { "signing_secret": "t" } }, {}]);
        assert!(hide(&mut value));
        let expected =
            json!([{ "name": "Shop", "client_secret": HIDDEN, "jwt": { "signing_secret": HIDDEN } }, {}]);
        assert_eq!(value, expected);
        assert!(!hide(&mut json!({ "name": "Shop", "client_secret": null })));
    }
}
