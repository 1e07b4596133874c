//! APIs (resource servers).

use doorward_model::api::ResourceServer;
use doorward_model::ids::ResourceServerId;
use doorward_model::time::Lifetime;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::{Row, to_json};
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when there is no such API or it is the Management API.
pub const MISSING: &str = "the API exists and is not the Management API";

fn api(row: Row) -> Result<ResourceServer, StoreError> {
    let mut r = row.read("resource_servers");
    Ok(ResourceServer {
        id: r.id("id", ResourceServerId::parse)?,
        identifier: r.text("identifier")?,
        name: r.text("name")?,
        permissions: r.json("permissions")?,
        token_lifetime: seconds(r.int("token_lifetime")?).ok_or_else(|| r.corrupt("token_lifetime"))?,
        allow_offline_access: r.bool("allow_offline_access")?,
        is_system: r.bool("is_system")?,
        created_at: r.time("created_at")?,
    })
}

fn seconds(stored: i64) -> Option<Lifetime> {
    u32::try_from(stored).ok().map(Lifetime::from_seconds)
}

/// All APIs of the tenant, from oldest to newest.
///
/// # Errors
/// Any failure of the store.
pub async fn all(t: &Scope<'_>) -> Result<Vec<ResourceServer>, StoreError> {
    const SQL: &str = "SELECT id, identifier, name, permissions, token_lifetime, allow_offline_access, \
         is_system, created_at FROM resource_servers WHERE tenant_id = $1 ORDER BY created_at, id";
    t.query(SQL, args![t.id()]).await?.into_iter().map(api).collect()
}

/// The API of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &ResourceServerId) -> Result<Option<ResourceServer>, StoreError> {
    const SQL: &str = "SELECT id, identifier, name, permissions, token_lifetime, allow_offline_access, \
         is_system, created_at FROM resource_servers WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(api).transpose()
}

/// The API of that identifier (the audience).
///
/// # Errors
/// Any failure of the store.
pub async fn by_identifier(t: &Scope<'_>, identifier: &str) -> Result<Option<ResourceServer>, StoreError> {
    const SQL: &str = "SELECT id, identifier, name, permissions, token_lifetime, allow_offline_access, \
         is_system, created_at FROM resource_servers WHERE tenant_id = $1 AND identifier = $2";
    t.first(SQL, args![t.id(), identifier]).await?.map(api).transpose()
}

/// Adds an API; a conflict when the identifier is taken.
pub fn insert(b: &mut Batch, api: &ResourceServer) {
    const SQL: &str = "INSERT INTO resource_servers (tenant_id, id, identifier, name, permissions, \
         token_lifetime, allow_offline_access, is_system, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = args![
        b.tenant().as_str(),
        api.id.as_str(),
        api.identifier.as_str(),
        api.name.as_str(),
        to_json(&api.permissions),
        api.token_lifetime.seconds(),
        api.allow_offline_access,
        api.is_system,
        api.created_at,
    ];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Deletes an API. Fails as [`MISSING`], and as in use while clients have grants on it.
pub fn delete(b: &mut Batch, id: &ResourceServerId) {
    const SQL: &str = "DELETE FROM resource_servers WHERE tenant_id = $1 AND id = $2 AND is_system = FALSE";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}
