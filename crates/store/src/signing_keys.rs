//! The signing keys of a tenant, their private parts sealed.

use doorward_model::ids::KeyId;
use doorward_model::secret::SealedSecret;
use doorward_model::signing_key::{KeyState, SigningKey};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::Row;
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when there is no such key.
pub const MISSING: &str = "the signing key exists";

fn key(row: Row) -> Result<SigningKey, StoreError> {
    let mut r = row.read("signing_keys");
    let id = r.id("id", KeyId::parse)?;
    let state = r.text("state")?;
    Ok(SigningKey {
        id,
        state: KeyState::parse(&state).ok_or_else(|| r.corrupt("state"))?,
        algorithm: r.text("algorithm")?,
        sealed_private_key: SealedSecret::from_ciphertext(r.text("sealed_private_key")?),
        certificate_pem: r.text("certificate_pem")?,
        created_at: r.time("created_at")?,
    })
}

/// All keys of the tenant, from oldest to newest.
///
/// # Errors
/// Any failure of the store.
pub async fn all(t: &Scope<'_>) -> Result<Vec<SigningKey>, StoreError> {
    const SQL: &str = "SELECT id, state, algorithm, sealed_private_key, certificate_pem, created_at \
         FROM signing_keys WHERE tenant_id = $1 ORDER BY created_at, id";
    t.query(SQL, args![t.id()]).await?.into_iter().map(key).collect()
}

/// Adds a key.
pub fn insert(b: &mut Batch, key: &SigningKey) {
    const SQL: &str = "INSERT INTO signing_keys \
         (tenant_id, id, state, algorithm, sealed_private_key, certificate_pem, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![
        b.tenant().as_str(),
        key.id.as_str(),
        key.state.as_str(),
        key.algorithm.as_str(),
        key.sealed_private_key.as_str(),
        key.certificate_pem.as_str(),
        key.created_at,
    ];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Moves a key to another state of its life. Fails as [`MISSING`].
pub fn set_state(b: &mut Batch, id: &KeyId, state: KeyState) {
    const SQL: &str = "UPDATE signing_keys SET state = $3 WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str(), state.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}
