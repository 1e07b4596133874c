//! Users and their passwords. A password is a table of its own, so that reading a user never
//! brings a hash along.
//!
//! [`list`] searches and sorts them. What makes that fast is written here with each user: columns in
//! small letters, the values of the metadata by path, and how many users there are.

mod counts;
mod insert;
pub mod list;
mod order;
mod parts;
mod sources;
mod terms;
mod values;

use std::fmt;

use doorward_model::ids::{ConnectionId, FamilyId, UserId};
use doorward_model::time::Timestamp;
use doorward_model::user::{Email, User};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::{Reader, Row, to_json};
use crate::sql::value::{Value, args};

/// The label of the failure when there is no such user.
pub const MISSING: &str = "the user exists";
/// The label of the failure when somebody else changed or deleted the user meanwhile.
pub const STALE: &str = "the user is unchanged since it was read";
/// The label of the failure when the id belonged to a user who was deleted.
pub const ID_WAS_USED: &str = "the user id was never used before";
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

/// Reads a user who stands beside something of theirs; none when there is no such user any more.
pub(crate) fn beside(mut r: Reader) -> Result<Option<User>, StoreError> {
    r.go_on("users");
    if r.is_null() { Ok(None) } else { columns(&mut r).map(Some) }
}

fn columns(r: &mut Reader) -> Result<User, StoreError> {
    Ok(User {
        id: r.id("id", UserId::parse)?,
        connection: r.id("connection_id", ConnectionId::parse)?,
        email: email(r, "email")?,
        email_verified: r.bool("email_verified")?,
        username: some(r.text("username")?),
        profile: r.json("profile")?,
        user_metadata: r.json("user_metadata")?,
        app_metadata: r.json("app_metadata")?,
        blocked: r.bool("blocked")?,
        version: r.int("version")?,
        logins_count: r.int("logins_count")?,
        last_login: r.time_or_none("last_login")?,
        last_ip: some(r.text("last_ip")?),
        last_password_reset: r.time_or_none("last_password_reset")?,
        created_at: r.time("created_at")?,
        updated_at: r.time("updated_at")?,
    })
}

/// A text, where an empty one stands for none.
fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
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
    const SQL: &str = "SELECT id, connection_id, email, email_verified, username, profile, user_metadata, \
         app_metadata, blocked, version, logins_count, last_login, last_ip, last_password_reset, \
         created_at, updated_at FROM users WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(user).transpose()
}

/// The user of that id, as long as a family of theirs is not revoked: who stands behind an access token. With the
/// version of the tenant at that moment, as [`crate::tenants::version`] gives it.
///
/// # Errors
/// Any failure of the store.
pub async fn of_family(
    t: &Scope<'_>,
    id: &UserId,
    family: &FamilyId,
) -> Result<Option<(User, i64)>, StoreError> {
    const SQL: &str = "SELECT u.id, u.connection_id, u.email, u.email_verified, u.username, u.profile, \
         u.user_metadata, u.app_metadata, u.blocked, u.version, u.logins_count, u.last_login, u.last_ip, \
         u.last_password_reset, u.created_at, u.updated_at, tenants.version \
         FROM users AS u JOIN tenants ON tenants.tenant_id = u.tenant_id \
         WHERE u.tenant_id = $1 AND u.id = $2 AND EXISTS \
         (SELECT 1 FROM token_families WHERE tenant_id = $1 AND id = $3 AND user_id = $2 AND revoked_at IS NULL)";
    let Some(row) = t.first(SQL, args![t.id(), id.as_str(), family.as_str()]).await? else {
        return Ok(None);
    };
    let mut r = row.read("users");
    Ok(Some((columns(&mut r)?, r.int("version")?)))
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
         users.username, users.profile, users.user_metadata, users.app_metadata, users.blocked, \
         users.version, users.logins_count, users.last_login, users.last_ip, users.last_password_reset, \
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
    const SQL: &str = "SELECT id FROM users WHERE tenant_id = $1 AND COALESCE(last_login, 0) > 0 LIMIT 1";
    Ok(t.first(SQL, args![t.id()]).await?.is_some())
}

/// Adds a user. A conflict when the connection has one of that address, or the tenant one of that
/// id; fails as [`ID_WAS_USED`] when a user of that id was deleted.
pub fn insert(b: &mut Batch, user: &User) {
    insert::users(b, std::slice::from_ref(user));
}

/// Adds many users, as an import does: with one statement for all of them where [`insert`] needs one for
/// each. Fails as that does, for all of them.
pub fn insert_all(b: &mut Batch, users: &[User]) {
    insert::users(b, users);
}

/// What is kept besides to find a user by.
fn derived(user: &User) -> Vec<Value> {
    let lowered = |text: &Option<String>| text.as_deref().unwrap_or_default().to_lowercase();
    args![
        user.email.domain(),
        user.display_name().to_lowercase(),
        user.nickname().to_lowercase(),
        lowered(&user.profile.given_name),
        lowered(&user.profile.family_name),
        user.profile.phone_number.as_deref().unwrap_or_default(),
        user.profile.nickname.is_some(),
        user.profile.picture.as_deref().unwrap_or_default(),
        user.profile.phone_verified,
    ]
}

/// Writes what was changed of a user that was read as `before`; the row's version becomes one more.
/// Logins are not touched. Fails as [`STALE`] when the row is not that version any more, and is a
/// conflict when the connection has another user of the new address.
pub fn update(b: &mut Batch, before: &User, user: &User) {
    const SQL: &str = "UPDATE users SET version = version + 1, email = $4, email_verified = $5, username = $6, \
         profile = $7, user_metadata = $8, app_metadata = $9, blocked = $10, last_password_reset = $11, \
         updated_at = $12, email_domain = $13, name_lower = $14, nickname_lower = $15, \
         given_name_lower = $16, family_name_lower = $17, phone_number = $18, has_nickname = $19, \
         picture = $20, phone_verified = $21, is_searchable = TRUE \
         WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let mut args = args![
        b.tenant().as_str(),
        user.id.as_str(),
        before.version,
        user.email.as_str(),
        user.email_verified,
        user.username.as_deref().unwrap_or_default(),
        to_json(&user.profile),
        to_json(&user.user_metadata),
        to_json(&user.app_metadata),
        user.blocked,
        user.last_password_reset,
        user.updated_at,
    ];
    args.extend(derived(user));
    b.push(SQL, args, Expect::Rows(1, STALE));
    if (&before.user_metadata, &before.app_metadata) != (&user.user_metadata, &user.app_metadata) {
        values::delete(b, &user.id);
        values::insert(b, std::slice::from_ref(user));
    }
}

/// Users that were written before this release knew what to search for, by id.
///
/// # Errors
/// Any failure of the store.
pub async fn not_searchable(t: &Scope<'_>, limit: u32) -> Result<Vec<User>, StoreError> {
    const SQL: &str = "SELECT id, connection_id, email, email_verified, username, profile, user_metadata, \
         app_metadata, blocked, version, logins_count, last_login, last_ip, last_password_reset, \
         created_at, updated_at FROM users WHERE tenant_id = $1 AND is_searchable = FALSE \
         ORDER BY id LIMIT $2";
    t.query(SQL, args![t.id(), limit]).await?.into_iter().map(user).collect()
}

/// Fills in what such a user is found by; nothing happens when somebody changed the user meanwhile,
/// because a change fills it in, too.
pub fn make_searchable(b: &mut Batch, user: &User) {
    const SQL: &str = "UPDATE users SET email_domain = $4, name_lower = $5, nickname_lower = $6, \
         given_name_lower = $7, family_name_lower = $8, phone_number = $9, has_nickname = $10, \
         picture = $11, phone_verified = $12, is_searchable = TRUE WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let mut args = args![b.tenant().as_str(), user.id.as_str(), user.version];
    args.extend(derived(user));
    b.push(SQL, args, Expect::Any);
}

/// Deletes a user with the password and everything that was issued in their name; the id stays taken.
/// Nothing happens when there is none.
pub fn delete(b: &mut Batch, id: &UserId, now: Timestamp) {
    push_delete(b, id, now, Expect::Any);
}

/// As [`delete`]; fails as [`MISSING`] when there is none.
pub fn delete_known(b: &mut Batch, id: &UserId, now: Timestamp) {
    push_delete(b, id, now, Expect::Rows(1, MISSING));
}

fn push_delete(b: &mut Batch, id: &UserId, now: Timestamp, expect: Expect) {
    const PASSWORD: &str = "DELETE FROM passwords WHERE tenant_id = $1 AND user_id = $2";
    const CODES: &str = "DELETE FROM codes WHERE tenant_id = $1 AND user_id = $2";
    const DEVICE_CODES: &str = "DELETE FROM device_codes WHERE tenant_id = $1 AND user_id = $2";
    const SESSIONS: &str = "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2";
    const TOKENS: &str = "DELETE FROM refresh_tokens WHERE tenant_id = $1 AND family_id IN \
         (SELECT id FROM token_families WHERE tenant_id = $1 AND user_id = $2)";
    const FAMILIES: &str = "DELETE FROM token_families WHERE tenant_id = $1 AND user_id = $2";
    const GRANTS: &str = "DELETE FROM grants WHERE tenant_id = $1 AND user_id = $2";
    const DEVICES: &str = "DELETE FROM device_credentials WHERE tenant_id = $1 AND user_id = $2";
    const TOMBSTONE: &str = "INSERT INTO deleted_user_ids (tenant_id, id, deleted_at) \
         SELECT tenant_id, id, CAST($3 AS BIGINT) FROM users WHERE tenant_id = $1 AND id = $2";
    const USER: &str = "DELETE FROM users WHERE tenant_id = $1 AND id = $2";
    for sql in [PASSWORD, CODES, DEVICE_CODES, SESSIONS, TOKENS, FAMILIES, GRANTS, DEVICES] {
        let args = args![b.tenant().as_str(), id.as_str()];
        b.push(sql, args, Expect::Any);
    }
    values::delete(b, id);
    counts::remove(b, id);
    let args = args![b.tenant().as_str(), id.as_str(), now];
    b.push(TOMBSTONE, args, Expect::Any);
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(USER, args, expect);
}

/// Sets or replaces a user's password. Fails as in use when the user does not exist.
pub fn put_password(b: &mut Batch, user: &UserId, credential: &Credential, now: Timestamp) {
    insert::passwords(b, &[(user, credential)], now);
}

/// Sets or replaces the passwords of many users, nobody's twice. Fails as in use when one of them does not
/// exist.
pub fn put_passwords(b: &mut Batch, all: &[(&UserId, &Credential)], now: Timestamp) {
    insert::passwords(b, all, now);
}

/// Counts a login and keeps the address it came from. Fails as [`NOT_ALLOWED`] when the user was
/// blocked or deleted meanwhile.
pub fn record_login(b: &mut Batch, id: &UserId, ip: Option<&str>, now: Timestamp) {
    const SQL: &str = "UPDATE users SET logins_count = logins_count + 1, last_login = $3, last_ip = $4 \
         WHERE tenant_id = $1 AND id = $2 AND blocked = FALSE";
    let args = args![b.tenant().as_str(), id.as_str(), now, ip.unwrap_or_default()];
    b.push(SQL, args, Expect::Rows(1, NOT_ALLOWED));
}

/// Blocks or unblocks a user. Fails as [`MISSING`].
pub fn set_blocked(b: &mut Batch, id: &UserId, blocked: bool, now: Timestamp) {
    const SQL: &str = "UPDATE users SET blocked = $3, updated_at = $4, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str(), blocked, now];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}
