//! A user as the API shows it.
//!
//! A pure function of the user, the connection and what the caller may see. Source: the Management
//! API's `users`, field order included.

use doorward_engine::users::ShownUser;
use serde_json::{Map, Value, json};

/// A user. A name that was not given is shown as what it is derived from.
pub(crate) fn user(shown: &ShownUser) -> Map<String, Value> {
    let (user, profile) = (&shown.user, &shown.user.profile);
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            object.insert(name.to_owned(), value);
        }
    };
    put("created_at", json!(user.created_at.to_string()));
    put("email", json!(user.email.as_str()));
    put("email_verified", json!(user.email_verified));
    put("family_name", json!(profile.family_name));
    put("given_name", json!(profile.given_name));
    put("identities", json!([identity(shown)]));
    put("name", json!(user.display_name()));
    put("nickname", json!(user.nickname()));
    put("phone_number", json!(profile.phone_number));
    put("phone_verified", json!(profile.phone_verified));
    put("picture", json!(profile.picture));
    put("updated_at", json!(user.updated_at.to_string()));
    put("user_id", json!(user.id.as_str()));
    put("username", json!(user.username));
    if !user.user_metadata.is_empty() {
        put("user_metadata", json!(user.user_metadata));
    }
    if shown.with_app_metadata && !user.app_metadata.is_empty() {
        put("app_metadata", json!(user.app_metadata));
    }
    put("blocked", json!(user.blocked));
    put("last_password_reset", json!(user.last_password_reset.map(|time| time.to_string())));
    put("last_ip", json!(user.last_ip));
    put("last_login", json!(user.last_login.map(|time| time.to_string())));
    put("logins_count", json!(user.logins_count));
    object
}

/// The one identity that a user of a database connection has.
fn identity(shown: &ShownUser) -> Value {
    let id = shown.user.id.as_str();
    json!({
        "connection": shown.connection,
        "user_id": id.split_once('|').map_or(id, |(_, own)| own),
        "provider": shown.provider,
        "isSocial": false,
    })
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::{ConnectionId, UserId};
    use doorward_model::time::Timestamp;
    use doorward_model::user::{Email, User};

    use super::*;

    fn shown() -> ShownUser {
        let id = UserId::parse("auth0|5f7c8ec7c33c6c004bbafe82").unwrap();
        let connection = ConnectionId::parse("con_1").unwrap();
        let email = Email::parse("ada@acme.test").unwrap();
        let user = User::new(id, connection, email, Timestamp::from_seconds(0));
        ShownUser { user, connection: "Users".to_owned(), provider: "auth0", with_app_metadata: true }
    }

    #[test]
    fn a_new_user_is_shown_as_tools_know_it() {
        let expected = json!({
            "created_at": "1970-01-01T00:00:00.000Z", "email": "ada@acme.test", "email_verified": false,
            "identities": [{
                "connection": "Users", "user_id": "5f7c8ec7c33c6c004bbafe82", "provider": "auth0",
                "isSocial": false,
            }],
            "name": "ada@acme.test", "nickname": "ada", "updated_at": "1970-01-01T00:00:00.000Z",
            "user_id": "auth0|5f7c8ec7c33c6c004bbafe82", "blocked": false, "logins_count": 0,
        });
        assert_eq!(Value::Object(user(&shown())).to_string(), expected.to_string());
    }

    #[test]
    fn what_applications_keep_is_shown_to_those_who_may_see_it() {
        let mut shown = shown();
        shown.user.app_metadata.insert("plan".to_owned(), json!("gold"));
        shown.user.user_metadata.insert("color".to_owned(), json!("red"));
        assert_eq!(user(&shown)["app_metadata"], json!({ "plan": "gold" }));
        shown.with_app_metadata = false;
        assert!(!user(&shown).contains_key("app_metadata"));
        assert_eq!(user(&shown)["user_metadata"], json!({ "color": "red" }));
    }
}
