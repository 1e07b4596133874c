//! Admins: people of the installation, with a role per tenant.

use doorward_model::admin::{Admin, Role};
use doorward_model::ids::AdminId;
use doorward_model::user::Email;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::{Global, Scope};
use crate::sql::error::StoreError;
use crate::sql::row::{Reader, Row};
use crate::sql::value::args;
use crate::users::{self, Credential};

/// The label of the failure when there is no such admin.
pub const MISSING: &str = "the admin exists";

pub(super) fn columns(r: &mut Reader) -> Result<Admin, StoreError> {
    let id = r.id("id", AdminId::parse)?;
    let email = users::email(r, "email")?;
    let role = r.text("role")?;
    Ok(Admin {
        id,
        email,
        role: Role::parse(&role).ok_or_else(|| r.corrupt("role"))?,
        created_at: r.time("created_at")?,
    })
}

/// The admins of a tenant, by address.
///
/// # Errors
/// Any failure of the store.
pub async fn list(t: &Scope<'_>) -> Result<Vec<Admin>, StoreError> {
    const SQL: &str = "SELECT admins.id, admins.email, admin_memberships.role, admins.created_at \
         FROM admin_memberships JOIN admins ON admins.id = admin_memberships.admin_id \
         WHERE admin_memberships.tenant_id = $1 ORDER BY admins.email";
    t.query(SQL, args![t.id()]).await?.into_iter().map(|row| columns(&mut row.read("admins"))).collect()
}

/// The admin of that address with the password, if the person is a member of the tenant.
///
/// # Errors
/// Any failure of the store.
pub async fn by_email(t: &Scope<'_>, email: &Email) -> Result<Option<(Admin, Credential)>, StoreError> {
    const SQL: &str = "SELECT admins.id, admins.email, admin_memberships.role, admins.created_at, \
         admins.password_hash \
         FROM admin_memberships JOIN admins ON admins.id = admin_memberships.admin_id \
         WHERE admin_memberships.tenant_id = $1 AND admins.email = $2";
    let Some(row) = t.first(SQL, args![t.id(), email.as_str()]).await? else {
        return Ok(None);
    };
    let mut r = row.read("admins");
    let admin = columns(&mut r)?;
    Ok(Some((admin, Credential { hash: r.text("password_hash")? })))
}

/// The id behind an address in the whole installation, whatever the tenant.
///
/// # Errors
/// Any failure of the store.
pub async fn id_of(g: &Global<'_>, email: &Email) -> Result<Option<AdminId>, StoreError> {
    const SQL: &str = "SELECT id FROM admins WHERE email = $1";
    let row: Option<Row> = g.query(SQL, args![email.as_str()]).await?.into_iter().next();
    row.map(|row| row.read("admins").id("id", AdminId::parse)).transpose()
}

/// How many admins the installation has.
///
/// # Errors
/// Any failure of the store.
pub async fn count(g: &Global<'_>) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(id) FROM admins";
    let row = g.query(SQL, Vec::new()).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("admins").int("count"))
}

/// Adds an admin with the role in the batch's tenant; a conflict when the address is taken.
pub fn insert(b: &mut Batch, admin: &Admin, credential: &Credential) {
    const SQL: &str = "INSERT INTO admins (id, email, password_hash, created_at) VALUES ($1, $2, $3, $4)";
    let args = args![admin.id.as_str(), admin.email.as_str(), credential.hash.as_str(), admin.created_at];
    b.push(SQL, args, Expect::Any);
    put_membership(b, &admin.id, admin.role);
}

/// Gives an admin a role in the batch's tenant, or another one.
pub fn put_membership(b: &mut Batch, admin: &AdminId, role: Role) {
    const SQL: &str = "INSERT INTO admin_memberships (tenant_id, admin_id, role) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, admin_id) DO UPDATE SET role = excluded.role";
    let args = args![b.tenant().as_str(), admin.as_str(), role.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// Replaces an admin's password. Fails as [`MISSING`] when the batch's tenant has no such admin.
pub fn set_password(b: &mut Batch, admin: &AdminId, credential: &Credential) {
    const SQL: &str = "UPDATE admins SET password_hash = $3 WHERE id = $2 \
         AND EXISTS (SELECT 1 FROM admin_memberships WHERE tenant_id = $1 AND admin_id = $2)";
    let args = args![b.tenant().as_str(), admin.as_str(), credential.hash.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}
