//! Browsers in which an admin is logged in, found by the hash of their cookie.
//!
//! A session counts only while its admin is a member of the tenant, so whoever is removed is out.

use doorward_model::admin::{AdminSession, SESSION_LIFETIME};
use doorward_model::ids::AdminId;
use doorward_model::secret::TokenHash;
use doorward_model::time::Timestamp;

use super::admins;
use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// The session whose cookie has that hash. Whether it still counts is for the caller to ask.
///
/// # Errors
/// Any failure of the store.
pub async fn by_token_hash(t: &Scope<'_>, hash: &TokenHash) -> Result<Option<AdminSession>, StoreError> {
    const SQL: &str = "SELECT admins.id, admins.email, admin_memberships.role, admins.created_at, \
         admin_sessions.authenticated_at, admin_sessions.created_at, admin_sessions.last_used_at \
         FROM admin_sessions JOIN admins ON admins.id = admin_sessions.admin_id \
         JOIN admin_memberships ON admin_memberships.admin_id = admin_sessions.admin_id \
         AND admin_memberships.tenant_id = admin_sessions.tenant_id \
         WHERE admin_sessions.tenant_id = $1 AND admin_sessions.token_hash = $2";
    let Some(row) = t.first(SQL, args![t.id(), hash.as_str()]).await? else { return Ok(None) };
    let mut r = row.read("admin_sessions");
    Ok(Some(AdminSession {
        admin: admins::columns(&mut r)?,
        authenticated_at: r.time("authenticated_at")?,
        created_at: r.time("created_at")?,
        last_used_at: r.time("last_used_at")?,
    }))
}

/// Adds a session that begins now.
pub fn insert(b: &mut Batch, admin: &AdminId, hash: &TokenHash, now: Timestamp) {
    const SQL: &str = "INSERT INTO admin_sessions (tenant_id, token_hash, admin_id, authenticated_at, \
         created_at, last_used_at, purge_at) VALUES ($1, $2, $3, $4, $4, $4, $5)";
    let ends_at = now.after(SESSION_LIFETIME);
    let args = args![b.tenant().as_str(), hash.as_str(), admin.as_str(), now, ends_at];
    b.push(SQL, args, Expect::Any);
}

/// Notes that a session was used; never moves the time back.
pub fn touch(b: &mut Batch, hash: &TokenHash, now: Timestamp) {
    const SQL: &str = "UPDATE admin_sessions SET last_used_at = $3 \
         WHERE tenant_id = $1 AND token_hash = $2 AND last_used_at < $3";
    let args = args![b.tenant().as_str(), hash.as_str(), now];
    b.push(SQL, args, Expect::Any);
}

/// Notes that the password was typed again.
pub fn confirm(b: &mut Batch, hash: &TokenHash, now: Timestamp) {
    const SQL: &str = "UPDATE admin_sessions SET authenticated_at = $3 \
         WHERE tenant_id = $1 AND token_hash = $2";
    let args = args![b.tenant().as_str(), hash.as_str(), now];
    b.push(SQL, args, Expect::Any);
}

/// Ends a session; nothing happens when it ended before.
pub fn delete(b: &mut Batch, hash: &TokenHash) {
    const SQL: &str = "DELETE FROM admin_sessions WHERE tenant_id = $1 AND token_hash = $2";
    let args = args![b.tenant().as_str(), hash.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// Ends all sessions of an admin, in all tenants: their password was replaced.
pub fn delete_all(b: &mut Batch, admin: &AdminId) {
    const SQL: &str = "DELETE FROM admin_sessions WHERE admin_id = $1";
    b.push(SQL, args![admin.as_str()], Expect::Any);
}
