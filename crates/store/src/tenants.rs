//! A tenant's own row: its settings, and the version that tells caches when to read again.
//!
//! Every write of configuration (clients, secrets, connections, APIs, grants, keys, settings) moves
//! the version in the same batch; the functions that write do so themselves.

use doorward_model::tenant::TenantSettings;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::to_json;
use crate::sql::value::args;

/// The label of the failure when the tenant itself is not there.
pub const MISSING: &str = "the tenant exists";
/// The label of the failure when the tenant changed since it was read.
pub const STALE: &str = "the tenant is unchanged since it was read";

/// The number that counts every change to this tenant's configuration; none when there is no such
/// tenant.
///
/// # Errors
/// Any failure of the store.
pub async fn version(t: &Scope<'_>) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT version FROM tenants WHERE tenant_id = $1";
    t.first(SQL, args![t.id()]).await?.map(|row| row.read("tenants").int("version")).transpose()
}

/// Moves the version by one; further calls in the same batch do nothing.
pub fn bump_version(b: &mut Batch) {
    const SQL: &str = "UPDATE tenants SET version = version + 1 WHERE tenant_id = $1";
    if b.wants_version_bump() {
        let args = args![b.tenant().as_str()];
        b.push(SQL, args, Expect::Rows(1, MISSING));
    }
}

/// Holds the tenant's row until the batch is done and changes nothing: of batches that count what is there before they
/// add to it, one goes after the other. Fails as [`MISSING`].
pub fn hold(b: &mut Batch) {
    const SQL: &str = "UPDATE tenants SET version = version WHERE tenant_id = $1";
    let args = args![b.tenant().as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Writes a row and takes it away again: whether the database takes what is written shows at the commit. A row that is
/// written as it is would not do, since SQLite leaves a page alone that stays the same.
pub fn try_writing(b: &mut Batch) {
    const ADD: &str = "INSERT INTO used_logins (tenant_id, id, expires_at) VALUES ($1, 'probe', 0)";
    const TAKE_AWAY: &str = "DELETE FROM used_logins WHERE tenant_id = $1 AND id = 'probe'";
    for sql in [ADD, TAKE_AWAY] {
        let args = args![b.tenant().as_str()];
        b.push(sql, args, Expect::Any);
    }
}

/// Replaces the settings that were read at `version`. Fails as [`STALE`] when anything of the tenant's
/// configuration was changed since. Push it before whatever else moves the version.
pub fn put_settings(b: &mut Batch, settings: &TenantSettings, version: i64) {
    const SQL: &str = "UPDATE tenants SET settings = $2 WHERE tenant_id = $1 AND version = $3";
    let args = args![b.tenant().as_str(), to_json(settings), version];
    b.push(SQL, args, Expect::Rows(1, STALE));
    bump_version(b);
}
