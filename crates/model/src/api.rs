//! APIs (resource servers) and what clients may ask of them in their own name (client grants).
//!
//! Source: the Management API's `resource-servers` and `client-grants`; RFC 8707 for audiences.

use serde::{Deserialize, Serialize};

use crate::ids::{ClientGrantId, ClientId, ResourceServerId};
use crate::time::{Lifetime, Timestamp};

/// A permission that an API knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiPermission {
    /// The scope value, `read:clients`.
    pub value: String,
    /// What it allows, in words.
    #[serde(default)]
    pub description: String,
}

/// An API that access tokens are meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceServer {
    /// Its own id.
    pub id: ResourceServerId,
    /// The audience, for example `https://id.acme.test/api/v2/`; never changed.
    pub identifier: String,
    /// Its name for people.
    pub name: String,
    /// What it knows to allow.
    pub permissions: Vec<ApiPermission>,
    /// How long its access tokens live.
    pub token_lifetime: Lifetime,
    /// Whether `offline_access` gives a refresh token.
    pub allow_offline_access: bool,
    /// True for the Management API itself, which can neither be edited nor deleted.
    pub is_system: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a client may ask of an API with its own credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientGrant {
    /// The id, `cgr_…`.
    pub id: ClientGrantId,
    /// The client.
    pub client: ClientId,
    /// The API, by identifier.
    pub audience: String,
    /// The scope values.
    pub scope: Vec<String>,
}
