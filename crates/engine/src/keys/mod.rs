//! The signing keys of a tenant: parsed once, the key set as it is served, and what is done to them.
//! Each verb begins with the permission and ends with the event of the log.
//!
//! Source: RFC 7517; OpenID Connect Discovery §3 (`jwks_uri`); the Management API's `/keys/signing`.

mod fresh;
mod list;
mod ready;
mod revoke;
mod rotate;
pub(crate) mod tend;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use doorward_model::ids::TenantId;
use doorward_model::signing_alg::{KeyFamily, SigningAlg};
use doorward_model::signing_key::{KeyState, SigningKey};
use doorward_protocol::jose::{JoseError, JwkSet, TenantKey};
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::sealing::{Place, Sealing};

pub(crate) use fresh::{fresh, push_fresh};
pub use list::{get, list};
pub(crate) use ready::{prepare, ready};
pub use revoke::revoke;
pub use rotate::rotate;

/// Where the private part of a signing key is sealed.
#[must_use]
pub fn place<'a>(tenant: &'a TenantId, kid: &'a str) -> Place<'a> {
    Place { tenant, table: "signing_keys", row: kid, purpose: "private_key" }
}

/// The keys of one tenant.
pub struct KeySet {
    /// The RSA key that signs: every tenant has one.
    pub current: Arc<TenantKey>,
    /// The keys of other kinds that sign.
    others: Vec<Arc<TenantKey>>,
    /// All that are published, RSA keys first: of each kind the current one, the next, previous ones.
    pub all: Vec<Arc<TenantKey>>,
    /// `/.well-known/jwks.json`.
    pub jwks: Bytes,
    /// What the set was made from, to notice when nothing changed.
    rows: Vec<SigningKey>,
    algorithms: Vec<SigningAlg>,
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.all.iter().map(|key| key.kid())).finish()
    }
}

impl KeySet {
    /// Opens and parses the keys of `tenant`. Each is published for the usual algorithm of its kind, and RSA
    /// keys once more for each of the further `algorithms` that were asked for.
    ///
    /// # Errors
    /// When there is no current RSA key, or one does not open.
    pub fn open(
        tenant: &TenantId,
        rows: Vec<SigningKey>,
        algorithms: Vec<SigningAlg>,
        sealing: &Sealing,
    ) -> Result<Self, Fault> {
        let (mut all, mut signing) = (Vec::with_capacity(rows.len()), Vec::new());
        // Clients that read only the first key of the set read the one that signs RS256.
        for row in in_order(&rows) {
            let key = Arc::new(open(tenant, row, sealing)?);
            if row.state == KeyState::Current {
                signing.push(Arc::clone(&key));
            }
            all.push(key);
        }
        let is_rsa = |key: &Arc<TenantKey>| key.family() == KeyFamily::Rsa;
        let (mut rsa, others): (Vec<_>, Vec<_>) = signing.into_iter().partition(is_rsa);
        let current =
            rsa.pop().ok_or_else(|| Fault::internal(format!("{tenant} has no current signing key")))?;
        let jwks = published(&all, &algorithms).map_err(|error| Fault::internal(error.to_string()))?;
        Ok(Self { current, others, all, jwks: jwks.into(), rows, algorithms })
    }

    /// The key that signs with `algorithm`, if there is one. What a secret signs needs none, so any is given.
    #[must_use]
    pub fn signer(&self, algorithm: SigningAlg) -> Option<&Arc<TenantKey>> {
        match algorithm.family() {
            None | Some(KeyFamily::Rsa) => Some(&self.current),
            Some(family) => self.others.iter().find(|key| key.family() == family),
        }
    }

    /// Whether a client or an API asks for what keys of this kind sign. RSA is always asked for.
    #[must_use]
    pub(crate) fn is_wanted(&self, family: KeyFamily) -> bool {
        family == KeyFamily::Rsa || self.algorithms.iter().any(|wanted| wanted.family() == Some(family))
    }

    /// The keys as stored, revoked ones included, from oldest to newest.
    #[must_use]
    pub fn rows(&self) -> &[SigningKey] {
        &self.rows
    }

    /// Whether the set was made from exactly these rows for exactly these algorithms.
    #[must_use]
    pub fn is_made_from(&self, rows: &[SigningKey], algorithms: &[SigningAlg]) -> bool {
        self.rows == rows && self.algorithms == algorithms
    }

    /// The certificate of the RSA key that signs, as PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        let current = self.rows.iter().find(|row| row.id == *self.current.kid());
        current.map_or("", |row| row.certificate_pem.as_str())
    }

    /// All keys, as verifying wants them.
    #[must_use]
    pub fn verifiers(&self) -> Vec<&TenantKey> {
        self.all.iter().map(AsRef::as_ref).collect()
    }
}

fn open(tenant: &TenantId, row: &SigningKey, sealing: &Sealing) -> Result<TenantKey, Fault> {
    let encoded = sealing.open_text(place(tenant, row.id.as_str()), &row.sealed_private_key)?;
    let unreadable = |why: String| Fault::internal(format!("the signing key {}: {why}", row.id));
    let private = STANDARD.decode(encoded.expose()).map_err(|error| unreadable(error.to_string()))?;
    TenantKey::from_pkcs8(row.id.clone(), row.family, &Zeroizing::new(private), &row.certificate_pem)
        .map_err(|error| unreadable(error.to_string()))
}

/// RSA keys as they are read everywhere, then again for further algorithms, then keys of other kinds.
fn published(keys: &[Arc<TenantKey>], algorithms: &[SigningAlg]) -> Result<Vec<u8>, JoseError> {
    let (rsa, others): (Vec<_>, Vec<_>) = keys.iter().partition(|key| key.family() == KeyFamily::Rsa);
    let mut set: Vec<_> = rsa.iter().map(|key| key.jwk().clone()).collect();
    for algorithm in algorithms.iter().filter(|algorithm| algorithm.family() == Some(KeyFamily::Rsa)) {
        for key in &rsa {
            set.push(key.jwk_for(*algorithm)?);
        }
    }
    set.extend(others.iter().map(|key| key.jwk().clone()));
    JwkSet { keys: set }.to_bytes()
}

/// The published keys in the order of the set.
fn in_order(rows: &[SigningKey]) -> impl Iterator<Item = &SigningKey> {
    let states = [KeyState::Current, KeyState::Next, KeyState::Previous];
    KeyFamily::ALL
        .into_iter()
        .flat_map(move |family| states.into_iter().map(move |state| (family, state)))
        .flat_map(|of| rows.iter().filter(move |row| (row.family, row.state) == of))
}
