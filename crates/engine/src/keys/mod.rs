//! The signing keys of a tenant: parsed once, the key set as it is served, and what is done to them.
//! Each verb begins with the permission and ends with the event of the log.
//!
//! Source: RFC 7517; OpenID Connect Discovery §3 (`jwks_uri`); the Management API's `/keys/signing`.

mod fresh;
mod list;
mod revoke;
mod rotate;
pub(crate) mod tend;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use doorward_model::client::jwt::IdTokenAlgorithm;
use doorward_model::ids::TenantId;
use doorward_model::signing_key::{KeyState, SigningKey};
use doorward_protocol::jose::{JoseError, JwkSet, RsaKey};
use doorward_protocol::oidc::id_token::of_tenant_key;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::sealing::{Place, Sealing};

pub(crate) use fresh::{fresh, push_fresh};
pub use list::{get, list};
pub use revoke::revoke;
pub use rotate::rotate;

/// Where the private part of a signing key is sealed.
#[must_use]
pub fn place<'a>(tenant: &'a TenantId, kid: &'a str) -> Place<'a> {
    Place { tenant, table: "signing_keys", row: kid, purpose: "private_key" }
}

/// The keys of one tenant.
pub struct KeySet {
    /// The one that signs.
    pub current: Arc<RsaKey>,
    /// All that are published: the current one, the next, previous ones.
    pub all: Vec<Arc<RsaKey>>,
    /// `/.well-known/jwks.json`.
    pub jwks: Bytes,
    /// What the set was made from, to notice when nothing changed.
    rows: Vec<SigningKey>,
    algorithms: Vec<IdTokenAlgorithm>,
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.all.iter().map(|key| key.kid())).finish()
    }
}

impl KeySet {
    /// Opens and parses the keys of `tenant`. Each is published for RS256, and once more for each of
    /// the further `algorithms` that clients asked for.
    ///
    /// # Errors
    /// When there is no current key, or one does not open.
    pub fn open(
        tenant: &TenantId,
        rows: Vec<SigningKey>,
        algorithms: Vec<IdTokenAlgorithm>,
        sealing: &Sealing,
    ) -> Result<Self, Fault> {
        let mut all = Vec::with_capacity(rows.len());
        let mut current = None;
        // Clients that read only the first key of the set read the one that signs.
        for row in in_order(&rows) {
            let encoded = sealing.open_text(place(tenant, row.id.as_str()), &row.sealed_private_key)?;
            let unreadable = |why: String| Fault::internal(format!("the signing key {}: {why}", row.id));
            let private = STANDARD.decode(encoded.expose()).map_err(|error| unreadable(error.to_string()))?;
            let key = RsaKey::from_pkcs8(row.id.clone(), &Zeroizing::new(private), &row.certificate_pem)
                .map_err(|error| unreadable(error.to_string()))?;
            let key = Arc::new(key);
            if row.state == KeyState::Current {
                current = Some(Arc::clone(&key));
            }
            all.push(key);
        }
        let current =
            current.ok_or_else(|| Fault::internal(format!("{tenant} has no current signing key")))?;
        let jwks = published(&all, &algorithms).map_err(|error| Fault::internal(error.to_string()))?;
        Ok(Self { current, all, jwks: jwks.into(), rows, algorithms })
    }

    /// The keys as stored, revoked ones included, from oldest to newest.
    #[must_use]
    pub fn rows(&self) -> &[SigningKey] {
        &self.rows
    }

    /// Whether the set was made from exactly these rows for exactly these algorithms.
    #[must_use]
    pub fn is_made_from(&self, rows: &[SigningKey], algorithms: &[IdTokenAlgorithm]) -> bool {
        self.rows == rows && self.algorithms == algorithms
    }

    /// The certificate of the key that signs, as PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        let current = self.rows.iter().find(|row| row.state == KeyState::Current);
        current.map_or("", |row| row.certificate_pem.as_str())
    }

    /// All keys, as verifying wants them.
    #[must_use]
    pub fn verifiers(&self) -> Vec<&RsaKey> {
        self.all.iter().map(AsRef::as_ref).collect()
    }
}

fn published(keys: &[Arc<RsaKey>], algorithms: &[IdTokenAlgorithm]) -> Result<Vec<u8>, JoseError> {
    let usual = keys.iter().map(|key| Ok(key.jwk().clone()));
    let further =
        algorithms.iter().flat_map(|algorithm| keys.iter().map(|key| key.jwk_for(of_tenant_key(*algorithm))));
    JwkSet { keys: usual.chain(further).collect::<Result<_, _>>()? }.to_bytes()
}

/// The published keys in the order of the set.
fn in_order(rows: &[SigningKey]) -> impl Iterator<Item = &SigningKey> {
    [KeyState::Current, KeyState::Next, KeyState::Previous]
        .into_iter()
        .flat_map(|state| rows.iter().filter(move |row| row.state == state))
}
