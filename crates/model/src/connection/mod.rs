//! A connection: a source of users. Today the database strategy exists.
//!
//! Source: the brief, "Connections"; `strategy` values as on the original's wire.

use serde::{Deserialize, Serialize};

use crate::ids::ConnectionId;
use crate::time::Timestamp;

/// The name of the database connection that every new tenant has.
pub const DEFAULT_DATABASE: &str = "Username-Password-Authentication";

/// Where the users of a connection come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strategy {
    /// Users with passwords, kept here (`auth0` on the wire).
    Database(DatabaseOptions),
}

impl Strategy {
    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Strategy::Database(_) => "auth0",
        }
    }

    /// The group the log names (`strategy_type`).
    #[must_use]
    pub fn group(&self) -> &'static str {
        match self {
            Strategy::Database(_) => "database",
        }
    }
}

/// Settings of a database connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseOptions {
    /// Whether repeated wrong passwords lock the account for a while.
    pub brute_force_protection: bool,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self { brute_force_protection: true }
    }
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id, `con_…`.
    pub id: ConnectionId,
    /// Its name, unique in the tenant, never changed.
    pub name: String,
    /// Its kind and settings.
    pub strategy: Strategy,
    /// When it was made.
    pub created_at: Timestamp,
}
