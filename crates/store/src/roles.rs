//! Roles, and who has which. None of it is kept in memory, so no write moves the tenant's version.

use doorward_model::ids::{RoleId, UserId};
use doorward_model::role::Role;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::{List, contains};
use crate::sql::row::Row;
use crate::sql::value::args;

/// The label of the failure when there is no such role.
pub const MISSING: &str = "the role exists";

/// Somebody who has a role, as the API shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The user.
    pub id: UserId,
    /// The address, if there is one.
    pub email: Option<String>,
    /// What is known of the person, under the names of OpenID Connect.
    pub profile: doorward_model::user::Profile,
}

const LIST: &str = "SELECT id, name, description, created_at FROM roles WHERE tenant_id = $1";

fn role(row: Row) -> Result<Role, StoreError> {
    let mut r = row.read("roles");
    Ok(Role {
        id: r.id("id", RoleId::parse)?,
        name: r.text("name")?,
        description: r.text_or_none("description")?,
        created_at: r.time("created_at")?,
    })
}

fn member(row: Row) -> Result<Member, StoreError> {
    let mut r = row.read("users");
    Ok(Member {
        id: r.id("id", UserId::parse)?,
        email: r.text_or_none("email")?,
        profile: r.json("profile")?,
    })
}

/// Roles from oldest to newest, by page; with a `name` those whose name contains it, whatever its
/// case.
///
/// # Errors
/// Any failure of the store.
pub async fn list(
    t: &Scope<'_>,
    name: Option<&str>,
    offset: u32,
    limit: u32,
) -> Result<Vec<Role>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    named(&mut list, name);
    list.order("ORDER BY created_at, id");
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(role).collect()
}

/// How many roles [`list`] has.
///
/// # Errors
/// Any failure of the store.
pub async fn count(t: &Scope<'_>, name: Option<&str>) -> Result<i64, StoreError> {
    let mut list = List::new("SELECT COUNT(id) FROM roles WHERE tenant_id = $1", args![t.id()]);
    named(&mut list, name);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("roles").int("count"))
}

fn named(list: &mut List, name: Option<&str>) {
    if let Some(name) = name {
        list.and("name_lower LIKE ? ESCAPE '\\'", args![contains(name)]);
    }
}

/// The role of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &RoleId) -> Result<Option<Role>, StoreError> {
    const SQL: &str = "SELECT id, name, description, created_at FROM roles WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(role).transpose()
}

/// Adds a role; a conflict when the name is taken.
pub fn insert(b: &mut Batch, role: &Role) {
    const SQL: &str = "INSERT INTO roles (tenant_id, id, name, name_lower, description, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    let args = args![
        b.tenant().as_str(),
        role.id.as_str(),
        role.name.as_str(),
        role.name.to_lowercase(),
        role.description.as_deref(),
        role.created_at,
    ];
    b.push(SQL, args, Expect::Any);
}

/// Sets the name of a role; a conflict when it is taken. Fails as [`MISSING`].
pub fn set_name(b: &mut Batch, id: &RoleId, name: &str) {
    const SQL: &str = "UPDATE roles SET name = $3, name_lower = $4 WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str(), name, name.to_lowercase()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Sets what a role is for. Fails as [`MISSING`].
pub fn set_description(b: &mut Batch, id: &RoleId, description: Option<&str>) {
    const SQL: &str = "UPDATE roles SET description = $3 WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str(), description];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Deletes a role, with its permissions and from everybody who has it. Fails as [`MISSING`].
pub fn delete(b: &mut Batch, id: &RoleId) {
    const SQL: &str = "DELETE FROM roles WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Gives a role to a user, who may have it already. Fails as in use when either is not there.
pub fn assign(b: &mut Batch, user: &UserId, role: &RoleId) {
    const SQL: &str = "INSERT INTO user_roles (tenant_id, user_id, role_id) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, user_id, role_id) DO NOTHING";
    let args = args![b.tenant().as_str(), user.as_str(), role.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// Takes a role from a user, who may not have it.
pub fn unassign(b: &mut Batch, user: &UserId, role: &RoleId) {
    const SQL: &str = "DELETE FROM user_roles WHERE tenant_id = $1 AND user_id = $2 AND role_id = $3";
    let args = args![b.tenant().as_str(), user.as_str(), role.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// The roles of a user, by id, by page.
///
/// # Errors
/// Any failure of the store.
pub async fn of_user(t: &Scope<'_>, user: &UserId, offset: u32, limit: u32) -> Result<Vec<Role>, StoreError> {
    const SQL: &str = "SELECT roles.id, roles.name, roles.description, roles.created_at FROM user_roles \
         JOIN roles ON roles.tenant_id = user_roles.tenant_id AND roles.id = user_roles.role_id \
         WHERE user_roles.tenant_id = $1 AND user_roles.user_id = $2 \
         ORDER BY user_roles.role_id LIMIT $3 OFFSET $4";
    let args = args![t.id(), user.as_str(), limit, offset];
    t.query(SQL, args).await?.into_iter().map(role).collect()
}

/// How many roles a user has.
///
/// # Errors
/// Any failure of the store.
pub async fn count_of_user(t: &Scope<'_>, user: &UserId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(role_id) FROM user_roles WHERE tenant_id = $1 AND user_id = $2";
    let row = t.first(SQL, args![t.id(), user.as_str()]).await?;
    row.map_or(Ok(0), |row| row.read("user_roles").int("count"))
}

/// Who has a role, by id: from `offset` on, or after a given one.
///
/// # Errors
/// Any failure of the store.
pub async fn members(
    t: &Scope<'_>,
    role: &RoleId,
    after: Option<&UserId>,
    (offset, limit): (u32, u32),
) -> Result<Vec<Member>, StoreError> {
    let select = "SELECT users.id, users.email, users.profile FROM user_roles \
         JOIN users ON users.tenant_id = user_roles.tenant_id AND users.id = user_roles.user_id \
         WHERE user_roles.tenant_id = $1";
    let mut list = List::new(select, args![t.id()]);
    list.and("user_roles.role_id = ?", args![role.as_str()]);
    if let Some(after) = after {
        list.and("user_roles.user_id > ?", args![after.as_str()]);
    }
    list.order("ORDER BY user_roles.user_id");
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(member).collect()
}

/// How many have a role.
///
/// # Errors
/// Any failure of the store.
pub async fn count_members(t: &Scope<'_>, role: &RoleId) -> Result<i64, StoreError> {
    let mut list = List::new("SELECT COUNT(user_id) FROM user_roles WHERE tenant_id = $1", args![t.id()]);
    list.and("role_id = ?", args![role.as_str()]);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("user_roles").int("count"))
}
