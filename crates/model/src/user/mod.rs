//! A person known through one connection.
//!
//! Owns what a user is and what it is shown as; [`edit`] what may be changed, [`metadata`] what
//! applications keep about people, [`search`] what lists of users can be searched for.

pub mod edit;
pub mod metadata;
pub mod schema;
pub mod search;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fields::FieldError;
use crate::ids::{ConnectionId, UserId};
use crate::time::Timestamp;

/// An email address in the form in which it is looked up: trimmed and lower-cased.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The longest address, in bytes (RFC 5321 §4.5.3.1.3 less the brackets).
    pub const MAX: usize = 254;

    /// Reads an address: one `@`, something on both sides, no spaces or control characters.
    /// Anything finer is for the mail itself to prove.
    ///
    /// # Errors
    /// A field error for `email` that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        let bad = |why: &str| Err(FieldError::new("email", "format", why));
        if text.len() > Self::MAX {
            return bad("The email address is too long: at most 254 characters.");
        }
        match text.split_once('@') {
            Some((local, domain)) if !local.is_empty() && !domain.is_empty() && !domain.contains('@') => {}
            _ => return bad("An email address looks like ada@example.com."),
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>')) {
            return bad("An email address holds no spaces and no angle brackets.");
        }
        Ok(Self(text.to_lowercase()))
    }

    /// The address, lower-cased.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

/// What is known of a person, under the names of OpenID Connect Core §5.1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Casual name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// A telephone number with its country: `+4930123456`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether somebody proved that the number is theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_verified: Option<bool>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id, also `sub` in tokens.
    pub id: UserId,
    /// The connection that knows this person.
    pub connection: ConnectionId,
    /// The address, lower-cased.
    pub email: Email,
    /// Whether somebody proved that the address is theirs.
    pub email_verified: bool,
    /// A second name to log in with, for connections that know such names.
    pub username: Option<String>,
    /// What is known of the person.
    pub profile: Profile,
    /// What the person may change: preferences and the like.
    pub user_metadata: Map<String, Value>,
    /// What applications keep about the person, who cannot change it.
    pub app_metadata: Map<String, Value>,
    /// Blocked users get no tokens from the moment of blocking.
    pub blocked: bool,
    /// Counts the changes of this row.
    pub version: i64,
    /// Successful logins so far.
    pub logins_count: i64,
    /// The last successful login.
    pub last_login: Option<Timestamp>,
    /// The address that login came from.
    pub last_ip: Option<String>,
    /// When the password was last changed, after it was first set.
    pub last_password_reset: Option<Timestamp>,
    /// When the user was made.
    pub created_at: Timestamp,
    /// When the user was last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// What is known of the person, as words that a password may have to leave out: lower-cased, those of three
    /// characters and more. Of the address it is what stands before the `@`.
    #[must_use]
    pub fn known_words(&self) -> Vec<String> {
        let profile = &self.profile;
        let names =
            [&profile.name, &profile.nickname, &profile.given_name, &profile.family_name, &self.username];
        let told = ["name", "username", "first", "last", "first_name", "last_name"];
        let told = told.iter().filter_map(|key| self.user_metadata.get(*key)?.as_str());
        let address = self.email.as_str().split('@').next();
        let texts = names.into_iter().flatten().map(String::as_str).chain(told).chain(address);
        let words = texts.flat_map(|text| [text].into_iter().chain(text.split_whitespace()));
        let mut words: Vec<String> =
            words.filter(|word| word.chars().count() > 2).map(str::to_lowercase).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// A user of whom nothing but the address is known.
    #[must_use]
    pub fn new(id: UserId, connection: ConnectionId, email: Email, now: Timestamp) -> Self {
        Self {
            id,
            connection,
            email,
            email_verified: false,
            username: None,
            profile: Profile::default(),
            user_metadata: Map::new(),
            app_metadata: Map::new(),
            blocked: false,
            version: 1,
            logins_count: 0,
            last_login: None,
            last_ip: None,
            last_password_reset: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// The casual name to show: the one that was given, else what the address begins with.
    #[must_use]
    pub fn nickname(&self) -> &str {
        self.profile.nickname.as_deref().unwrap_or(self.email.local_part())
    }

    /// The name to show and to put into the log.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.profile.name.as_deref().unwrap_or(self.email.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_looked_up_trimmed_and_lower_cased() {
        assert_eq!(
            Email::parse("  Ada@Example.COM ").map(|e| e.as_str().to_owned()),
            Ok("ada@example.com".into())
        );
    }

    #[test]
    fn a_name_that_was_not_given_comes_from_the_address() {
        let id = UserId::parse("auth0|1").unwrap();
        let connection = ConnectionId::parse("con_1").unwrap();
        let email = Email::parse("ada.l@example.com").unwrap();
        let mut user = User::new(id, connection, email, Timestamp::from_seconds(0));
        assert_eq!((user.display_name(), user.nickname()), ("ada.l@example.com", "ada.l"));
        assert_eq!(user.email.domain(), "example.com");
        user.profile.name = Some("Ada".to_owned());
        user.profile.nickname = Some("countess".to_owned());
        assert_eq!((user.display_name(), user.nickname()), ("Ada", "countess"));
    }

    #[test]
    fn what_is_known_of_a_person_is_every_name_and_the_local_part() {
        let id = UserId::parse("auth0|1").unwrap();
        let connection = ConnectionId::parse("con_1").unwrap();
        let email = Email::parse("countess@example.com").unwrap();
        let mut user = User::new(id, connection, email, Timestamp::from_seconds(0));
        user.profile.name = Some("Ada Lovelace".to_owned());
        user.profile.nickname = Some("Al".to_owned());
        user.user_metadata.insert("first".to_owned(), "Augusta".into());
        user.user_metadata.insert("colour".to_owned(), "blue".into());
        assert_eq!(user.known_words(), ["ada", "ada lovelace", "augusta", "countess", "lovelace"]);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in
            ["", "ada", "@b", "a@", "a@b@c", "a b@c", "a\n@c", "<a@c>", &format!("{}@c", "a".repeat(300))]
        {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }
}
