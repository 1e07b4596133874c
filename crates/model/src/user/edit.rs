//! What a body of the API says about a user, its bounds, and what becomes of the user.
//!
//! Owns names, types, bounds and merging. Who may change what is the engine's; so are hashing and
//! whether an address is taken. Source: the Management API's schemas of `POST /users` and
//! `PATCH /users/{id}`.

use crate::client::urls;
use crate::fields::{FieldError, FieldErrors};
use crate::json::{Object, always, flag, nullable, text, unknown};
use crate::patch::Patch;
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::user::metadata::{self, MetadataPatch};
use crate::user::{Email, User};

/// The longest name and nickname, in characters.
const MAX_NAME: usize = 300;
/// The longest first and last name, in characters.
const MAX_PART: usize = 150;

/// What a change says.
#[derive(Debug, Clone, Default)]
pub struct UserPatch {
    /// The names in the body, in its order.
    pub named: Vec<String>,
    /// The address.
    pub email: Option<Email>,
    /// Whether the address is proven.
    pub email_verified: Option<bool>,
    /// Whether the user is blocked.
    pub blocked: Option<bool>,
    /// A new password.
    pub password: Option<Secret>,
    /// What the person may change.
    pub user_metadata: Option<MetadataPatch>,
    /// What applications keep.
    pub app_metadata: Option<MetadataPatch>,
    /// The connection that the user is known through; it can be said and not changed.
    pub connection: Option<String>,
    /// The full name.
    pub name: Patch<String>,
    /// The casual name.
    pub nickname: Patch<String>,
    /// The first name.
    pub given_name: Patch<String>,
    /// The last name.
    pub family_name: Patch<String>,
    /// The address of a picture.
    pub picture: Patch<String>,
    /// The telephone number.
    pub phone_number: Patch<String>,
    /// Whether the number is proven.
    pub phone_verified: Patch<bool>,
}

/// What a new user is to be.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name of the connection.
    pub connection: String,
    /// The address.
    pub email: Email,
    /// The id at the connection, where the caller chooses it: what follows `auth0|`.
    pub id: Option<String>,
    /// The password, where there is one.
    pub password: Option<Secret>,
    /// All the rest.
    pub patch: UserPatch,
}

impl UserPatch {
    /// Reads a change of a user that exists.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn from_json(body: &Object) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut patch = Self::default();
        for (key, value) in body {
            if key == "client_id" {
                // Taken from tools that send it: whose mails to use, and there are none yet.
                text(value, key, &mut errors);
            } else if !patch.read(key, value, &mut errors) {
                errors.push(unknown(key));
            }
        }
        patch.check(&mut errors);
        errors.into_result(patch)
    }

    /// Reads one field; false when it is none of ours.
    fn read(&mut self, key: &str, value: &serde_json::Value, errors: &mut FieldErrors) -> bool {
        match key {
            "email" => self.email = text(value, key, errors).and_then(|text| email(&text, errors)),
            "email_verified" => self.email_verified = flag(value, key, errors),
            "blocked" => self.blocked = flag(value, key, errors),
            "password" => self.password = text(value, key, errors).map(Secret::new),
            "connection" => self.connection = text(value, key, errors),
            "name" => self.name = nullable(value, |v| text(v, key, errors)),
            "nickname" => self.nickname = nullable(value, |v| text(v, key, errors)),
            "given_name" => self.given_name = nullable(value, |v| text(v, key, errors)),
            "family_name" => self.family_name = nullable(value, |v| text(v, key, errors)),
            "picture" => self.picture = nullable(value, |v| text(v, key, errors)),
            "phone_number" => self.phone_number = nullable(value, |v| text(v, key, errors)),
            "phone_verified" => self.phone_verified = always(flag(value, key, errors)),
            "user_metadata" => self.user_metadata = MetadataPatch::from_json(value, key, errors),
            "app_metadata" => self.app_metadata = MetadataPatch::from_json(value, key, errors),
            "verify_email" | "verify_phone_number" => {
                if flag(value, key, errors) == Some(true) {
                    let text = "No mails or messages are sent yet. Leave this out, or use false.";
                    errors.push(FieldError::new(key, "enum", text));
                }
            }
            "username" => {
                if !value.is_null() {
                    let text = "This connection knows people by their email address. Leave this out.";
                    errors.push(FieldError::new(key, "enum", text));
                }
            }
            _ => return false,
        }
        self.named.push(key.to_owned());
        true
    }

    fn check(&self, errors: &mut FieldErrors) {
        within(&self.name, MAX_NAME, "name", errors);
        within(&self.nickname, MAX_NAME, "nickname", errors);
        within(&self.given_name, MAX_PART, "given_name", errors);
        within(&self.family_name, MAX_PART, "family_name", errors);
        if let Patch::Set(picture) = &self.picture
            && let Err(problem) = urls::check_logo(picture)
        {
            errors.push(FieldError::new("picture", "format", problem.to_string()));
        }
        if let Patch::Set(number) = &self.phone_number
            && !is_phone_number(number)
        {
            let text = "A telephone number is a plus sign and up to 15 digits: +4930123456.";
            errors.push(FieldError::new("phone_number", "pattern", text));
        }
    }

    /// What becomes of `user`. A new address is not proven, unless the change says so.
    ///
    /// # Errors
    /// What only the whole can break: the size of the metadata.
    pub fn apply(self, user: &User, now: Timestamp) -> Result<User, FieldErrors> {
        let mut next = user.clone();
        if let Some(email) = self.email
            && email != next.email
        {
            next.email = email;
            next.email_verified = false;
        }
        next.email_verified = self.email_verified.unwrap_or(next.email_verified);
        next.blocked = self.blocked.unwrap_or(next.blocked);
        let profile = &mut next.profile;
        self.name.apply(&mut profile.name);
        self.nickname.apply(&mut profile.nickname);
        self.given_name.apply(&mut profile.given_name);
        self.family_name.apply(&mut profile.family_name);
        self.picture.apply(&mut profile.picture);
        if let Patch::Set(number) = &self.phone_number
            && profile.phone_number.as_ref() != Some(number)
        {
            profile.phone_verified = profile.phone_verified.map(|_| false);
        }
        self.phone_number.apply(&mut profile.phone_number);
        self.phone_verified.apply(&mut profile.phone_verified);
        let mut errors = FieldErrors::default();
        for (patch, object, path) in [
            (self.user_metadata, &mut next.user_metadata, "user_metadata"),
            (self.app_metadata, &mut next.app_metadata, "app_metadata"),
        ] {
            if let Some(patch) = patch {
                *object = patch.apply(object);
                metadata::check(object, path, &mut errors);
            }
        }
        if next != *user {
            next.updated_at = now;
        }
        errors.into_result(next)
    }
}

impl NewUser {
    /// Reads what a new user is to be.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn from_json(body: &Object) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (mut patch, mut id) = (UserPatch::default(), None);
        for (key, value) in body {
            if key == "user_id" {
                id = text(value, key, &mut errors);
                patch.named.push(key.clone());
            } else if !patch.read(key, value, &mut errors) {
                errors.push(unknown(key));
            }
        }
        for required in ["connection", "email"] {
            if !body.contains_key(required) {
                errors.push(FieldError::new(required, "required", "A new user needs this."));
            }
        }
        patch.check(&mut errors);
        let connection = patch.connection.clone().unwrap_or_default();
        let (email, password) = (patch.email.take(), patch.password.take());
        match email {
            Some(email) => errors.into_result(Self { connection, email, id, password, patch }),
            None => Err(errors),
        }
    }
}

fn email(text: &str, errors: &mut FieldErrors) -> Option<Email> {
    Email::parse(text).map_err(|error| errors.push(error)).ok()
}

fn within(value: &Patch<String>, max: usize, path: &str, errors: &mut FieldErrors) {
    let Patch::Set(text) = value else { return };
    if text.is_empty() {
        errors.push(FieldError::new(path, "min_length", "This is empty. Use null to remove it."));
    } else if text.chars().count() > max {
        errors.push(FieldError::new(path, "max_length", format!("Use at most {max} characters.")));
    }
}

fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ConnectionId, UserId};
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn object(value: Value) -> Object {
        let Value::Object(object) = value else { panic!("an object is wanted") };
        object
    }

    fn ada() -> User {
        let id = UserId::parse("auth0|1").unwrap();
        let connection = ConnectionId::parse("con_1").unwrap();
        let mut user =
            User::new(id, connection, Email::parse("ada@a.test").unwrap(), Timestamp::from_seconds(0));
        user.email_verified = true;
        user
    }

    fn apply(user: &User, body: Value) -> User {
        UserPatch::from_json(&object(body)).unwrap().apply(user, NOW).unwrap()
    }

    fn rules(body: Value) -> Vec<String> {
        let errors = UserPatch::from_json(&object(body)).unwrap_err();
        errors.all().iter().map(|error| format!("{} {}", error.path, error.rule)).collect()
    }

    #[test]
    fn what_is_named_changes_and_the_rest_stays() {
        let named = apply(&ada(), json!({"name": "Ada", "blocked": true, "picture": "https://a.test/a.png"}));
        assert_eq!((named.profile.name.as_deref(), named.blocked), (Some("Ada"), true));
        assert_eq!((named.email_verified, named.updated_at), (true, NOW));
        let cleared = apply(&named, json!({"name": null, "blocked": false}));
        assert_eq!((cleared.profile.name, cleared.blocked), (None, false));
        assert_eq!(cleared.profile.picture, named.profile.picture);
    }

    #[test]
    fn a_change_that_changes_nothing_leaves_the_time_alone() {
        assert_eq!(
            apply(&ada(), json!({"email": "ADA@a.test", "blocked": false, "user_metadata": {}})),
            ada()
        );
    }

    #[test]
    fn cve_2026_27946_a_new_address_is_not_proven_unless_it_is_said_to_be() {
        assert!(!apply(&ada(), json!({"email": "ada@b.test"})).email_verified);
        assert!(apply(&ada(), json!({"email": "ada@b.test", "email_verified": true})).email_verified);
        let phoned = apply(&ada(), json!({"phone_number": "+491", "phone_verified": true}));
        assert_eq!(phoned.profile.phone_verified, Some(true));
        assert_eq!(apply(&phoned, json!({"phone_number": "+492"})).profile.phone_verified, Some(false));
        assert_eq!(apply(&phoned, json!({"phone_number": "+491"})).profile.phone_verified, Some(true));
    }

    #[test]
    fn all_that_is_wrong_is_found_at_once() {
        let long = "x".repeat(301);
        assert_eq!(
            rules(json!({
                "name": "", "nickname": long, "email": "ada", "blocked": "yes", "picture": "javascript:x",
                "phone_number": "030", "user_metadata": [], "verify_email": true, "username": "ada", "role": "admin",
            })),
            [
                "email format",
                "blocked type",
                "user_metadata type",
                "verify_email enum",
                "username enum",
                "role additional_properties",
                "name min_length",
                "nickname max_length",
                "picture format",
                "phone_number pattern",
            ]
        );
        assert_eq!(rules(json!({"email": null, "password": 7})), ["email type", "password type"]);
        assert!(UserPatch::from_json(&object(json!({"client_id": "x", "connection": "c"}))).is_ok());
    }

    #[test]
    fn metadata_that_grows_too_large_is_refused_when_it_is_applied() {
        let mut user = ada();
        user.user_metadata = object(json!({"a": "x".repeat(10_000)}));
        let patch =
            UserPatch::from_json(&object(json!({"user_metadata": {"b": "x".repeat(10_000)}}))).unwrap();
        let errors = patch.apply(&user, NOW).unwrap_err();
        assert_eq!(errors.all()[0].path, "user_metadata");
    }

    #[test]
    fn a_new_user_needs_a_connection_and_an_address() {
        let errors = NewUser::from_json(&object(json!({"name": "Ada", "age": 7}))).unwrap_err();
        let paths: Vec<_> = errors.all().iter().map(|error| error.path.as_str()).collect();
        assert_eq!(paths, ["age", "connection", "email"]);
        let body = json!({"connection": "c", "email": "Ada@a.test", "user_id": "7", "password": "secret"});
        let new = NewUser::from_json(&object(body)).unwrap();
        assert_eq!((new.email.as_str(), new.id.as_deref()), ("ada@a.test", Some("7")));
        assert!(!format!("{new:?}").contains("secret"));
    }
}
