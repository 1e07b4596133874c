//! The answer of the userinfo endpoint.
//!
//! Source: OpenID Connect Core §5.3.2.

use doorward_model::user::User;
use serde_json::{Map, Value};

use super::claims;

/// What the bearer of a token with `scope` may read about `user`: `sub` always.
#[must_use]
pub fn userinfo_claims(user: &User, scope: &[String]) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("sub".to_owned(), Value::from(user.id.as_str()));
    answer.extend(claims::person(user, scope));
    answer
}

#[cfg(test)]
mod tests {
    use super::super::claims::tests::{ada, scope};
    use super::*;

    #[test]
    fn the_subject_is_always_there_and_the_rest_by_scope() {
        let plain = userinfo_claims(&ada(), &scope("openid"));
        assert_eq!(Value::Object(plain), serde_json::json!({"sub": "auth0|5f7c8ec7c33c6c004bbafe82"}));
        let full = userinfo_claims(&ada(), &scope("openid profile email"));
        assert_eq!(full["sub"], "auth0|5f7c8ec7c33c6c004bbafe82");
        assert_eq!(full["nickname"], "ada");
        assert_eq!(full["email"], "ada@example.com");
    }
}
