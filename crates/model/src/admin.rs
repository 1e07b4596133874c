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
