//! Sessions of browsers, found by the hash of their cookie.

use doorward_model::ids::{SessionId, UserId};
use doorward_model::secret::TokenHash;
use doorward_model::session::Session;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::Row;
use crate::sql::value::args;

/// The label of the failure when the session ended meanwhile.
pub const MISSING: &str = "the session exists";

fn session(row: Row) -> Result<Session, StoreError> {
    let mut r = row.read("sessions");
    Ok(Session {
        id: r.id("id", SessionId::parse)?,
        user: r.id("user_id", UserId::parse)?,
        authenticated_at: r.time("authenticated_at")?,
        created_at: r.time("created_at")?,
        last_used_at: r.time("last_used_at")?,
    })
}

/// The session whose cookie has that hash. Whether it still counts is for the caller to ask.
///
/// # Errors
/// Any failure of the store.
pub async fn by_token_hash(t: &Scope<'_>, hash: &TokenHash) -> Result<Option<Session>, StoreError> {
    const SQL: &str = "SELECT id, user_id, authenticated_at, created_at, last_used_at \
         FROM sessions WHERE tenant_id = $1 AND token_hash = $2";
    t.first(SQL, args![t.id(), hash.as_str()]).await?.map(session).transpose()
}

/// Adds a session; after `ends_at` it may be cleaned away.
pub fn insert(b: &mut Batch, session: &Session, hash: &TokenHash, ends_at: Timestamp) {
    const SQL: &str = "INSERT INTO sessions (tenant_id, id, token_hash, user_id, authenticated_at, \
         created_at, last_used_at, purge_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        b.tenant().as_str(),
        session.id.as_str(),
        hash.as_str(),
        session.user.as_str(),
        session.authenticated_at,
        session.created_at,
        session.last_used_at,
        ends_at,
    ];
    b.push(SQL, args, Expect::Any);
}

/// Notes that a session was used; never moves the time back.
pub fn touch(b: &mut Batch, id: &SessionId, now: Timestamp) {
    const SQL: &str = "UPDATE sessions SET last_used_at = $3 \
         WHERE tenant_id = $1 AND id = $2 AND last_used_at < $3";
    let args = args![b.tenant().as_str(), id.as_str(), now];
    b.push(SQL, args, Expect::Any);
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
