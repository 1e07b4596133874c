//! Token families: everything that one authorization led to lives and dies together.
//!
//! Source: RFC 9700 §4.14.2 (a replayed refresh token ends its family), RFC 6749 §4.1.2 (so does a
//! code that is used twice).

use doorward_model::ids::{ClientId, ConnectionId, FamilyId, SessionId, UserId};
use doorward_model::time::Timestamp;
use doorward_model::token::Family;
use serde_json::{Map, Value as Json};

use crate::codes::{authorization, claims};
use crate::sessions::metadata;
use crate::sql::batch::{Batch, Expect, Ticket};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::{Reader, Row, to_json};
use crate::sql::value::args;

/// The label of the failure when the client or the user ended, or the user was blocked, between the
/// decision and the commit.
pub const NOT_ALLOWED: &str = "client and user of the token are still there";
/// The label of the failure when there is no such family, or it was revoked.
pub const MISSING: &str = "the family exists and is not revoked";

/// Reads a family, here and beside a refresh token.
pub(crate) fn columns(r: &mut Reader) -> Result<Family, StoreError> {
    Ok(Family {
        id: r.id("id", FamilyId::parse)?,
        authorization: authorization(r)?,
        created_at: r.time("created_at")?,
        revoked_at: r.time_or_none("revoked_at")?,
        device: r.json("device")?,
        metadata: metadata(r)?,
    })
}

fn family(row: Row) -> Result<Family, StoreError> {
    columns(&mut row.read("token_families"))
}

/// The family of that id, revoked ones included.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &FamilyId) -> Result<Option<Family>, StoreError> {
    const SQL: &str = "SELECT id, client_id, user_id, session_id, authenticated_at, scope, audience, claims, \
         created_at, revoked_at, device, metadata FROM token_families WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(family).transpose()
}

/// A family with what else decides whether its access tokens are good, all as of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The family, which may be revoked.
    pub family: Family,
    /// The connection of its person, and whether they are blocked; none when there is no such person any more.
    pub person: Option<(ConnectionId, bool)>,
    /// The version of the tenant, as [`crate::tenants::version`] gives it.
    pub version: i64,
}

/// The family of that id with what else its access tokens rest on.
///
/// # Errors
/// Any failure of the store.
pub async fn standing(t: &Scope<'_>, id: &FamilyId) -> Result<Option<Standing>, StoreError> {
    const SQL: &str = "SELECT f.id, f.client_id, f.user_id, f.session_id, f.authenticated_at, f.scope, f.audience, \
         f.claims, f.created_at, f.revoked_at, f.device, f.metadata, tenants.version, u.connection_id, u.blocked \
         FROM token_families AS f JOIN tenants ON tenants.tenant_id = f.tenant_id \
         LEFT JOIN users AS u ON u.tenant_id = f.tenant_id AND u.id = f.user_id \
         WHERE f.tenant_id = $1 AND f.id = $2";
    let Some(row) = t.first(SQL, args![t.id(), id.as_str()]).await? else { return Ok(None) };
    let mut r = row.read("token_families");
    let (family, version) = (columns(&mut r)?, r.int("version")?);
    r.go_on("users");
    let connection = r.id_or_none("connection_id", ConnectionId::parse)?;
    let blocked = r.bool_or_none("blocked")?;
    Ok(Some(Standing { family, person: connection.zip(blocked), version }))
}

/// Adds a family if its client and its unblocked user are there at the moment of the commit. Fails
/// as [`NOT_ALLOWED`]. After `ends_at` it and its tokens may be cleaned away; none means never.
pub fn insert(b: &mut Batch, family: &Family, ends_at: Option<Timestamp>) {
    const SQL: &str = "INSERT INTO token_families (tenant_id, id, client_id, user_id, session_id, \
         authenticated_at, scope, audience, created_at, revoked_at, purge_at, device, claims) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS BIGINT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS BIGINT), CAST($10 AS BIGINT), \
         CAST($11 AS BIGINT), CAST($12 AS TEXT), CAST($13 AS TEXT) \
         WHERE EXISTS (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = $3) \
         AND EXISTS (SELECT 1 FROM users WHERE tenant_id = $1 AND id = $4 AND blocked = FALSE)";
    let of = &family.authorization;
    let args = args![
        b.tenant().as_str(),
        family.id.as_str(),
        of.client.as_str(),
        of.user.as_str(),
        of.session.as_str(),
        of.authenticated_at,
        of.scope.join(" "),
        of.audience.as_deref(),
        family.created_at,
        family.revoked_at,
        ends_at,
        to_json(&family.device),
        claims(of),
    ];
    b.push(SQL, args, Expect::Rows(1, NOT_ALLOWED));
}

/// Sets or removes the free facts of a family. Fails as [`MISSING`].
pub fn put_metadata(b: &mut Batch, id: &FamilyId, metadata: Option<&Map<String, Json>>) {
    const SQL: &str = "UPDATE token_families SET metadata = $3 \
         WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
    let args = args![b.tenant().as_str(), id.as_str(), metadata.map(to_json)];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Revokes every family that began in a session of a person.
pub fn revoke_for_session(b: &mut Batch, user: &UserId, session: &SessionId, now: Timestamp) {
    const SQL: &str = "UPDATE token_families SET revoked_at = $4 \
         WHERE tenant_id = $1 AND user_id = $2 AND session_id = $3 AND revoked_at IS NULL";
    let args = args![b.tenant().as_str(), user.as_str(), session.as_str(), now];
    b.push(SQL, args, Expect::Any);
}

/// Revokes a family; nothing happens when it is revoked or not there.
pub fn revoke(b: &mut Batch, id: &FamilyId, now: Timestamp) {
    const SQL: &str = "UPDATE token_families SET revoked_at = $3 \
         WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
    let args = args![b.tenant().as_str(), id.as_str(), now];
    b.push(SQL, args, Expect::Any);
}

/// Revokes a family that nobody revoked yet. Fails as [`MISSING`].
pub fn revoke_once(b: &mut Batch, id: &FamilyId, now: Timestamp) {
    const SQL: &str = "UPDATE token_families SET revoked_at = $3 \
         WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
    let args = args![b.tenant().as_str(), id.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Revokes up to `limit` families with a refresh token: those of a person, at one client and one API
/// where these are named. Call it again while it touches `limit`.
pub fn revoke_some_of_user(
    b: &mut Batch,
    user: &UserId,
    (client, audience): (Option<&ClientId>, Option<&str>),
    now: Timestamp,
    limit: u32,
) -> Ticket {
    const SQL: &str = "UPDATE token_families SET revoked_at = $5 \
         WHERE tenant_id = $1 AND revoked_at IS NULL AND id IN \
         (SELECT family.id FROM token_families AS family WHERE family.tenant_id = $1 AND family.user_id = $2 \
         AND family.revoked_at IS NULL AND (CAST($3 AS TEXT) IS NULL OR family.client_id = $3) \
         AND (CAST($4 AS TEXT) IS NULL OR family.audience = $4) AND EXISTS (SELECT 1 FROM refresh_tokens AS token \
         WHERE token.tenant_id = $1 AND token.family_id = family.id AND token.rotated_at IS NULL) LIMIT $6)";
    let client = client.map(ClientId::as_str);
    let args = args![b.tenant().as_str(), user.as_str(), client, audience, now, limit];
    b.push(SQL, args, Expect::Any)
}

/// Revokes up to `limit` families with a refresh token: those of a client, at one API where that is
/// named. Call it again while it touches `limit`.
pub fn revoke_some_of_client(
    b: &mut Batch,
    client: &ClientId,
    audience: Option<&str>,
    now: Timestamp,
    limit: u32,
) -> Ticket {
    const SQL: &str = "UPDATE token_families SET revoked_at = $4 \
         WHERE tenant_id = $1 AND revoked_at IS NULL AND id IN \
         (SELECT family.id FROM token_families AS family WHERE family.tenant_id = $1 AND family.client_id = $2 \
         AND family.revoked_at IS NULL AND (CAST($3 AS TEXT) IS NULL OR family.audience = $3) \
         AND EXISTS (SELECT 1 FROM refresh_tokens AS token \
         WHERE token.tenant_id = $1 AND token.family_id = family.id AND token.rotated_at IS NULL) LIMIT $5)";
    let args = args![b.tenant().as_str(), client.as_str(), audience, now, limit];
    b.push(SQL, args, Expect::Any)
}

/// Revokes every family of a user.
pub fn revoke_for_user(b: &mut Batch, user: &UserId, now: Timestamp) {
    const SQL: &str = "UPDATE token_families SET revoked_at = $3 \
         WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL";
    let args = args![b.tenant().as_str(), user.as_str(), now];
    b.push(SQL, args, Expect::Any);
}

/// Revokes every family of a client.
pub fn revoke_for_client(b: &mut Batch, client: &ClientId, now: Timestamp) {
    const SQL: &str = "UPDATE token_families SET revoked_at = $3 \
         WHERE tenant_id = $1 AND client_id = $2 AND revoked_at IS NULL";
    let args = args![b.tenant().as_str(), client.as_str(), now];
    b.push(SQL, args, Expect::Any);
}
