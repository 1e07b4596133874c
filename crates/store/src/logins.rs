//! Logins under way that are too big for a cookie, and the ids of logins that are used up.
//!
//! A login that is not finished normally has no row at all; its sealed state is in one cookie.

use doorward_model::ids::LoginId;
use doorward_model::secret::SealedSecret;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// The sealed state of a login that is still good.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &LoginId, now: Timestamp) -> Result<Option<SealedSecret>, StoreError> {
    const SQL: &str = "SELECT sealed FROM logins WHERE tenant_id = $1 AND id = $2 AND expires_at > $3";
    let row = t.first(SQL, args![t.id(), id.as_str(), now]).await?;
    row.map(|row| row.read("logins").text("sealed").map(SealedSecret::from_ciphertext)).transpose()
}

/// Whether a login was used up.
///
/// # Errors
/// Any failure of the store.
pub async fn is_used_up(t: &Scope<'_>, id: &LoginId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT id FROM used_logins WHERE tenant_id = $1 AND id = $2";
    Ok(t.first(SQL, args![t.id(), id.as_str()]).await?.is_some())
}

/// Keeps or replaces the sealed state of a login.
pub fn put(b: &mut Batch, id: &LoginId, sealed: &SealedSecret, expires_at: Timestamp) {
    const SQL: &str = "INSERT INTO logins (tenant_id, id, sealed, expires_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at";
    let args = args![b.tenant().as_str(), id.as_str(), sealed.as_str(), expires_at];
    b.push(SQL, args, Expect::Any);
}

/// The label of the failure when there is nothing to take.
pub const TAKEN: &str = "the request is there and is taken for the first time";

/// Takes the state of a login away: of several who do so at once, one succeeds, the others fail as
/// [`TAKEN`].
pub fn take(b: &mut Batch, id: &LoginId) {
    const SQL: &str = "DELETE FROM logins WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Rows(1, TAKEN));
}

/// Forgets the state of a login; nothing happens when there is none.
pub fn delete(b: &mut Batch, id: &LoginId) {
    const SQL: &str = "DELETE FROM logins WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// Uses a login up: a conflict when it was used before. `expires_at` is when the login itself would
/// not be accepted any more.
pub fn use_up(b: &mut Batch, id: &LoginId, expires_at: Timestamp) {
    const SQL: &str = "INSERT INTO used_logins (tenant_id, id, expires_at) VALUES ($1, $2, $3)";
    let args = args![b.tenant().as_str(), id.as_str(), expires_at];
    b.push(SQL, args, Expect::Any);
}
