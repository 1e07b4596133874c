//! Sessions of browsers, found by the hash of their cookie.

use std::collections::BTreeSet;

use doorward_model::ids::{ClientId, SessionId, UserId};
use doorward_model::secret::TokenHash;
use doorward_model::session::Session;
use doorward_model::time::Timestamp;
use doorward_model::user::User;
use serde_json::{Map, Value as Json};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::{Reader, Row, to_json};
use crate::sql::value::{Value, args};
use crate::users;

/// The label of the failure when the session ended meanwhile.
pub const MISSING: &str = "the session exists";

const LIST: &str = "SELECT id, user_id, authenticated_at, created_at, last_used_at, client_ids, first_device, \
     last_device, metadata FROM sessions WHERE tenant_id = $1";

fn session(row: Row) -> Result<Session, StoreError> {
    columns(&mut row.read("sessions"))
}

fn columns(r: &mut Reader) -> Result<Session, StoreError> {
    Ok(Session {
        id: r.id("id", SessionId::parse)?,
        user: r.id("user_id", UserId::parse)?,
        authenticated_at: r.time("authenticated_at")?,
        created_at: r.time("created_at")?,
        last_used_at: r.time("last_used_at")?,
        clients: clients(r)?,
        first_device: r.json("first_device")?,
        last_device: r.json("last_device")?,
        metadata: metadata(r)?,
    })
}

fn clients(r: &mut Reader) -> Result<Vec<ClientId>, StoreError> {
    let words = r.words("client_ids")?;
    words.iter().map(|word| ClientId::parse(word).map_err(|_| r.corrupt("client_ids"))).collect()
}

/// Reads the free facts of a session, and of a family.
pub(crate) fn metadata(r: &mut Reader) -> Result<Option<Map<String, Json>>, StoreError> {
    match r.text_or_none("metadata")? {
        Some(text) => serde_json::from_str(&text).map(Some).map_err(|_| r.corrupt("metadata")),
        None => Ok(None),
    }
}

fn client_ids(session: &Session) -> String {
    session.clients.iter().map(ClientId::as_str).collect::<Vec<_>>().join(" ")
}

/// The session whose cookie has that hash, and whose it is. Whether it still counts is for the caller to ask.
///
/// # Errors
/// Any failure of the store.
pub async fn by_token_hash(
    t: &Scope<'_>,
    hash: &TokenHash,
) -> Result<Option<(Session, Option<User>)>, StoreError> {
    const SQL: &str = "SELECT s.id, s.user_id, s.authenticated_at, s.created_at, s.last_used_at, s.client_ids, \
         s.first_device, s.last_device, s.metadata, u.id, u.connection_id, u.email, u.email_verified, u.username, \
         u.profile, u.user_metadata, u.app_metadata, u.blocked, u.version, u.logins_count, u.last_login, u.last_ip, \
         u.last_password_reset, u.created_at, u.updated_at \
         FROM sessions AS s LEFT JOIN users AS u ON u.tenant_id = s.tenant_id AND u.id = s.user_id \
         WHERE s.tenant_id = $1 AND s.token_hash = $2";
    let Some(row) = t.first(SQL, args![t.id(), hash.as_str()]).await? else { return Ok(None) };
    let mut r = row.read("sessions");
    let session = columns(&mut r)?;
    Ok(Some((session, users::beside(r)?)))
}

/// The session of that id. Whether it still counts is for the caller to ask.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &SessionId) -> Result<Option<Session>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("id = ?", args![id.as_str()]);
    let found = t.list(list).await?.into_iter().next().map(session).transpose()?;
    Ok(without_gone(t, found.into_iter().collect()).await?.pop())
}

/// Leaves clients out that were deleted. A session in use may be written with one a moment later, so
/// they are left out here and not taken away there.
async fn without_gone(t: &Scope<'_>, mut sessions: Vec<Session>) -> Result<Vec<Session>, StoreError> {
    let named: BTreeSet<&str> =
        sessions.iter().flat_map(|session| &session.clients).map(ClientId::as_str).collect();
    if named.is_empty() {
        return Ok(sessions);
    }
    let mut list = List::new("SELECT id FROM deleted_client_ids WHERE tenant_id = $1", args![t.id()]);
    list.and_in("id", named.into_iter().map(Value::from).collect());
    let rows = t.list(list).await?.into_iter();
    let gone = rows.map(|row| row.read("deleted_client_ids").id("id", ClientId::parse));
    let gone = gone.collect::<Result<BTreeSet<_>, _>>()?;
    for session in &mut sessions {
        session.clients.retain(|client| !gone.contains(client));
    }
    Ok(sessions)
}

/// Sessions of a person that were made after one time and used after another, from oldest to newest,
/// those after a given one.
///
/// # Errors
/// Any failure of the store.
pub async fn of_user(
    t: &Scope<'_>,
    user: &UserId,
    (made_after, used_after): (Timestamp, Timestamp),
    after: Option<(Timestamp, &SessionId)>,
    limit: u32,
) -> Result<Vec<Session>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("user_id = ?", args![user.as_str()]);
    list.and("created_at > ?", args![made_after]);
    list.and("last_used_at > ?", args![used_after]);
    if let Some((created_at, id)) = after {
        list.and("(created_at, id) > (?, ?)", args![created_at, id.as_str()]);
    }
    list.order("ORDER BY created_at, id");
    list.page(0, limit);
    let found = t.list(list).await?.into_iter().map(session).collect::<Result<_, _>>()?;
    without_gone(t, found).await
}

/// Adds a session; after `ends_at` it may be cleaned away.
pub fn insert(b: &mut Batch, session: &Session, hash: &TokenHash, ends_at: Timestamp) {
    const SQL: &str = "INSERT INTO sessions (tenant_id, id, token_hash, user_id, authenticated_at, \
         created_at, last_used_at, purge_at, client_ids, first_device, last_device) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let args = args![
        b.tenant().as_str(),
        session.id.as_str(),
        hash.as_str(),
        session.user.as_str(),
        session.authenticated_at,
        session.created_at,
        session.last_used_at,
        ends_at,
        client_ids(session),
        to_json(&session.first_device),
        to_json(&session.last_device),
    ];
    b.push(SQL, args, Expect::Any);
}

/// Notes that a session was used, where and for which clients; never moves the time back.
pub fn touch(b: &mut Batch, session: &Session) {
    const SQL: &str = "UPDATE sessions SET last_used_at = $3, client_ids = $4, last_device = $5 \
         WHERE tenant_id = $1 AND id = $2 AND last_used_at <= $3";
    let args = args![
        b.tenant().as_str(),
        session.id.as_str(),
        session.last_used_at,
        client_ids(session),
        to_json(&session.last_device),
    ];
    b.push(SQL, args, Expect::Any);
}

/// Sets or removes the free facts of a session. Fails as [`MISSING`].
pub fn put_metadata(b: &mut Batch, id: &SessionId, metadata: Option<&Map<String, Json>>) {
    const SQL: &str = "UPDATE sessions SET metadata = $3 WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str(), metadata.map(to_json)];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Gives a session a new cookie value and a new time of login, after its person proved themselves
/// again. Fails as [`MISSING`] when the session ended or belongs to somebody else.
pub fn replace_token(b: &mut Batch, session: &Session, hash: &TokenHash) {
    const SQL: &str = "UPDATE sessions SET token_hash = $4, authenticated_at = $5, last_used_at = $6 \
         WHERE tenant_id = $1 AND id = $2 AND user_id = $3";
    let args = args![
        b.tenant().as_str(),
        session.id.as_str(),
        session.user.as_str(),
        hash.as_str(),
        session.authenticated_at,
        session.last_used_at,
    ];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Ends every session of a user.
pub fn delete_for_user(b: &mut Batch, user: &UserId) {
    const SQL: &str = "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2";
    let args = args![b.tenant().as_str(), user.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// Ends a session; nothing happens when it ended before.
pub fn delete(b: &mut Batch, id: &SessionId) {
    const SQL: &str = "DELETE FROM sessions WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// Ends a session with the codes that were issued in it and wait for their exchange; nothing happens
/// when it ended before.
pub fn end(b: &mut Batch, id: &SessionId) {
    // In this order: whoever issues a code at the same time either finds no session or is found here.
    const CODES: &str = "DELETE FROM codes WHERE tenant_id = $1 AND session_id = $2 AND used_at IS NULL";
    const DEVICE_CODES: &str =
        "DELETE FROM device_codes WHERE tenant_id = $1 AND session_id = $2 AND used_at IS NULL";
    delete(b, id);
    for sql in [CODES, DEVICE_CODES] {
        let args = args![b.tenant().as_str(), id.as_str()];
        b.push(sql, args, Expect::Any);
    }
}

/// Ends all sessions of a person, with the codes that wait for their exchange.
pub fn end_of_user(b: &mut Batch, user: &UserId) {
    const SESSIONS: &str = "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2";
    const CODES: &str = "DELETE FROM codes WHERE tenant_id = $1 AND user_id = $2 AND used_at IS NULL";
    const DEVICE_CODES: &str =
        "DELETE FROM device_codes WHERE tenant_id = $1 AND user_id = $2 AND used_at IS NULL";
    for sql in [SESSIONS, CODES, DEVICE_CODES] {
        let args = args![b.tenant().as_str(), user.as_str()];
        b.push(sql, args, Expect::Any);
    }
}
