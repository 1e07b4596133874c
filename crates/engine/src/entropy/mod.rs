//! The only source of randomness: fresh ids, secrets, tokens and keys.
//!
//! Owns how random things are spelled; their meaning is `model::ids`. A seeded source gives the
//! same values in the same order, so that tests can be read; it must never serve an installation.

pub mod certificate;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_model::connection::Strategy;
use doorward_model::ids::{
    AdminId, ClientGrantId, ClientId, ConnectionId, CredentialId, DeviceCodeId, DeviceCredentialId, FamilyId,
    GrantId, IdError, KeyId, LogId, LoginId, ResourceServerId, RoleId, SecretId, SessionId, StreamId, UserId,
};
use doorward_model::secret::Secret;
use doorward_model::time::Timestamp;
use doorward_model::user_code::UserCodeStyle;

const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SECRET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
const HEX: &[u8] = b"0123456789abcdef";
const DIGITS: &[u8] = b"0123456789";
/// Letters and digits that cannot be taken for one another when read from a terminal.
const READABLE: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/// A source of randomness.
#[derive(Debug, Clone)]
pub enum Entropy {
    /// The operating system's.
    System,
    /// A stream that follows from a seed. For tests.
    Seeded(Arc<Seeded>),
}

/// The state of a seeded source.
#[derive(Debug)]
pub struct Seeded {
    seed: u64,
    drawn: AtomicU64,
}

impl Entropy {
    /// A source that always gives the same values after the same `seed`. For tests.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Entropy::Seeded(Arc::new(Seeded { seed, drawn: AtomicU64::new(0) }))
    }

    /// Fills `bytes`.
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            Entropy::System => {
                if rand::fill(bytes).is_err() {
                    tracing::error!("the operating system gives no randomness; nothing can go on safely");
                    std::process::abort();
                }
            }
            Entropy::Seeded(source) => source.fill(bytes),
        }
    }

    /// Fresh bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A Client ID: 32 letters and digits.
    #[must_use]
    pub fn client_id(&self) -> ClientId {
        spelled(ClientId::parse(&self.text(ALPHANUMERIC, 32)))
    }

    /// The id of a client of a third party: `tpc_` and 22 letters and digits.
    #[must_use]
    pub fn third_party_client_id(&self) -> ClientId {
        spelled(ClientId::parse(&format!("tpc_{}", self.text(ALPHANUMERIC, 22))))
    }

    /// A client secret: 64 characters of `A-Z a-z 0-9 _ -`.
    #[must_use]
    pub fn client_secret(&self) -> Secret {
        Secret::new(self.text(SECRET, 64))
    }

    /// A token: 32 bytes as base64url.
    #[must_use]
    pub fn token(&self) -> Secret {
        Secret::new(URL_SAFE_NO_PAD.encode(self.bytes::<32>()))
    }

    /// The id of a secret of a client.
    #[must_use]
    pub fn secret_id(&self) -> SecretId {
        spelled(SecretId::parse(&format!("cs_{}", self.text(ALPHANUMERIC, 16))))
    }

    /// A public key of a client: `cred_` and 22 letters and digits.
    #[must_use]
    pub fn credential_id(&self) -> CredentialId {
        spelled(CredentialId::parse(&format!("cred_{}", self.text(ALPHANUMERIC, 22))))
    }

    /// A connection: `con_` and 16 letters and digits.
    #[must_use]
    pub fn connection_id(&self) -> ConnectionId {
        spelled(ConnectionId::parse(&format!("con_{}", self.text(ALPHANUMERIC, 16))))
    }

    /// A client grant: `cgr_` and 16 letters and digits.
    #[must_use]
    pub fn client_grant_id(&self) -> ClientGrantId {
        spelled(ClientGrantId::parse(&format!("cgr_{}", self.text(ALPHANUMERIC, 16))))
    }

    /// A credential of a device: `dcr_` and 16 letters and digits.
    #[must_use]
    pub fn device_credential_id(&self) -> DeviceCredentialId {
        spelled(DeviceCredentialId::parse(&format!("dcr_{}", self.text(ALPHANUMERIC, 16))))
    }

    /// A role: `rol_` and 16 letters and digits.
    #[must_use]
    pub fn role_id(&self) -> RoleId {
        spelled(RoleId::parse(&format!("rol_{}", self.text(ALPHANUMERIC, 16))))
    }

    /// A log stream: `lst_` and 16 digits.
    #[must_use]
    pub fn stream_id(&self) -> StreamId {
        spelled(StreamId::parse(&format!("lst_{}", self.text(DIGITS, 16))))
    }

    /// A resource server: 24 hexadecimal digits.
    #[must_use]
    pub fn resource_server_id(&self) -> ResourceServerId {
        spelled(ResourceServerId::parse(&self.text(HEX, 24)))
    }

    /// A user of a connection of the given strategy: its name, a bar, 24 hexadecimal digits. The first
    /// eight are the time, as in the original's ids, so that new users come to the end of every index.
    #[must_use]
    pub fn user_id(&self, strategy: &Strategy, now: Timestamp) -> UserId {
        spelled(UserId::parse(&format!("{}|{}{}", strategy.name(), second(now), self.text(HEX, 16))))
    }

    /// An admin.
    #[must_use]
    pub fn admin_id(&self) -> AdminId {
        spelled(AdminId::parse(&format!("adm_{}", self.text(ALPHANUMERIC, 16))))
    }

    /// A session, as it appears in `sid`: the time, then 24 letters and digits.
    #[must_use]
    pub fn session_id(&self, now: Timestamp) -> SessionId {
        spelled(SessionId::parse(&format!("{}{}", second(now), self.text(ALPHANUMERIC, 24))))
    }

    /// A login that is under way, as it appears in the `state` of the hosted pages: the time, then 24
    /// letters and digits.
    #[must_use]
    pub fn login_id(&self, now: Timestamp) -> LoginId {
        spelled(LoginId::parse(&format!("{}{}", second(now), self.text(ALPHANUMERIC, 24))))
    }

    /// A device that waits for its person: the time, then 24 letters and digits.
    #[must_use]
    pub fn device_code_id(&self, now: Timestamp) -> DeviceCodeId {
        spelled(DeviceCodeId::parse(&format!("{}{}", second(now), self.text(ALPHANUMERIC, 24))))
    }

    /// What a device shows its person, without dashes.
    #[must_use]
    pub fn user_code(&self, style: &UserCodeStyle) -> String {
        self.text(style.alphabet(), style.length())
    }

    /// A grant: 24 hexadecimal digits.
    #[must_use]
    pub fn grant_id(&self) -> GrantId {
        spelled(GrantId::parse(&self.text(HEX, 24)))
    }

    /// A token family: the time, then 20 letters and digits.
    #[must_use]
    pub fn family_id(&self, now: Timestamp) -> FamilyId {
        spelled(FamilyId::parse(&format!("{}{}", second(now), self.text(ALPHANUMERIC, 20))))
    }

    /// What tells the tokens of one family apart in their `jti`: 16 letters and digits.
    #[must_use]
    pub fn token_tail(&self) -> String {
        self.text(ALPHANUMERIC, 16)
    }

    /// A signing key, as it appears in `kid`.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        spelled(KeyId::parse(&self.text(ALPHANUMERIC, 21)))
    }

    /// An event: digits that sort as text, `900`, a place in time, and a random tail that keeps the
    /// ids of two nodes apart.
    #[must_use]
    pub fn log_id(&self, place: u64) -> LogId {
        spelled(LogId::parse(&format!("900{place:020}{}", self.text(DIGITS, 12))))
    }

    /// What no id of an event at `place` or later is less than.
    #[must_use]
    pub fn first_log_id(place: u64) -> LogId {
        spelled(LogId::parse(&format!("900{place:020}")))
    }

    /// A set-up code to be read from a terminal: `Zp4v-7TQm-2XcN-hL9s`.
    #[must_use]
    pub fn setup_code(&self) -> Secret {
        let groups: Vec<String> = (0..4).map(|_| self.text(READABLE, 4)).collect();
        Secret::new(groups.join("-"))
    }

    /// A text of `length` characters, each drawn evenly from `alphabet`.
    fn text(&self, alphabet: &[u8], length: usize) -> String {
        // Bytes above the greatest multiple of the alphabet's size are drawn again: no character
        // may be likelier than another.
        let fair = 256 - 256 % alphabet.len();
        let mut text = String::with_capacity(length);
        let mut pool = [0_u8; 64];
        while text.len() < length {
            self.fill(&mut pool);
            let fresh = pool.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
            text.extend(
                fresh.take(length - text.len()).map(|byte| char::from(alphabet[byte % alphabet.len()])),
            );
        }
        text
    }
}

impl Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(digest::SHA256_OUTPUT_LEN) {
            let number = self.drawn.fetch_add(1, Ordering::Relaxed);
            let mut block = digest::Context::new(&digest::SHA256);
            block.update(&self.seed.to_be_bytes());
            block.update(&number.to_be_bytes());
            chunk.copy_from_slice(&block.finish().as_ref()[..chunk.len()]);
        }
    }
}

/// The second, as the first eight digits of an id: what is made later comes to the end of every index, so
/// that neighbours in time share pages of the database.
fn second(now: Timestamp) -> String {
    format!("{:08x}", u32::try_from(now.seconds()).unwrap_or(u32::MAX))
}

#[expect(clippy::expect_used, reason = "every id above is made of 16 to 62 printable ASCII characters")]
fn spelled<T>(id: Result<T, IdError>) -> T {
    id.expect("an id made here is well spelled")
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_model::connection::DatabaseOptions;
    use std::collections::HashSet;

    #[test]
    fn ids_are_spelled_as_on_the_wire() {
        let entropy = Entropy::seeded(1);
        let client = entropy.client_id();
        assert_eq!(client.as_str().len(), 32);
        assert!(client.as_str().bytes().all(|b| b.is_ascii_alphanumeric()));
        let third = entropy.third_party_client_id();
        assert!(third.as_str().starts_with("tpc_") && third.as_str().len() == 26, "{third}");
        let secret = entropy.client_secret();
        assert_eq!(secret.expose().len(), 64);
        assert!(secret.expose().bytes().all(|b| SECRET.contains(&b)));
        assert_eq!(entropy.token().expose().len(), 43);
        assert_eq!(entropy.connection_id().as_str().len(), 20);
        let database = Strategy::Database(DatabaseOptions::default());
        let user = |seconds| entropy.user_id(&database, Timestamp::from_seconds(seconds));
        assert!(user(1_800_000_000).as_str().starts_with("auth0|6b49d200"));
        assert_eq!(user(1_800_000_000).as_str().len(), 6 + 24);
        assert!(user(1_800_000_000) < user(1_800_000_001), "later users come later");
        let (early, late) = (Timestamp::from_seconds(1_800_000_000), Timestamp::from_seconds(1_800_000_001));
        assert!(entropy.session_id(early) < entropy.session_id(late));
        assert!(entropy.login_id(early).as_str() < entropy.login_id(late).as_str());
        assert!(entropy.family_id(early).as_str() < entropy.family_id(late).as_str());
        let code = entropy.setup_code();
        assert_eq!(code.expose().split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4]);
    }

    #[test]
    fn ids_of_the_log_sort_by_their_place() {
        let entropy = Entropy::System;
        let places = [0, 999, 1_763_877_600_123_000, 1_763_877_600_123_001, u64::MAX];
        let ids: Vec<LogId> = places.map(|place| entropy.log_id(place)).into();
        let mut sorted = ids.clone();
        sorted.sort();
        assert_eq!(ids, sorted);
        assert!(ids.iter().all(|id| id.as_str().bytes().all(|b| b.is_ascii_digit())));
    }

    #[test]
    fn the_same_seed_gives_the_same_values_and_another_seed_others() {
        let (one, same, other) = (Entropy::seeded(7), Entropy::seeded(7), Entropy::seeded(8));
        let first = one.client_id();
        assert_eq!(first, same.client_id());
        assert_ne!(first, other.client_id());
        assert_ne!(first, one.client_id());
    }

    #[test]
    fn the_systems_source_does_not_repeat_itself() {
        let ids: HashSet<ClientId> = (0..500).map(|_| Entropy::System.client_id()).collect();
        assert_eq!(ids.len(), 500);
    }
}
