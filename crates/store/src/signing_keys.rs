//! The signing keys of a tenant, their private parts sealed.

use doorward_model::ids::KeyId;
use doorward_model::secret::SealedSecret;
use doorward_model::signing_alg::KeyFamily;
use doorward_model::signing_key::{KeyState, SigningKey};
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::Row;
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when there is no such key in that state.
pub const MISSING: &str = "the signing key is still what it was";

fn key(row: Row) -> Result<SigningKey, StoreError> {
    let mut r = row.read("signing_keys");
    let id = r.id("id", KeyId::parse)?;
    let (state, algorithm) = (r.text("state")?, r.text("algorithm")?);
    Ok(SigningKey {
        id,
        state: KeyState::parse(&state).ok_or_else(|| r.corrupt("state"))?,
        family: KeyFamily::parse(&algorithm).ok_or_else(|| r.corrupt("algorithm"))?,
        sealed_private_key: SealedSecret::from_ciphertext(r.text("sealed_private_key")?),
        certificate_pem: r.text("certificate_pem")?,
        created_at: r.time("created_at")?,
        current_since: r.time_or_none("current_since")?,
        current_until: r.time_or_none("current_until")?,
        revoked_at: r.time_or_none("revoked_at")?,
    })
}

/// All keys of the tenant, revoked ones included, from oldest to newest.
///
/// # Errors
/// Any failure of the store.
pub async fn all(t: &Scope<'_>) -> Result<Vec<SigningKey>, StoreError> {
    const SQL: &str = "SELECT id, state, algorithm, sealed_private_key, certificate_pem, created_at, \
         current_since, current_until, revoked_at FROM signing_keys WHERE tenant_id = $1 ORDER BY created_at, id";
    t.query(SQL, args![t.id()]).await?.into_iter().map(key).collect()
}

/// Adds a key. A conflict when it is to be the next or the current one of its kind and there is one.
pub fn insert(b: &mut Batch, key: &SigningKey) {
    const SQL: &str = "INSERT INTO signing_keys \
         (tenant_id, id, state, algorithm, sealed_private_key, certificate_pem, created_at, \
         current_since, current_until, revoked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        b.tenant().as_str(),
        key.id.as_str(),
        key.state.as_str(),
        key.family.as_str(),
        key.sealed_private_key.as_str(),
        key.certificate_pem.as_str(),
        key.created_at,
        key.current_since,
        key.current_until,
        key.revoked_at,
    ];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Lets the current key sign no more, and `next` from now on. Fails as [`MISSING`] when either is not
/// what it was any more: of two rotations at once one is made.
pub fn rotate(b: &mut Batch, current: &KeyId, next: &KeyId, now: Timestamp) {
    const SQL: &str = "UPDATE signing_keys SET state = 'current', current_since = $3 \
         WHERE tenant_id = $1 AND id = $2 AND state = 'next'";
    cease(b, current, now);
    let args = args![b.tenant().as_str(), next.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Lets the current key sign no more; it stays published. Fails as [`MISSING`] when it is not the current one.
pub fn cease(b: &mut Batch, current: &KeyId, now: Timestamp) {
    const SQL: &str = "UPDATE signing_keys SET state = 'previous', current_until = $3 \
         WHERE tenant_id = $1 AND id = $2 AND state = 'current'";
    let args = args![b.tenant().as_str(), current.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}

/// Ends a key that does not sign; its private part is gone for good. Fails as [`MISSING`] when it is
/// not in that state any more.
pub fn revoke(b: &mut Batch, id: &KeyId, state: KeyState, now: Timestamp) {
    const SQL: &str = "UPDATE signing_keys SET state = 'revoked', revoked_at = $4, sealed_private_key = '' \
         WHERE tenant_id = $1 AND id = $2 AND state = $3 AND state <> 'current'";
    let args = args![b.tenant().as_str(), id.as_str(), state.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}

/// Removes a revoked key from lists.
pub fn forget(b: &mut Batch, id: &KeyId) {
    const SQL: &str = "DELETE FROM signing_keys WHERE tenant_id = $1 AND id = $2 AND state = 'revoked'";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}
