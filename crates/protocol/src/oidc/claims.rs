//! Claims about a person, by scope.
//!
//! First-party clients read `updated_at` as an RFC 3339 text, and the profile from the ID token too, as
//! the field's SDKs expect it. Clients of third parties get the letter of the standard.
//!
//! Source: OpenID Connect Core §5.1 (`updated_at` is a number), §5.4 (where there is an access token,
//! the claims of a scope come from userinfo).

use doorward_model::client::Client;
use doorward_model::scope::oidc;
use doorward_model::token::AskedClaims;
use doorward_model::user::User;
use serde_json::{Map, Value};

/// Every claim that an ID token or userinfo may hold.
pub const SUPPORTED: [&str; 19] = [
    "acr",
    "aud",
    "auth_time",
    "at_hash",
    "c_hash",
    "email",
    "email_verified",
    "exp",
    "family_name",
    "given_name",
    "iat",
    "iss",
    "name",
    "nickname",
    "nonce",
    "picture",
    "sid",
    "sub",
    "updated_at",
];

/// How people prove who they are here: by a password (the word is that of RFC 8176).
pub const ACR: &str = "pwd";

/// The claims about a person that can be asked for one by one, with the scope value that lets them out.
const PERSONAL: [(&str, &str); 8] = [
    ("email", oidc::EMAIL),
    ("email_verified", oidc::EMAIL),
    ("family_name", oidc::PROFILE),
    ("given_name", oidc::PROFILE),
    ("name", oidc::PROFILE),
    ("nickname", oidc::PROFILE),
    ("picture", oidc::PROFILE),
    ("updated_at", oidc::PROFILE),
];

/// Whether a claim is one about a person.
#[must_use]
pub fn is_personal(name: &str) -> bool {
    PERSONAL.iter().any(|(known, _)| *known == name)
}

/// The scope values that would let out what is asked for one by one.
pub fn scopes_of(asked: &AskedClaims) -> impl Iterator<Item = &'static str> + '_ {
    let is_asked = |name: &str| asked.id_token.iter().chain(&asked.userinfo).any(|known| known == name);
    PERSONAL.into_iter().filter(move |(name, _)| is_asked(name)).map(|(_, scope)| scope)
}

/// The claims of that name that are known of `user`.
#[must_use]
pub fn named(user: &User, names: &[String], form: Form) -> Map<String, Value> {
    if names.is_empty() {
        return Map::new();
    }
    let mut claims = person(user, &[oidc::PROFILE.to_owned(), oidc::EMAIL.to_owned()], form);
    claims.retain(|name, _| names.contains(name));
    claims
}

/// How close to the letter claims are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As the field's SDKs read them.
    Familiar,
    /// As the standard has them.
    Strict,
}

impl Form {
    /// The form that a client gets.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        if client.settings.is_first_party { Form::Familiar } else { Form::Strict }
    }
}

/// What `scope` lets out about `user`. Facts that are not known are left out (§5.3.2).
#[must_use]
pub fn person(user: &User, scope: &[String], form: Form) -> Map<String, Value> {
    let has = |wanted: &str| scope.iter().any(|value| value == wanted);
    let mut claims = Map::new();
    if has(oidc::PROFILE) {
        let profile = &user.profile;
        let known = [
            ("given_name", &profile.given_name),
            ("family_name", &profile.family_name),
            ("nickname", &profile.nickname),
            ("name", &profile.name),
            ("picture", &profile.picture),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                claims.insert(name.to_owned(), Value::from(value.as_str()));
            }
        }
        let updated_at = match form {
            Form::Familiar => Value::from(user.updated_at.to_string()),
            Form::Strict => Value::from(user.updated_at.seconds()),
        };
        claims.insert("updated_at".to_owned(), updated_at);
    }
    if has(oidc::EMAIL) {
        claims.insert("email".to_owned(), Value::from(user.email.as_str()));
        claims.insert("email_verified".to_owned(), Value::from(user.email_verified));
    }
    claims
}

#[cfg(test)]
pub(crate) mod tests {
    use doorward_model::ids::{ConnectionId, UserId};
    use doorward_model::time::Timestamp;
    use doorward_model::user::{Email, Profile};

    use super::*;

    pub(crate) fn ada() -> User {
        let id = UserId::parse("auth0|5f7c8ec7c33c6c004bbafe82").unwrap();
        let connection = ConnectionId::parse("con_0123456789abcdef").unwrap();
        let email = Email::parse("ada@example.com").unwrap();
        User {
            email_verified: true,
            profile: Profile {
                name: Some("Ada Lovelace".to_owned()),
                nickname: Some("ada".to_owned()),
                family_name: Some("Lovelace".to_owned()),
                ..Profile::default()
            },
            logins_count: 3,
            updated_at: Timestamp::from_seconds(1_763_877_600),
            ..User::new(id, connection, email, Timestamp::from_seconds(1_700_000_000))
        }
    }

    pub(crate) fn scope(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn openid_alone_lets_nothing_out_but_the_subject() {
        assert!(person(&ada(), &scope("openid offline_access read:clients"), Form::Familiar).is_empty());
        assert!(person(&ada(), &[], Form::Strict).is_empty());
    }

    #[test]
    fn profile_lets_out_what_is_known_and_nothing_of_the_email() {
        let claims = Value::Object(person(&ada(), &scope("openid profile"), Form::Familiar));
        assert_eq!(
            claims,
            serde_json::json!({
                "family_name": "Lovelace",
                "nickname": "ada",
                "name": "Ada Lovelace",
                "updated_at": "2025-11-23T06:00:00.000Z",
            })
        );
    }

    #[test]
    fn oidc_core_5_1_in_the_strict_form_a_time_is_a_number() {
        let claims = person(&ada(), &scope("openid profile"), Form::Strict);
        assert_eq!(claims["updated_at"], 1_763_877_600);
        assert_eq!(claims["name"], "Ada Lovelace");
    }

    #[test]
    fn email_lets_out_the_address_and_whether_it_is_proven() {
        let claims = Value::Object(person(&ada(), &scope("openid email"), Form::Familiar));
        assert_eq!(claims, serde_json::json!({"email": "ada@example.com", "email_verified": true}));
    }

    #[test]
    fn a_scope_counts_only_in_its_own_spelling() {
        assert!(person(&ada(), &scope("Profile EMAIL profile2 emails"), Form::Familiar).is_empty());
    }

    #[test]
    fn oidc_core_5_5_what_is_asked_for_by_name_is_given_where_it_is_known() {
        let names = ["name", "picture", "email", "sub", "iss"].map(str::to_owned);
        let claims = Value::Object(named(&ada(), &names, Form::Strict));
        assert_eq!(claims, serde_json::json!({"name": "Ada Lovelace", "email": "ada@example.com"}));
        assert!(named(&ada(), &[], Form::Familiar).is_empty());
        let asked = AskedClaims { id_token: vec!["name".to_owned()], userinfo: vec!["email".to_owned()] };
        assert_eq!(scopes_of(&asked).collect::<Vec<_>>(), ["email", "profile"]);
    }

    #[test]
    fn every_claim_about_a_person_is_announced() {
        let mut user = ada();
        user.profile.given_name = Some("Ada".to_owned());
        user.profile.picture = Some("https://cdn.test/ada.png".to_owned());
        for name in person(&user, &scope("profile email"), Form::Familiar).keys() {
            assert!(SUPPORTED.contains(&name.as_str()), "{name}");
            assert!(is_personal(name), "{name}");
        }
    }
}
