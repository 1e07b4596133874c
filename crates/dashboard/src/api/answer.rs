//! What was answered, as the page shows it.
//!
//! Secrets stay hidden: they are revealed on the pages of their owners, behind a fresh sign-in. The one
//! exception is a secret that was made a moment ago and is shown this once.

use doorward_model::client::addon::addon_named;
use doorward_web::inside::Answered;
use serde_json::Value;

/// The members whose values are secrets.
const SECRETS: [&str; 2] = ["client_secret", "signing_secret"];
/// What gives back a new secret that nobody can see again.
const SHOWN_ONCE: &str = "post_client_secrets";
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
    pub(super) fn of(operation: &str, answered: &Answered) -> Self {
        let headers = answered.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let (body, hides) = match serde_json::from_slice::<Value>(&answered.body) {
            Ok(mut value) => {
                let hides = operation != SHOWN_ONCE && hide(&mut value);
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
                } else if name == "addons" {
                    any |= hide_keys(member);
                } else {
                    any |= hide(member);
                }
            }
            any
        }
        _ => false,
    }
}

/// The keys of other houses that addons hold.
fn hide_keys(addons: &mut Value) -> bool {
    let mut any = false;
    for (name, settings) in addons.as_object_mut().into_iter().flatten() {
        for key in addon_named(name).map_or(&[][..], |addon| addon.keys) {
            if let Some(value) = settings.get_mut(key).filter(|value| value.is_string()) {
                *value = Value::from(HIDDEN);
                any = true;
            }
        }
    }
    any
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

    #[test]
    fn the_keys_of_addons_are_secrets_too() {
        let mut value =
            json!({ "addons": { "firebase": { "secret": "s", "client_email": "a@b" }, "box": {} } });
        assert!(hide(&mut value));
        assert_eq!(
            value["addons"],
            json!({ "firebase": { "secret": HIDDEN, "client_email": "a@b" }, "box": {} })
        );
    }

    #[test]
    fn a_new_secret_is_shown_this_once() {
        let answered = |body: &Value| Answered {
            status: http::StatusCode::CREATED,
            headers: http::HeaderMap::new(),
            body: body.to_string().into(),
        };
        let body = json!({ "id": "cs_1", "client_secret": "fresh" });
        assert!(Answer::of(SHOWN_ONCE, &answered(&body)).body.contains("fresh"));
        assert!(!Answer::of("get_clients_by_id", &answered(&body)).body.contains("fresh"));
    }
}
