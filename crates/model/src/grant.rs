//! A grant: what a person allowed a client to do in their name.
//!
//! One per person, client and API; asked for on the consent page, taken back by an admin or by that
//! person. Not a client grant, which an admin gives a program in its own name.
//!
//! Source: OpenID Connect Core §3.1.2.4; the Management API's `grants`.

use crate::ids::{ClientId, GrantId, UserId};
use crate::time::Timestamp;

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Who allowed it.
    pub user: UserId,
    /// Who may.
    pub client: ClientId,
    /// At which API, by identifier; the userinfo endpoint where no API was asked for.
    pub audience: String,
    /// What: scope values, in the order in which they were first allowed.
    pub scope: Vec<String>,
    /// When it was allowed first.
    pub created_at: Timestamp,
}

impl Grant {
    /// Whether it allows everything in `scope`.
    #[must_use]
    pub fn covers(&self, scope: &[String]) -> bool {
        scope.iter().all(|value| self.scope.contains(value))
    }
}
