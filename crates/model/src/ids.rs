//! Typed ids: an id of one kind can never be passed where another is meant.
//!
//! Owns the spelling of ids, not their making: fresh ones come from `engine::entropy`.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("an id cannot be empty")]
    Empty,
    /// The text is longer than the kind of id allows.
    #[error("an id of this kind has at most {max} characters")]
    TooLong {
        /// The greatest length, in characters.
        max: usize,
    },
    /// The text holds something besides printable ASCII.
    #[error("an id holds printable ASCII characters only, without spaces")]
    BadCharacter,
}

fn check(text: &str, max: usize) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > max {
        return Err(IdError::TooLong { max });
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(IdError::BadCharacter);
    }
    Ok(())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident max $max:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads an id.
            ///
            /// # Errors
            /// When the text is empty, too long, or not printable ASCII.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check(text, $max)?;
                Ok(Self(text.into()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// A tenant, for example `acme`.
    TenantId max 64;
    /// A client: 32 letters and digits when made here, `tpc_` and 22 of a third party; kept as it is when
    /// imported.
    ClientId max 128;
    /// One of the secrets of a client.
    SecretId max 64;
    /// A public key of a client: `cred_` and 22 letters and digits.
    CredentialId max 64;
    /// A connection: `con_` and 16 letters and digits.
    ConnectionId max 64;
    /// A user: provider, a bar, and the id at that provider, `auth0|5f7c8ec7c33c6c004bbafe82`.
    UserId max 255;
    /// A session of a browser; public, it appears as `sid` in ID tokens.
    SessionId max 64;
    /// A login that is under way; public, it is the `state` of the hosted pages.
    LoginId max 64;
    /// A grant: what a person allowed a client; 24 hexadecimal digits.
    GrantId max 64;
    /// A token family: what one authorization led to.
    FamilyId max 64;
    /// An event of the log; sortable by time as text.
    LogId max 64;
    /// A signing key; appears as `kid`.
    KeyId max 128;
    /// An admin.
    AdminId max 64;
    /// A resource server, the API's own id (not its identifier).
    ResourceServerId max 64;
    /// A client grant: `cgr_` and 16 letters and digits.
    ClientGrantId max 64;
    /// A device that waits for its person to log in (RFC 8628); public.
    DeviceCodeId max 64;
    /// A credential of a person's device: `dcr_` and 16 letters and digits.
    DeviceCredentialId max 64;
    /// A role: `rol_` and 16 letters and digits.
    RoleId max 64;
    /// A log stream: `lst_` and 16 digits.
    StreamId max 64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_printable_ascii_of_bounded_length() {
        assert_eq!(ClientId::parse("abc").map(|id| id.to_string()), Ok("abc".to_owned()));
        assert_eq!(UserId::parse("auth0|5f7c").map(|id| id.to_string()), Ok("auth0|5f7c".to_owned()));
        assert_eq!(ClientId::parse(""), Err(IdError::Empty));
        assert_eq!(ClientId::parse("a b"), Err(IdError::BadCharacter));
        assert_eq!(ClientId::parse("a\nb"), Err(IdError::BadCharacter));
        assert_eq!(ClientId::parse("é"), Err(IdError::BadCharacter));
        assert_eq!(TenantId::parse(&"x".repeat(65)), Err(IdError::TooLong { max: 64 }));
    }

    #[test]
    fn deserializing_applies_the_same_rule() {
        assert!(serde_json::from_str::<ClientId>("\"ok\"").is_ok());
        assert!(serde_json::from_str::<ClientId>("\"\"").is_err());
    }
}
