//! APIs (resource servers).
//!
//! What rests on an API goes with it: grants and permissions, and with a scope value everything that
//! was granted of it.

use doorward_model::api::ResourceServer;
use doorward_model::ids::ResourceServerId;
use doorward_model::secret::SealedSecret;
use doorward_model::time::Lifetime;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::{Row, to_json};
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when there is no such API or it is the Management API.
pub const MISSING: &str = "the API exists and is not the Management API";
/// The label of the failure when somebody else changed or deleted the API meanwhile.
pub const STALE: &str = "the API is unchanged since it was read";

const LIST: &str = "SELECT id, identifier, name, permissions, token_lifetime, allow_offline_access, is_system, \
     created_at, version, settings, sealed_signing_secret FROM resource_servers WHERE tenant_id = $1";

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
        version: r.int("version")?,
        settings: r.json("settings")?,
        signing_secret: r.text_or_none("sealed_signing_secret")?.map(SealedSecret::from_ciphertext),
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
         is_system, created_at, version, settings, sealed_signing_secret \
         FROM resource_servers WHERE tenant_id = $1 ORDER BY created_at, id";
    t.query(SQL, args![t.id()]).await?.into_iter().map(api).collect()
}

/// APIs from oldest to newest, by page; with `identifiers` those alone.
///
/// # Errors
/// Any failure of the store.
pub async fn list(
    t: &Scope<'_>,
    identifiers: Option<&[String]>,
    offset: u32,
    limit: u32,
) -> Result<Vec<ResourceServer>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    filter(&mut list, identifiers);
    list.order("ORDER BY created_at, id");
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(api).collect()
}

/// How many APIs [`list`] has.
///
/// # Errors
/// Any failure of the store.
pub async fn count(t: &Scope<'_>, identifiers: Option<&[String]>) -> Result<i64, StoreError> {
    let mut list = List::new("SELECT COUNT(id) FROM resource_servers WHERE tenant_id = $1", args![t.id()]);
    filter(&mut list, identifiers);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("resource_servers").int("count"))
}

fn filter(list: &mut List, identifiers: Option<&[String]>) {
    if let Some(identifiers) = identifiers {
        list.and_in("identifier", identifiers.iter().map(|text| text.as_str().into()).collect());
    }
}

/// The API of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &ResourceServerId) -> Result<Option<ResourceServer>, StoreError> {
    const SQL: &str = "SELECT id, identifier, name, permissions, token_lifetime, allow_offline_access, \
         is_system, created_at, version, settings, sealed_signing_secret \
         FROM resource_servers WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(api).transpose()
}

/// The API of that identifier (the audience).
///
/// # Errors
/// Any failure of the store.
pub async fn by_identifier(t: &Scope<'_>, identifier: &str) -> Result<Option<ResourceServer>, StoreError> {
    const SQL: &str = "SELECT id, identifier, name, permissions, token_lifetime, allow_offline_access, \
         is_system, created_at, version, settings, sealed_signing_secret \
         FROM resource_servers WHERE tenant_id = $1 AND identifier = $2";
    t.first(SQL, args![t.id(), identifier]).await?.map(api).transpose()
}

/// Adds an API; a conflict when the identifier is taken.
pub fn insert(b: &mut Batch, api: &ResourceServer) {
    const SQL: &str = "INSERT INTO resource_servers (tenant_id, id, identifier, name, permissions, \
         token_lifetime, allow_offline_access, is_system, created_at, version, settings, \
         sealed_signing_secret) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
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
        api.version,
        to_json(&api.settings),
        api.signing_secret.as_ref().map(SealedSecret::as_str),
    ];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Writes an API that was read as `api.version`; the row's version becomes one more. Fails as
/// [`STALE`] when the row is not that version any more.
pub fn update(b: &mut Batch, api: &ResourceServer) {
    const SQL: &str = "UPDATE resource_servers SET version = version + 1, name = $4, permissions = $5, \
         token_lifetime = $6, allow_offline_access = $7, settings = $8, sealed_signing_secret = $9 \
         WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let args = args![
        b.tenant().as_str(),
        api.id.as_str(),
        api.version,
        api.name.as_str(),
        to_json(&api.permissions),
        api.token_lifetime.seconds(),
        api.allow_offline_access,
        to_json(&api.settings),
        api.signing_secret.as_ref().map(SealedSecret::as_str),
    ];
    b.push(SQL, args, Expect::Rows(1, STALE));
    bump_version(b);
}

/// Takes a scope value that an API does not know any more from everybody who was granted it.
pub fn withdraw(b: &mut Batch, api: &ResourceServer, value: &str) {
    const ROLES: &str = "DELETE FROM role_permissions WHERE tenant_id = $1 AND api_id = $2 AND value = $3";
    const USERS: &str = "DELETE FROM user_permissions WHERE tenant_id = $1 AND api_id = $2 AND value = $3";
    // Each value stands once among spaces, so it is cut out with one of them.
    const GRANTS: &str = "UPDATE client_grants SET version = version + 1, \
         scope = TRIM(REPLACE(' ' || scope || ' ', ' ' || $3 || ' ', ' ')) \
         WHERE tenant_id = $1 AND audience = $2 \
         AND REPLACE(' ' || scope || ' ', ' ' || $3 || ' ', ' ') <> ' ' || scope || ' '";
    for sql in [ROLES, USERS] {
        let args = args![b.tenant().as_str(), api.id.as_str(), value];
        b.push(sql, args, Expect::Any);
    }
    let args = args![b.tenant().as_str(), api.identifier.as_str(), value];
    b.push(GRANTS, args, Expect::Any);
    bump_version(b);
}

/// Demands that an API is still the one that was read, and keeps it so until the commit. Fails as
/// [`STALE`].
pub fn expect_unchanged(b: &mut Batch, api: &ResourceServer) {
    const SQL: &str = "UPDATE resource_servers SET version = version \
         WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let args = args![b.tenant().as_str(), api.id.as_str(), api.version];
    b.push(SQL, args, Expect::Rows(1, STALE));
}

/// Deletes an API with its client grants and all permissions on it. Fails as [`MISSING`].
pub fn delete(b: &mut Batch, id: &ResourceServerId) {
    const GRANTS: &str = "DELETE FROM client_grants WHERE tenant_id = $1 AND audience = \
         (SELECT identifier FROM resource_servers WHERE tenant_id = $1 AND id = $2 AND is_system = FALSE)";
    const API: &str = "DELETE FROM resource_servers WHERE tenant_id = $1 AND id = $2 AND is_system = FALSE";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(GRANTS, args, Expect::Any);
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(API, args, Expect::Rows(1, MISSING));
    bump_version(b);
}
