//! Refresh token settings of a client.
//!
//! Source: the Management API's `refresh_token` object; RFC 9700 §4.14.2.

use serde::{Deserialize, Serialize};

use crate::time::Lifetime;

/// Whether each use gives a new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rotation {
    /// Each use gives a new token and ends the old one.
    Rotating,
    /// One token serves until it ends.
    NonRotating,
}

/// Whether tokens end by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expiration {
    /// By age and idleness, as far as those are finite.
    Expiring,
    /// Never.
    NonExpiring,
}

/// `refresh_token`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshPolicy {
    /// Whether tokens rotate.
    pub rotation_type: Rotation,
    /// Whether tokens end.
    pub expiration_type: Expiration,
    /// How long after a rotation the old token still gives the same successor.
    pub leeway: Lifetime,
    /// Absolute life.
    pub token_lifetime: Lifetime,
    /// Idle life.
    pub idle_token_lifetime: Lifetime,
    /// Whether the absolute life is without end.
    pub infinite_token_lifetime: bool,
    /// Whether the idle life is without end.
    pub infinite_idle_token_lifetime: bool,
    /// What one token may ask of several APIs; stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<AudiencePolicy>>,
}

/// What a refresh token may ask of one API.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AudiencePolicy {
    /// The API.
    pub audience: String,
    /// The scope values.
    pub scope: Vec<String>,
}

impl RefreshPolicy {
    /// The absolute life that counts; none is without end.
    #[must_use]
    pub fn absolute_life(&self) -> Option<Lifetime> {
        let ends = self.expiration_type == Expiration::Expiring && !self.infinite_token_lifetime;
        ends.then_some(self.token_lifetime)
    }

    /// The idle life that counts; none is without end.
    #[must_use]
    pub fn idle_life(&self) -> Option<Lifetime> {
        let ends = self.expiration_type == Expiration::Expiring && !self.infinite_idle_token_lifetime;
        ends.then_some(self.idle_token_lifetime)
    }
}
