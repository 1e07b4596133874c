//! What an authorization leads to: a code, a family, refresh tokens.
//!
//! Source: RFC 6749 §4.1.2, §6; RFC 9700 §4.14 (rotation and reuse detection).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::device::Device;
use crate::ids::{ClientId, FamilyId, SessionId, UserId};
use crate::secret::TokenHash;
use crate::time::{Lifetime, Timestamp};

/// How long an authorization code may wait for its exchange.
pub const CODE_LIFETIME: Lifetime = Lifetime::from_seconds(60);

/// Claims that a request asked for one by one, as far as there are such (OpenID Connect Core §5.5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AskedClaims {
    /// For the ID token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token: Vec<String>,
    /// For userinfo.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub userinfo: Vec<String>,
}

impl AskedClaims {
    /// Whether none was asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.id_token.is_empty() && self.userinfo.is_empty()
    }
}

/// What an authorization request was granted; a code carries it to the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    /// The client.
    pub client: ClientId,
    /// The person.
    pub user: UserId,
    /// The session it happened in.
    pub session: SessionId,
    /// When the person last proved who they are.
    pub authenticated_at: Timestamp,
    /// The granted scope values, in the order asked.
    pub scope: Vec<String>,
    /// The API that was asked for, by identifier; none means userinfo only.
    pub audience: Option<String>,
    /// The claims that were asked for besides those of the scope.
    #[serde(default, skip_serializing_if = "AskedClaims::is_empty")]
    pub claims: AskedClaims,
}

/// An authorization code as stored, under the hash of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// What it stands for.
    pub authorization: Authorization,
    /// The family that its tokens will belong to; revoked when the code is used twice.
    pub family: FamilyId,
    /// The redirect URI, byte for byte as it was validated.
    pub redirect_uri: String,
    /// Whether the request named it, so that the exchange must name it too.
    pub redirect_uri_was_sent: bool,
    /// The `nonce`, if one was sent.
    pub nonce: Option<String>,
    /// The S256 challenge, if one was sent (RFC 7636).
    pub code_challenge: Option<String>,
    /// Whether `auth_time` was asked for (`max_age` was sent).
    pub auth_time_wanted: bool,
    /// When it stops being good.
    pub expires_at: Timestamp,
    /// When it was used; a second use is an attack.
    pub used_at: Option<Timestamp>,
}

/// A token family as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The id.
    pub id: FamilyId,
    /// What it stands for.
    pub authorization: Authorization,
    /// When its first tokens were issued.
    pub created_at: Timestamp,
    /// When it was revoked; nothing of it is good after that.
    pub revoked_at: Option<Timestamp>,
    /// Where its first tokens went.
    pub device: Device,
    /// Free facts of the admin's own.
    pub metadata: Option<Map<String, Value>>,
}

impl Family {
    /// A family that begins now.
    #[must_use]
    pub fn new(id: FamilyId, authorization: Authorization, now: Timestamp, device: Device) -> Self {
        Self { id, authorization, created_at: now, revoked_at: None, device, metadata: None }
    }
}

/// A refresh token as stored, under its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The hash of its text.
    pub hash: TokenHash,
    /// The family it belongs to.
    pub family: Family,
    /// When the family ends, whatever happens (absolute life); none means never.
    pub expires_at: Option<Timestamp>,
    /// When this token ends if nobody uses it (idle life); none means never.
    pub idle_expires_at: Option<Timestamp>,
    /// When it was exchanged for its successor.
    pub rotated_at: Option<Timestamp>,
    /// When its family was last given tokens for a refresh token; none before the first time.
    pub used_at: Option<Timestamp>,
    /// Where they went.
    pub device: Device,
}
