//! Which tenants there are, and whether anything about them changed.

use doorward_model::ids::TenantId;
use doorward_model::tenant::{Issuer, Tenant};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Global;
use crate::sql::error::StoreError;
use crate::sql::row::{Row, to_json};
use crate::sql::value::args;

fn tenant(row: Row) -> Result<Tenant, StoreError> {
    let mut r = row.read("tenants");
    let id = r.id("tenant_id", TenantId::parse)?;
    let issuer = r.text("issuer")?;
    Ok(Tenant {
        id,
        issuer: Issuer::parse(&issuer).map_err(|_| r.corrupt("issuer"))?,
        version: r.int("version")?,
        settings: r.json("settings")?,
        created_at: r.time("created_at")?,
    })
}

/// All tenants, from oldest to newest.
///
/// # Errors
/// Any failure of the store.
pub async fn all(g: &Global<'_>) -> Result<Vec<Tenant>, StoreError> {
    const SQL: &str = "SELECT tenant_id, issuer, version, settings, created_at FROM tenants \
         ORDER BY created_at, tenant_id";
    g.query(SQL, Vec::new()).await?.into_iter().map(tenant).collect()
}

/// The tenant of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(g: &Global<'_>, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
    const SQL: &str = "SELECT tenant_id, issuer, version, settings, created_at FROM tenants \
         WHERE tenant_id = $1";
    g.query(SQL, args![id.as_str()]).await?.into_iter().next().map(tenant).transpose()
}

/// The version of every tenant, in one cheap read: what has another number than before changed.
///
/// # Errors
/// Any failure of the store.
pub async fn versions(g: &Global<'_>) -> Result<Vec<(TenantId, i64)>, StoreError> {
    const SQL: &str = "SELECT tenant_id, version FROM tenants ORDER BY tenant_id";
    let read = |row: Row| {
        let mut r = row.read("tenants");
        Ok((r.id("tenant_id", TenantId::parse)?, r.int("version")?))
    };
    g.query(SQL, Vec::new()).await?.into_iter().map(read).collect()
}

/// Adds a tenant, into a batch of that same tenant and before its other rows. A conflict when id or
/// issuer is taken.
pub fn insert(b: &mut Batch, tenant: &Tenant) {
    const SQL: &str = "INSERT INTO tenants (tenant_id, issuer, version, settings, created_at) \
         VALUES ($1, $2, $3, $4, $5)";
    let args = args![
        tenant.id.as_str(),
        tenant.issuer.as_str(),
        tenant.version,
        to_json(&tenant.settings),
        tenant.created_at,
    ];
    b.push(SQL, args, Expect::Any);
}
