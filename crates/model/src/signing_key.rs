//! Signing keys of a tenant, as stored, and the rules of their lives.
//!
//! A key is published before it signs, long enough that whoever keeps the key set for a while knows
//! it; it stays published after it signed, until what it signed has run out or somebody revokes it.
//! Source: the plan, "Signing keys"; the Management API's `/keys/signing`.

use crate::ids::KeyId;
use crate::secret::SealedSecret;
use crate::signing_alg::KeyFamily;
use crate::time::{Lifetime, Timestamp};

/// How long anybody may keep the key set without asking again.
pub const KEY_SET_MAX_AGE: Lifetime = Lifetime::from_seconds(300);
/// How long a key is published before it may sign: the key set's age, and a moment in which every
/// node hears of the key.
pub const PUBLISHED_BEFORE_USE: Lifetime = Lifetime::from_seconds(310);
/// How long a key stays published that signs no more: what it signed last lives for at most thirty
/// days.
pub const KEPT_AFTER_USE: Lifetime = Lifetime::from_seconds(31 * 86_400);
/// How long a revoked key stands in lists.
pub const KEPT_AFTER_REVOCATION: Lifetime = Lifetime::from_seconds(90 * 86_400);
/// The most keys that are published and sign no more.
pub const MOST_PREVIOUS: usize = 10;

/// Where a key stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, does not sign yet.
    Next,
    /// Signs.
    Current,
    /// Published, signs no more.
    Previous,
    /// Neither published nor believed any more.
    Revoked,
}

impl KeyState {
    /// The name in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            KeyState::Next => "next",
            KeyState::Current => "current",
            KeyState::Previous => "previous",
            KeyState::Revoked => "revoked",
        }
    }

    /// Reads a state.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [KeyState::Next, KeyState::Current, KeyState::Previous, KeyState::Revoked]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A signing key as stored: the private part is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// The `kid`.
    pub id: KeyId,
    /// Where it stands.
    pub state: KeyState,
    /// What kind of key it is.
    pub family: KeyFamily,
    /// PKCS #8, base64, sealed; an empty text once the key is revoked.
    pub sealed_private_key: SealedSecret,
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// When it was made, and with that published.
    pub created_at: Timestamp,
    /// Since when it signs, or signed.
    pub current_since: Option<Timestamp>,
    /// Until when it signed.
    pub current_until: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl SigningKey {
    /// How long it must still be published before it may sign; none when it has been for long enough.
    #[must_use]
    pub fn wait(&self, now: Timestamp) -> Option<Lifetime> {
        let ready = self.created_at.after(PUBLISHED_BEFORE_USE);
        // Rounded up, so that whoever waits that long comes late enough.
        let seconds = (ready.millis() - now.millis() + 999).div_euclid(1000);
        u32::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Lifetime::from_seconds)
    }

    /// Whether everything it signed has run out.
    #[must_use]
    pub fn is_spent(&self, now: Timestamp) -> bool {
        self.state == KeyState::Previous
            && self.current_until.is_some_and(|until| now >= until.after(KEPT_AFTER_USE))
    }

    /// Whether it was revoked so long ago that lists need not show it.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.revoked_at.is_some_and(|at| now >= at.after(KEPT_AFTER_REVOCATION))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(state: KeyState) -> SigningKey {
        SigningKey {
            id: KeyId::parse("k").unwrap(),
            state,
            family: KeyFamily::Rsa,
            sealed_private_key: SealedSecret::from_ciphertext(String::new()),
            certificate_pem: String::new(),
            created_at: Timestamp::from_seconds(1000),
            current_since: None,
            current_until: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_key_waits_until_everybody_can_know_it() {
        let key = key(KeyState::Next);
        let wait = |millis| key.wait(Timestamp::from_millis(millis)).map(Lifetime::seconds);
        assert_eq!(wait(1_000_000), Some(310));
        assert_eq!(wait(1_000_001), Some(310));
        assert_eq!(wait(1_309_001), Some(1));
        assert_eq!(wait(1_310_000), None);
        assert!(PUBLISHED_BEFORE_USE > KEY_SET_MAX_AGE);
    }

    #[test]
    fn a_key_is_spent_when_nothing_it_signed_can_be_good_and_never_while_it_signs() {
        let until = Timestamp::from_seconds(2000);
        let previous = SigningKey { current_until: Some(until), ..key(KeyState::Previous) };
        assert!(!previous.is_spent(until.after(Lifetime::from_seconds(30 * 86_400))));
        assert!(previous.is_spent(until.after(KEPT_AFTER_USE)));
        let current = SigningKey { current_until: Some(until), ..key(KeyState::Current) };
        assert!(!current.is_spent(Timestamp::from_seconds(i64::from(u32::MAX))));
        assert!(!key(KeyState::Previous).is_spent(Timestamp::from_seconds(i64::from(u32::MAX))));
    }
}
