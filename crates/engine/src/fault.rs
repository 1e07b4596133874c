//! What a use case can fail with. Free of HTTP: the fronts' skins give a status and a shape.
//!
//! Every variant has a public text and, where there is more to say, a private cause that only the
//! operator's log sees.

use doorward_model::fields::FieldErrors;
use doorward_model::scope::ApiScope;
use doorward_model::time::Lifetime;
use doorward_protocol::oauth::error::TokenError;
use doorward_store::{LIST_SECONDS, StoreError};

/// How long to wait when a queue is full or the store is busy.
pub const SHORT_WAIT: Lifetime = Lifetime::from_seconds(1);

/// Why nothing was done.
#[derive(Debug, Clone)]
pub enum Fault {
    /// There is no such thing; `what` is the noun: `client`, `user`, `connection`, `event`.
    NotFound {
        /// The noun.
        what: &'static str,
    },
    /// The input is wrong, field by field.
    Invalid(FieldErrors),
    /// Something of that name exists already.
    Exists {
        /// The noun: `installation`, `user`, `admin`, `role`.
        what: &'static str,
    },
    /// Somebody else changed it at the same time, again and again; another try may do.
    Stale {
        /// The noun: `client`, `tenant`, `role`.
        what: &'static str,
    },
    /// It cannot go while something needs it.
    InUse {
        /// The noun: `global client`.
        what: &'static str,
    },
    /// It makes no sense for the thing in question, whoever asks.
    NotSupported {
        /// Why, and what would be done instead.
        why: &'static str,
    },
    /// Who asks is not known.
    Unauthenticated {
        /// What is wrong with what was shown.
        why: Unproven,
    },
    /// Who asks is known and may not.
    Forbidden {
        /// Any of these would do; empty where no scope opens the door.
        any_of: Vec<ApiScope>,
    },
    /// The operation exists elsewhere and is not served here.
    NotServed {
        /// The scopes that would open it, between spaces.
        scopes: &'static str,
        /// Whether who asks holds one of them.
        is_held: bool,
    },
    /// Too many tries.
    LimitReached {
        /// When to try again.
        retry_after: Lifetime,
    },
    /// It can be done, but not yet.
    TooSoon {
        /// The noun: `signing key`.
        what: &'static str,
        /// When to try again.
        retry_after: Lifetime,
    },
    /// The token endpoint's own words.
    Token(TokenError),
    /// A list would have had to look at more than there was time for.
    TooSlow,
    /// Not now: a full queue, a busy store.
    Unavailable {
        /// When to try again.
        retry_after: Lifetime,
        /// The private cause.
        cause: String,
    },
    /// Not before somebody has looked after the database.
    Database {
        /// What is the matter with it.
        trouble: Trouble,
        /// The private cause.
        cause: String,
    },
    /// A mistake of ours.
    Internal {
        /// The private cause.
        cause: String,
    },
}

/// What is the matter with the database, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Its disk is full.
    Full,
    /// It can be read, but not written.
    Unwritable,
    /// It cannot be reached, or not be read.
    Away,
}

impl Trouble {
    fn public(self) -> &'static str {
        match self {
            Trouble::Full => {
                "The disk of the database is full, so nothing was saved. Try again when whoever runs this server \
                 has made room."
            }
            Trouble::Unwritable => {
                "The database cannot be written, so nothing was saved. Try again when whoever runs this server has \
                 looked after it."
            }
            Trouble::Away => "The database of this server cannot be used now. Try again in a moment.",
        }
    }

    /// What the operator does about it.
    #[must_use]
    pub const fn fix(self) -> &'static str {
        match self {
            Trouble::Full => "Free some space on the disk of the database, or give it a larger one.",
            Trouble::Unwritable => {
                "Look whether the disk of the database has room and may be written, and whether a quota or a bound \
                 on the size of files (ulimit -f) is used up; on PostgreSQL, whether the server only follows \
                 another one."
            }
            Trouble::Away => {
                "Check that the database runs, that its address is right, and that this user may write there."
            }
        }
    }
}

/// Why a bearer token proves nothing (RFC 6750 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproven {
    /// None came.
    Missing,
    /// It is no token of ours, or its bearer is gone.
    Invalid,
    /// It was good once.
    Expired,
    /// It is meant for another API.
    WrongAudience,
}

impl Unproven {
    /// What to say about it.
    #[must_use]
    pub fn public(self) -> &'static str {
        match self {
            Unproven::Missing => "Missing authentication",
            Unproven::Invalid => "Invalid token",
            Unproven::Expired => "Expired token received for JSON Web Token validation",
            Unproven::WrongAudience => "Bad audience",
        }
    }
}

impl Fault {
    /// A mistake of ours with its private cause.
    #[must_use]
    pub fn internal(cause: impl Into<String>) -> Self {
        Fault::Internal { cause: cause.into() }
    }

    /// The text for whoever asked: what, why, and what to do.
    #[must_use]
    pub fn public(&self) -> String {
        match self {
            Fault::NotFound { what } => format!("The {what} does not exist."),
            Fault::Invalid(errors) => errors.to_string(),
            Fault::Exists { what } => exists(what),
            Fault::Stale { what } => {
                format!("The {what} was changed by somebody else at the same time. Read it again and retry.")
            }
            Fault::InUse { what: "global client" } => {
                "The global client stands for all clients of the tenant and cannot be deleted.".to_owned()
            }
            Fault::InUse { what: "Management API" } => {
                "The Management API is part of the tenant and cannot be deleted.".to_owned()
            }
            Fault::InUse { what: "current signing key" } => {
                "This key signs, so it cannot be revoked. Rotate first; then it is a previous one.".to_owned()
            }
            Fault::InUse { what: "previous signing keys" } => {
                "Too many previous keys are still published. Revoke those that nothing needs any more, then \
                 rotate."
                    .to_owned()
            }
            Fault::InUse { what } => format!("The {what} is still in use and cannot be deleted."),
            Fault::NotSupported { why } => (*why).to_owned(),
            Fault::Unauthenticated { why } => why.public().to_owned(),
            Fault::Forbidden { any_of } => forbidden(any_of),
            Fault::NotServed { scopes, is_held } => {
                let scopes = scopes.replace(' ', ", ");
                let more = if *is_held {
                    ". Here no scope opens this yet; docs/reference/management-api.md lists what is served."
                } else {
                    ""
                };
                format!("Insufficient scope, expected any of: {scopes}{more}")
            }
            Fault::LimitReached { retry_after } => {
                format!("Too many tries. Try again in {} seconds.", retry_after.seconds())
            }
            Fault::TooSoon { what, retry_after } => format!(
                "The next {what} has not been published for long enough: whoever keeps the key set for a while \
                 would not know it. Try again in {} seconds.",
                retry_after.seconds()
            ),
            Fault::Token(error) => error.public.clone(),
            Fault::TooSlow => format!(
                "The search took longer than {LIST_SECONDS} seconds and was given up. Search for less: whole \
                 words, patterns whose only star is at the end, one more condition, or a shorter time."
            ),
            Fault::Unavailable { .. } => "The server is busy. Try again in a moment.".to_owned(),
            Fault::Database { trouble, .. } => trouble.public().to_owned(),
            Fault::Internal { .. } => {
                "Something went wrong here. The operator's log has the cause.".to_owned()
            }
        }
    }

    /// What only the operator's log sees.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        match self {
            Fault::Unavailable { cause, .. } | Fault::Database { cause, .. } | Fault::Internal { cause } => {
                Some(cause)
            }
            _ => None,
        }
    }

    /// What the operator does about it, where that is known.
    #[must_use]
    pub fn fix(&self) -> Option<&'static str> {
        match self {
            Fault::Database { trouble, .. } => Some(trouble.fix()),
            _ => None,
        }
    }

    /// Whether it is a trouble of ours, of which whoever asked is not the reason.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Fault::Unavailable { .. } | Fault::Database { .. } | Fault::Internal { .. })
    }
}

fn exists(what: &str) -> String {
    match what {
        "installation" => "There is an installation here already. Nothing was changed.".to_owned(),
        "user" => "A user with this email address exists already in this connection.".to_owned(),
        "user id" => "This user_id is taken, or was once: an id is never used again.".to_owned(),
        "new email" => "The specified new email already exists".to_owned(),
        "admin" => "An admin with this email address exists already.".to_owned(),
        "resource server" => "An API with this identifier exists already.".to_owned(),
        "client grant" => "The client has a grant on this API already. Change that one.".to_owned(),
        "client alias" => {
            "Another client of the tenant has one of these client_aliases already. Choose others.".to_owned()
        }
        "role" => "A role with this name exists already.".to_owned(),
        "connection" => {
            "A connection of this name exists already. Names are unique and never changed, so choose another."
                .to_owned()
        }
        what => format!("The {what} exists already."),
    }
}

fn forbidden(any_of: &[ApiScope]) -> String {
    if any_of.is_empty() {
        return "This needs the role of an owner.".to_owned();
    }
    let scopes: Vec<&str> = any_of.iter().map(|scope| scope.as_str()).collect();
    format!("Insufficient scope, expected any of: {}", scopes.join(", "))
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.public())?;
        self.cause().map_or(Ok(()), |cause| write!(f, " ({cause})"))
    }
}

impl std::error::Error for Fault {}

impl From<StoreError> for Fault {
    /// The store's own troubles. A conflict or an unmet expectation that a use case awaits is told
    /// by the use case in its own words; what arrives here was not awaited.
    fn from(error: StoreError) -> Self {
        let cause = error.to_string();
        match error {
            StoreError::TooSlow => Fault::TooSlow,
            StoreError::Busy => Fault::Unavailable { retry_after: SHORT_WAIT, cause },
            StoreError::Full => Fault::Database { trouble: Trouble::Full, cause },
            StoreError::Unwritable { .. } => Fault::Database { trouble: Trouble::Unwritable, cause },
            StoreError::Unavailable { .. } => Fault::Database { trouble: Trouble::Away, cause },
            _ => Fault::Internal { cause },
        }
    }
}

impl From<FieldErrors> for Fault {
    fn from(errors: FieldErrors) -> Self {
        Fault::Invalid(errors)
    }
}

impl From<TokenError> for Fault {
    fn from(error: TokenError) -> Self {
        Fault::Token(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a person is told is true of the very trouble, and holds none of the engine's words: they may name files.
    #[test]
    fn what_is_the_matter_with_the_database_is_said_without_its_words() {
        let why = || "/srv/doorward/doorward.db: disk I/O error".to_owned();
        for (error, said) in [
            (StoreError::Busy, "busy"),
            (StoreError::Full, "disk of the database is full"),
            (StoreError::Unwritable { why: why() }, "cannot be written"),
            (StoreError::Unavailable { why: why() }, "cannot be used"),
        ] {
            let cause = error.to_string();
            let fault = Fault::from(error);
            let public = fault.public();
            assert!(public.contains(said) && !public.contains("/srv"), "{public}");
            assert_eq!(public.contains("busy"), said == "busy", "{public}");
            assert_eq!(fault.cause(), Some(cause.as_str()));
        }
    }

    /// What is there already and what somebody else changed meanwhile are two things, and each says which.
    #[test]
    fn what_was_changed_meanwhile_is_not_said_to_exist() {
        for what in ["tenant", "signing key", "client", "role"] {
            let stale = Fault::Stale { what }.public();
            assert!(stale.contains("somebody else") && stale.contains("retry"), "{stale}");
            assert!(!stale.contains("exists"), "{stale}");
            assert!(Fault::Exists { what }.public().contains("exists"), "{what}");
        }
    }
}
