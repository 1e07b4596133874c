//! Signing keys of a tenant, as stored.

use crate::ids::KeyId;
use crate::secret::SealedSecret;
use crate::time::Timestamp;

/// Where a key stands in its life: published before it signs, kept after it signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, does not sign yet.
    Next,
    /// Signs.
    Current,
    /// Published, signs no more.
    Previous,
}

impl KeyState {
    /// The name in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            KeyState::Next => "next",
            KeyState::Current => "current",
            KeyState::Previous => "previous",
        }
    }

    /// Reads a state.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "next" => Some(KeyState::Next),
            "current" => Some(KeyState::Current),
            "previous" => Some(KeyState::Previous),
            _ => None,
        }
    }
}

/// A signing key as stored: the private part is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// The `kid`.
    pub id: KeyId,
    /// Where it stands.
    pub state: KeyState,
    /// The algorithm it signs with, `RS256`.
    pub algorithm: String,
    /// PKCS #8, base64, sealed.
    pub sealed_private_key: SealedSecret,
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// When it was made.
    pub created_at: Timestamp,
}
