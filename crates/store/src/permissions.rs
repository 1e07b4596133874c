//! Permissions: which scope values of which APIs roles hold, and people, by themselves and by role.
//!
//! Source: the Management API's `permissions` of roles and users. None of it is kept in memory: what
//! a token may say is read when the token is made.

use doorward_model::ids::{ResourceServerId, RoleId, UserId};
use doorward_model::role::HeldPermission;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::{Reader, Row};
use crate::sql::value::args;

/// A permission of a user, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The permission.
    pub permission: HeldPermission,
    /// The role that brings it, by id and name; none when the user holds it directly.
    pub role: Option<(RoleId, String)>,
}

fn held(r: &mut Reader) -> Result<HeldPermission, StoreError> {
    Ok(HeldPermission { api: r.id("api_id", ResourceServerId::parse)?, value: r.text("value")? })
}

fn of_row(row: Row) -> Result<HeldPermission, StoreError> {
    held(&mut row.read("role_permissions"))
}

/// The permissions of a role, by API and value, by page.
///
/// # Errors
/// Any failure of the store.
pub async fn of_role(
    t: &Scope<'_>,
    role: &RoleId,
    offset: u32,
    limit: u32,
) -> Result<Vec<HeldPermission>, StoreError> {
    const SQL: &str = "SELECT api_id, value FROM role_permissions WHERE tenant_id = $1 AND role_id = $2 \
         ORDER BY api_id, value LIMIT $3 OFFSET $4";
    let args = args![t.id(), role.as_str(), limit, offset];
    t.query(SQL, args).await?.into_iter().map(of_row).collect()
}

/// How many permissions a role has.
///
/// # Errors
/// Any failure of the store.
pub async fn count_of_role(t: &Scope<'_>, role: &RoleId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(value) FROM role_permissions WHERE tenant_id = $1 AND role_id = $2";
    let row = t.first(SQL, args![t.id(), role.as_str()]).await?;
    row.map_or(Ok(0), |row| row.read("role_permissions").int("count"))
}

/// Gives a permission to a role, which may have it already. Fails as in use when role or API is not
/// there.
pub fn add_to_role(b: &mut Batch, role: &RoleId, permission: &HeldPermission) {
    const SQL: &str = "INSERT INTO role_permissions (tenant_id, role_id, api_id, value) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, role_id, api_id, value) DO NOTHING";
    let HeldPermission { api, value } = permission;
    let args = args![b.tenant().as_str(), role.as_str(), api.as_str(), value.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// Takes a permission from a role, which may not have it.
pub fn take_from_role(b: &mut Batch, role: &RoleId, permission: &HeldPermission) {
    const SQL: &str = "DELETE FROM role_permissions \
         WHERE tenant_id = $1 AND role_id = $2 AND api_id = $3 AND value = $4";
    let HeldPermission { api, value } = permission;
    let args = args![b.tenant().as_str(), role.as_str(), api.as_str(), value.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// The permissions of a user, each once, by API and value, by page.
///
/// # Errors
/// Any failure of the store.
pub async fn of_user(
    t: &Scope<'_>,
    user: &UserId,
    offset: u32,
    limit: u32,
) -> Result<Vec<HeldPermission>, StoreError> {
    const SQL: &str = "SELECT api_id, value FROM user_permissions WHERE tenant_id = $1 AND user_id = $2 \
         UNION SELECT held.api_id, held.value FROM user_roles \
         JOIN role_permissions AS held \
         ON held.tenant_id = user_roles.tenant_id AND held.role_id = user_roles.role_id \
         WHERE user_roles.tenant_id = $1 AND user_roles.user_id = $2 \
         ORDER BY 1, 2 LIMIT $3 OFFSET $4";
    let args = args![t.id(), user.as_str(), limit, offset];
    t.query(SQL, args).await?.into_iter().map(of_row).collect()
}

/// How many permissions a user has.
///
/// # Errors
/// Any failure of the store.
pub async fn count_of_user(t: &Scope<'_>, user: &UserId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM (SELECT api_id, value FROM user_permissions \
         WHERE tenant_id = $1 AND user_id = $2 UNION SELECT held.api_id, held.value FROM user_roles \
         JOIN role_permissions AS held \
         ON held.tenant_id = user_roles.tenant_id AND held.role_id = user_roles.role_id \
         WHERE user_roles.tenant_id = $1 AND user_roles.user_id = $2) AS every";
    let row = t.first(SQL, args![t.id(), user.as_str()]).await?;
    row.map_or(Ok(0), |row| row.read("user_permissions").int("count"))
}

/// Where the permissions of a user come from, for those from `first` to `last`: by API and value,
/// what is held directly first, then by role.
///
/// # Errors
/// Any failure of the store.
pub async fn sources(
    t: &Scope<'_>,
    user: &UserId,
    first: &HeldPermission,
    last: &HeldPermission,
) -> Result<Vec<Source>, StoreError> {
    const SQL: &str = "SELECT api_id, value, CAST(NULL AS TEXT) AS role_id, CAST(NULL AS TEXT) AS name \
         FROM user_permissions WHERE tenant_id = $1 AND user_id = $2 \
         AND (api_id, value) >= ($3, $4) AND (api_id, value) <= ($5, $6) \
         UNION ALL SELECT held.api_id, held.value, roles.id, roles.name FROM user_roles \
         JOIN role_permissions AS held \
         ON held.tenant_id = user_roles.tenant_id AND held.role_id = user_roles.role_id \
         JOIN roles ON roles.tenant_id = user_roles.tenant_id AND roles.id = user_roles.role_id \
         WHERE user_roles.tenant_id = $1 AND user_roles.user_id = $2 \
         AND (held.api_id, held.value) >= ($3, $4) AND (held.api_id, held.value) <= ($5, $6) \
         ORDER BY 1, 2, 3 NULLS FIRST";
    let args = args![
        t.id(),
        user.as_str(),
        first.api.as_str(),
        first.value.as_str(),
        last.api.as_str(),
        last.value.as_str(),
    ];
    let read = |row: Row| {
        let mut r = row.read("user_permissions");
        let permission = held(&mut r)?;
        let role = r.id_or_none("role_id", RoleId::parse)?;
        let name = r.text_or_none("name")?;
        Ok(Source { permission, role: role.zip(name) })
    };
    t.query(SQL, args).await?.into_iter().map(read).collect()
}

/// What a user may do with one API, by themselves and by role: for a token that is made now.
///
/// # Errors
/// Any failure of the store.
pub async fn effective(
    t: &Scope<'_>,
    user: &UserId,
    api: &ResourceServerId,
) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "SELECT value FROM user_permissions \
         WHERE tenant_id = $1 AND user_id = $2 AND api_id = $3 \
         UNION SELECT held.value FROM user_roles \
         JOIN role_permissions AS held ON held.tenant_id = user_roles.tenant_id \
         AND held.role_id = user_roles.role_id AND held.api_id = $3 \
         WHERE user_roles.tenant_id = $1 AND user_roles.user_id = $2 ORDER BY 1";
    let rows = t.query(SQL, args![t.id(), user.as_str(), api.as_str()]).await?;
    rows.into_iter().map(|row| row.read("user_permissions").text("value")).collect()
}

/// Gives a permission to a user, who may hold it already. Fails as in use when user or API is not
/// there.
pub fn add_to_user(b: &mut Batch, user: &UserId, permission: &HeldPermission) {
    const SQL: &str = "INSERT INTO user_permissions (tenant_id, user_id, api_id, value) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id, api_id, value) DO NOTHING";
    let HeldPermission { api, value } = permission;
    let args = args![b.tenant().as_str(), user.as_str(), api.as_str(), value.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// Takes a permission from a user, who may not hold it directly.
pub fn take_from_user(b: &mut Batch, user: &UserId, permission: &HeldPermission) {
    const SQL: &str = "DELETE FROM user_permissions \
         WHERE tenant_id = $1 AND user_id = $2 AND api_id = $3 AND value = $4";
    let HeldPermission { api, value } = permission;
    let args = args![b.tenant().as_str(), user.as_str(), api.as_str(), value.as_str()];
    b.push(SQL, args, Expect::Any);
}
