//! Admins: people of the installation. They are not users of a connection and have their own cookie.

use serde::{Deserialize, Serialize};

use crate::ids::AdminId;
use crate::time::{Lifetime, Timestamp};
use crate::user::Email;

/// How long a set-up link is good.
pub const SETUP_LINK_LIFETIME: Lifetime = Lifetime::from_seconds(3600);

/// What an admin may do in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, other admins included.
    Owner,
    /// Looking only.
    Viewer,
}

impl Role {
    /// The name in the store and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Viewer => "viewer",
        }
    }

    /// Reads a role.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "owner" => Some(Role::Owner),
            "viewer" => Some(Role::Viewer),
            _ => None,
        }
    }
}

/// An admin and their role in the tenant at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// The id.
    pub id: AdminId,
    /// The address to log in with.
    pub email: Email,
    /// The role in the tenant.
    pub role: Role,
    /// When the admin was made.
    pub created_at: Timestamp,
}

/// How long an admin stays logged in at most.
pub const SESSION_LIFETIME: Lifetime = Lifetime::from_seconds(12 * 3600);
/// How long an admin stays logged in without doing anything.
pub const IDLE_LIFETIME: Lifetime = Lifetime::from_seconds(2 * 3600);

/// One browser in which an admin is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminSession {
    /// Who.
    pub admin: Admin,
    /// When the password was last typed.
    pub authenticated_at: Timestamp,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
}

impl AdminSession {
    /// Whether it still counts.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.created_at.after(SESSION_LIFETIME) && now < self.last_used_at.after(IDLE_LIFETIME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_an_admin_ends_after_twelve_hours_and_after_two_without_use() {
        let at = Timestamp::from_seconds;
        let session = |used| AdminSession {
            admin: Admin {
                id: AdminId::parse("1").unwrap(),
                email: Email::parse("ada@acme.test").unwrap(),
                role: Role::Owner,
                created_at: at(0),
            },
            authenticated_at: at(0),
            created_at: at(0),
            last_used_at: at(used),
        };
        assert!(session(0).is_live(at(7199)));
        assert!(!session(0).is_live(at(7200)));
        assert!(session(43_000).is_live(at(43_199)));
        assert!(!session(43_000).is_live(at(43_200)));
    }
}
