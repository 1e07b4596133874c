//! Users and their passwords. A password is a table of its own, so that reading a user never
//! brings a hash along.

use std::fmt;

use doorward_model::ids::{ConnectionId, UserId};
use doorward_model::time::Timestamp;
use doorward_model::user::{Email, User};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::{Reader, Row, to_json};
use crate::sql::value::args;

/// The label of the failure when there is no such user.
pub const MISSING: &str = "the user exists";
/// The label of the failure when the user is not there any more or was blocked.
pub const NOT_ALLOWED: &str = "the user exists and is not blocked";

/// A password as stored: argon2id in PHC text form.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The PHC text.
    pub hash: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

fn user(row: Row) -> Result<User, StoreError> {
    columns(&mut row.read("users"))
}

fn columns(r: &mut Reader) -> Result<User, StoreError> {
    Ok(User {
        id: r.id("id", UserId::parse)?,
        connection: r.id("connection_id", ConnectionId::parse)?,
        email: email(r, "email")?,
        email_verified: r.bool("email_verified")?,
        profile: r.json("profile")?,
        blocked: r.bool("blocked")?,
        version: r.int("version")?,
        logins_count: r.int("logins_count")?,
        last_login: r.time_or_none("last_login")?,
        created_at: r.time("created_at")?,
        updated_at: r.time("updated_at")?,
    })
}

/// Reads an address column, here and in the table of admins.
pub(crate) fn email(r: &mut Reader, column: &'static str) -> Result<Email, StoreError> {
    let text = r.text(column)?;
    Email::parse(&text).map_err(|_| r.corrupt(column))
}

/// The user of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &UserId) -> Result<Option<User>, StoreError> {
    const SQL: &str = "SELECT id, connection_id, email, email_verified, profile, blocked, version, \
         logins_count, last_login, created_at, updated_at FROM users WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(user).transpose()
}

/// The user of that address in a connection, with the password if there is one.
///
/// # Errors
/// Any failure of the store.
pub async fn by_email(
    t: &Scope<'_>,
    connection: &ConnectionId,
    email: &Email,
) -> Result<Option<(User, Option<Credential>)>, StoreError> {
    const SQL: &str = "SELECT users.id, users.connection_id, users.email, users.email_verified, \
         users.profile, users.blocked, users.version, users.logins_count, users.last_login, \
         users.created_at, users.updated_at, passwords.hash FROM users \
         LEFT JOIN passwords ON passwords.tenant_id = users.tenant_id AND passwords.user_id = users.id \
         WHERE users.tenant_id = $1 AND users.connection_id = $2 AND users.email = $3";
    let Some(row) = t.first(SQL, args![t.id(), connection.as_str(), email.as_str()]).await? else {
        return Ok(None);
    };
    let mut r = row.read("users");
    let user = columns(&mut r)?;
    Ok(Some((user, r.text_or_none("hash")?.map(|hash| Credential { hash }))))
}

/// Which of some connections know a user of that address.
///
/// # Errors
/// Any failure of the store.
pub async fn connections_of(
    t: &Scope<'_>,
    email: &Email,
    among: &[ConnectionId],
) -> Result<Vec<ConnectionId>, StoreError> {
    const SQL: &str = "SELECT connection_id FROM users WHERE tenant_id = $1 AND email = $2";
    let mut list = List::new(SQL, args![t.id(), email.as_str()]);
    list.and_in("connection_id", among.iter().map(|id| id.as_str().into()).collect());
    let read = |row: Row| row.read("users").id("connection_id", ConnectionId::parse);
    t.list(list).await?.into_iter().map(read).collect()
}

/// Some users of a connection, at most `limit`.
///
/// # Errors
/// Any failure of the store.
pub async fn some_of_connection(
    t: &Scope<'_>,
    connection: &ConnectionId,
    limit: u32,
) -> Result<Vec<UserId>, StoreError> {
    const SQL: &str = "SELECT id FROM users WHERE tenant_id = $1 AND connection_id = $2 LIMIT $3";
    let rows = t.query(SQL, args![t.id(), connection.as_str(), limit]).await?;
    rows.into_iter().map(|row| row.read("users").id("id", UserId::parse)).collect()
}

/// Whether anybody logged in, ever.
///
/// # Errors
/// Any failure of the store.
pub async fn any_logged_in(t: &Scope<'_>) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT id FROM users WHERE tenant_id = $1 AND last_login IS NOT NULL LIMIT 1";
    Ok(t.first(SQL, args![t.id()]).await?.is_some())
}

/// Adds a user; a conflict when the connection has one of that address.
pub fn insert(b: &mut Batch, user: &User) {
    const SQL: &str = "INSERT INTO users (tenant_id, id, connection_id, email, email_verified, profile, \
         blocked, version, logins_count, last_login, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let args = args![
        b.tenant().as_str(),
        user.id.as_str(),
        user.connection.as_str(),
        user.email.as_str(),
        user.email_verified,
        to_json(&user.profile),
        user.blocked,
        user.version,
        user.logins_count,
        user.last_login,
        user.created_at,
        user.updated_at,
    ];
    b.push(SQL, args, Expect::Any);
}

/// Sets or replaces a user's password. Fails as in use when the user does not exist.
pub fn put_password(b: &mut Batch, user: &UserId, credential: &Credential, now: Timestamp) {
    const SQL: &str = "INSERT INTO passwords (tenant_id, user_id, hash, changed_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id) \
         DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at";
    let args = args![b.tenant().as_str(), user.as_str(), credential.hash.as_str(), now];
    b.push(SQL, args, Expect::Any);
}

/// Counts a login. Fails as [`NOT_ALLOWED`] when the user was blocked or deleted meanwhile.
pub fn record_login(b: &mut Batch, id: &UserId, now: Timestamp) {
    const SQL: &str = "UPDATE users SET logins_count = logins_count + 1, last_login = $3 \
         WHERE tenant_id = $1 AND id = $2 AND blocked = FALSE";
    let args = args![b.tenant().as_str(), id.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, NOT_ALLOWED));
}

/// Blocks or unblocks a user. Fails as [`MISSING`].
pub fn set_blocked(b: &mut Batch, id: &UserId, blocked: bool, now: Timestamp) {
    const SQL: &str = "UPDATE users SET blocked = $3, updated_at = $4, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str(), blocked, now];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Deletes a user with the password, the sessions and all tokens; nothing happens when there is none.
/// Codes that are under way find nobody and are cleaned away by their age.
pub fn delete(b: &mut Batch, id: &UserId) {
    const PASSWORD: &str = "DELETE FROM passwords WHERE tenant_id = $1 AND user_id = $2";
    const SESSIONS: &str = "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2";
    const TOKENS: &str = "DELETE FROM refresh_tokens WHERE tenant_id = $1 AND family_id IN \
         (SELECT id FROM token_families WHERE tenant_id = $1 AND user_id = $2)";
    const FAMILIES: &str = "DELETE FROM token_families WHERE tenant_id = $1 AND user_id = $2";
    const USER: &str = "DELETE FROM users WHERE tenant_id = $1 AND id = $2";
    for sql in [PASSWORD, SESSIONS, TOKENS, FAMILIES, USER] {
        let args = args![b.tenant().as_str(), id.as_str()];
        b.push(sql, args, Expect::Any);
    }
}
