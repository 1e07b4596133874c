//! The answer of the userinfo endpoint.
//!
//! Source: OpenID Connect Core §5.3.2.

use doorward_model::client::Client;
use doorward_model::user::User;
use serde_json::{Map, Value};

use super::claims::{self, Form};

/// What the bearer of a token that `client` got with `scope`, and with `asked` by name, may read about `user`: `sub`
/// always.
#[must_use]
pub fn userinfo_claims(
    client: &Client,
    user: &User,
    (scope, asked): (&[String], &[String]),
) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("sub".to_owned(), Value::from(user.id.as_str()));
    answer.extend(claims::person(user, scope, Form::of(client)));
    answer.extend(claims::named(user, asked, Form::of(client)));
    answer
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;

    use super::super::claims::tests::{ada, scope};
    use super::*;
    use crate::oauth::authorize::examples::client;

    #[test]
    fn the_subject_is_always_there_and_the_rest_by_scope() {
        let plain = userinfo_claims(&client("shop", ClientKind::Spa), &ada(), (&scope("openid"), &[]));
        assert_eq!(Value::Object(plain), serde_json::json!({"sub": "auth0|5f7c8ec7c33c6c004bbafe82"}));
        let full =
            userinfo_claims(&client("shop", ClientKind::Spa), &ada(), (&scope("openid profile email"), &[]));
        assert_eq!(full["sub"], "auth0|5f7c8ec7c33c6c004bbafe82");
        assert_eq!(full["nickname"], "ada");
        assert_eq!(full["email"], "ada@example.com");
    }

    #[test]
    fn a_third_party_reads_the_strict_form() {
        let mut shop = client("shop", ClientKind::Spa);
        let updated_at = |shop: &Client| {
            userinfo_claims(shop, &ada(), (&scope("openid profile"), &[]))["updated_at"].clone()
        };
        assert!(updated_at(&shop).is_string());
        shop.settings.is_first_party = false;
        assert!(updated_at(&shop).is_number());
    }
}
