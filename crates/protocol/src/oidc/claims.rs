//! Claims about a person, by scope.
//!
//! First-party clients read `updated_at` as an RFC 3339 text, and the profile from the ID token too, as
//! the field's SDKs expect it. Clients of third parties get the letter of the standard.
//!
//! What has no field of its own is read by [`metadata`].
//!
//! Source: OpenID Connect Core §5.1 (`updated_at` is a number), §5.4 (where there is an access token,
//! the claims of a scope come from userinfo).

use doorward_model::client::Client;
use doorward_model::scope::oidc;
use doorward_model::token::AskedClaims;
use doorward_model::user::User;
use serde_json::{Map, Value};

use super::metadata;

/// Every claim that an ID token or userinfo may hold.
pub const SUPPORTED: [&str; 30] = [
    "acr",
    "address",
    "aud",
    "auth_time",
    "at_hash",
    "birthdate",
    "c_hash",
    "email",
    "email_verified",
    "exp",
    "family_name",
    "gender",
    "given_name",
    "iat",
    "iss",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "nonce",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "sid",
    "sub",
    "updated_at",
    "website",
    "zoneinfo",
];

/// How people prove who they are here: by a password (the word is that of RFC 8176).
pub const ACR: &str = "pwd";

/// The claims about a person, with the scope value that lets them out (§5.4).
const PERSONAL: [(&str, &str); 19] = [
    ("address", oidc::ADDRESS),
    ("birthdate", oidc::PROFILE),
    ("email", oidc::EMAIL),
    ("email_verified", oidc::EMAIL),
    ("family_name", oidc::PROFILE),
    ("gender", oidc::PROFILE),
    ("given_name", oidc::PROFILE),
    ("locale", oidc::PROFILE),
    ("middle_name", oidc::PROFILE),
    ("name", oidc::PROFILE),
    ("nickname", oidc::PROFILE),
    ("phone_number", oidc::PHONE),
    ("phone_number_verified", oidc::PHONE),
    ("picture", oidc::PROFILE),
    ("preferred_username", oidc::PROFILE),
    ("profile", oidc::PROFILE),
    ("updated_at", oidc::PROFILE),
    ("website", oidc::PROFILE),
    ("zoneinfo", oidc::PROFILE),
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
    known(user, form, |_, of| scope.iter().any(|value| value == of))
}

/// The claims of these names that are known of `user`.
#[must_use]
pub fn named(user: &User, names: &[String], form: Form) -> Map<String, Value> {
    known(user, form, |name, _| names.iter().any(|wanted| wanted == name))
}

fn known(user: &User, form: Form, is_wanted: impl Fn(&str, &str) -> bool) -> Map<String, Value> {
    let wanted = PERSONAL.into_iter().filter(|(name, scope)| is_wanted(name, scope));
    wanted.filter_map(|(name, _)| Some((name.to_owned(), value(user, name, form)?))).collect()
}

/// What is known of `user` under the name of a claim. What has a field of its own comes from nowhere else.
fn value(user: &User, name: &str, form: Form) -> Option<Value> {
    let profile = &user.profile;
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    match name {
        "given_name" => text(&profile.given_name),
        "family_name" => text(&profile.family_name),
        "nickname" => text(&profile.nickname),
        "name" => text(&profile.name),
        "picture" => text(&profile.picture),
        "preferred_username" => text(&user.username).or_else(|| metadata::claim(user, name)),
        "phone_number" => text(&profile.phone_number),
        // Said of a number alone, as for an email address: no word of it is no proof.
        "phone_number_verified" => {
            profile.phone_number.as_ref().map(|_| Value::from(profile.phone_verified == Some(true)))
        }
        "email" => Some(Value::from(user.email.as_str())),
        "email_verified" => Some(Value::from(user.email_verified)),
        "updated_at" => Some(match form {
            Form::Familiar => Value::from(user.updated_at.to_string()),
            Form::Strict => Value::from(user.updated_at.seconds()),
        }),
        _ => metadata::claim(user, name),
    }
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

    /// Somebody of whom all is known that can be.
    fn full() -> User {
        let Value::Object(own) = serde_json::json!({
            "middle_name": "King", "profile": "https://ada.example/about", "website": "https://ada.example",
            "gender": "female", "birthdate": "1815-12-10", "zoneinfo": "Europe/London", "locale": "en-GB",
            "address": { "locality": "London", "country": "GB" },
        }) else {
            unreachable!("it is an object")
        };
        let mut user = User { username: Some("ada".to_owned()), user_metadata: own, ..ada() };
        user.profile.given_name = Some("Ada".to_owned());
        user.profile.picture = Some("https://cdn.test/ada.png".to_owned());
        user.profile.phone_number = Some("+442071234567".to_owned());
        user
    }

    fn names(claims: &Map<String, Value>) -> Vec<&str> {
        claims.keys().map(String::as_str).collect()
    }

    #[test]
    fn oidc_core_5_4_each_scope_lets_out_its_claims_and_no_others() {
        let told = |text: &str| person(&full(), &scope(text), Form::Strict);
        let fourteen = "birthdate family_name gender given_name locale middle_name name nickname picture \
                        preferred_username profile updated_at website zoneinfo";
        assert_eq!(names(&told("openid profile")).join(" "), fourteen);
        assert_eq!(names(&told("openid email")), ["email", "email_verified"]);
        assert_eq!(names(&told("openid address")), ["address"]);
        let phone = serde_json::json!({ "phone_number": "+442071234567", "phone_number_verified": false });
        assert_eq!(Value::Object(told("openid phone")), phone);
        assert_eq!(told("openid profile email address phone").len(), PERSONAL.len());
    }

    /// Whoever may write their own metadata must not become somebody else by it.
    #[test]
    fn a_field_of_its_own_wins_and_what_people_write_proves_nothing() {
        let mut user = ada();
        for (name, _) in PERSONAL {
            user.user_metadata.insert(name.to_owned(), "root".into());
        }
        user.app_metadata.insert("preferred_username".to_owned(), "ada.l".into());
        let told = person(&user, &scope("profile email address phone"), Form::Familiar);
        assert_eq!((&told["name"], &told["email"]), (&"Ada Lovelace".into(), &"ada@example.com".into()));
        for absent in ["given_name", "picture", "phone_number", "phone_number_verified", "address", "website"]
        {
            assert_eq!(told.get(absent), None, "{absent}");
        }
        assert_eq!(told["preferred_username"], "ada.l");
        user.username = Some("ada".to_owned());
        assert_eq!(person(&user, &scope("profile"), Form::Familiar)["preferred_username"], "ada");
    }

    #[test]
    fn every_claim_about_a_person_is_announced() {
        for name in names(&person(&full(), &scope("profile email address phone"), Form::Familiar)) {
            assert!(SUPPORTED.contains(&name), "{name}");
        }
    }
}
