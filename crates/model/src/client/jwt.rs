//! ID token settings of a client.
//!
//! Source: the brief, "JWT Expiration (seconds)", 36000 by default.

use serde::{Deserialize, Serialize};

use crate::time::Lifetime;

/// The default life of an ID token: ten hours.
pub const DEFAULT_LIFETIME: Lifetime = Lifetime::from_seconds(36_000);

/// The algorithm of a client's ID tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IdTokenAlgorithm {
    /// Signed with the client secret.
    HS256,
    /// Signed with the tenant's key.
    RS256,
}

impl IdTokenAlgorithm {
    /// The value on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            IdTokenAlgorithm::HS256 => "HS256",
            IdTokenAlgorithm::RS256 => "RS256",
        }
    }
}

/// `jwt_configuration`, given back as sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JwtConfiguration {
    /// How long ID tokens live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_in_seconds: Option<Lifetime>,
    /// Whether the client secret is base64url text whose bytes are the HS256 key.
    pub secret_encoded: bool,
    /// The algorithm; absent means RS256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<IdTokenAlgorithm>,
}

impl JwtConfiguration {
    /// The life that counts.
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime_in_seconds.unwrap_or(DEFAULT_LIFETIME)
    }

    /// The algorithm that counts. HS256 needs a secret, so a public client always gets RS256.
    #[must_use]
    pub fn algorithm(&self, is_confidential: bool) -> IdTokenAlgorithm {
        match self.alg {
            Some(IdTokenAlgorithm::HS256) if is_confidential => IdTokenAlgorithm::HS256,
            _ => IdTokenAlgorithm::RS256,
        }
    }
}
