//! Client assertions that were used up, by the hash of their `jti`; each is good once per client.
//!
//! Source: RFC 7523 §3 (`jti`); OpenID Connect Core §9.

use doorward_model::ids::ClientId;
use doorward_model::secret::TokenHash;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// The label of the failure when the assertion was used before.
pub const REPLAYED: &str = "the client assertion is used for the first time";

/// Whether an assertion was used up.
///
/// # Errors
/// Any failure of the store.
pub async fn is_used_up(t: &Scope<'_>, client: &ClientId, jti: &TokenHash) -> Result<bool, StoreError> {
    const SQL: &str =
        "SELECT jti_hash FROM used_assertions WHERE tenant_id = $1 AND client_id = $2 AND jti_hash = $3";
    Ok(t.first(SQL, args![t.id(), client.as_str(), jti.as_str()]).await?.is_some())
}

/// Uses an assertion up; `expires_at` is when it would not be accepted any more. Fails as
/// [`REPLAYED`].
pub fn use_up(b: &mut Batch, client: &ClientId, jti: &TokenHash, expires_at: Timestamp) {
    push(b, (client, jti), expires_at, Expect::Rows(1, REPLAYED));
}

/// As [`use_up`], for a request that is refused anyway: it does not matter whether it was used.
pub fn note(b: &mut Batch, client: &ClientId, jti: &TokenHash, expires_at: Timestamp) {
    push(b, (client, jti), expires_at, Expect::Any);
}

fn push(b: &mut Batch, (client, jti): (&ClientId, &TokenHash), expires_at: Timestamp, expect: Expect) {
    const SQL: &str = "INSERT INTO used_assertions (tenant_id, client_id, jti_hash, expires_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, client_id, jti_hash) DO NOTHING";
    let args = args![b.tenant().as_str(), client.as_str(), jti.as_str(), expires_at];
    b.push(SQL, args, expect);
}
