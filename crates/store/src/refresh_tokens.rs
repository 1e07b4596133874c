//! Refresh tokens, under their hash.
//!
//! Source: RFC 6749 §6; RFC 9700 §4.14.2. A rotated token stays for as long as its family may, so
//! that its return is seen as what it is.
//!
//! Whether family, client and user are still there is asked in subqueries that are counted together: of
//! `EXISTS` PostgreSQL makes a join, and it may begin that with all families of the client.

use std::collections::BTreeMap;

use doorward_model::device::Device;
use doorward_model::ids::{ClientId, FamilyId, UserId};
use doorward_model::secret::TokenHash;
use doorward_model::time::Timestamp;
use doorward_model::token::RefreshToken;
use doorward_model::user::User;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::{Reader, Row, to_json};
use crate::sql::value::{Value, args};
use crate::{token_families, users};

/// The label of the failure when the token was rotated, revoked or expired meanwhile, or its client
/// or user ended or was blocked.
pub const SPENT: &str = "the refresh token is still good";

fn token(row: Row) -> Result<RefreshToken, StoreError> {
    columns(&mut row.read("refresh_tokens"))
}

fn columns(r: &mut Reader) -> Result<RefreshToken, StoreError> {
    Ok(RefreshToken {
        hash: TokenHash::from_digest(r.text("hash")?),
        expires_at: r.time_or_none("expires_at")?,
        idle_expires_at: r.time_or_none("idle_expires_at")?,
        rotated_at: r.time_or_none("rotated_at")?,
        used_at: r.time_or_none("used_at")?,
        device: r.json("device")?,
        family: token_families::columns(r)?,
    })
}

/// The token of that hash with its family; rotated, expired and revoked ones included.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, hash: &TokenHash) -> Result<Option<RefreshToken>, StoreError> {
    const SQL: &str = "SELECT token.hash, token.expires_at, token.idle_expires_at, token.rotated_at, \
         token.used_at, token.device, family.id, family.client_id, family.user_id, family.session_id, \
         family.authenticated_at, family.scope, family.audience, family.claims, family.created_at, family.revoked_at, \
         family.device, family.metadata \
         FROM refresh_tokens AS token JOIN token_families AS family \
         ON family.tenant_id = token.tenant_id AND family.id = token.family_id \
         WHERE token.tenant_id = $1 AND token.hash = $2";
    t.first(SQL, args![t.id(), hash.as_str()]).await?.map(token).transpose()
}

/// As [`get`], with whose it is.
///
/// # Errors
/// Any failure of the store.
pub async fn with_person(
    t: &Scope<'_>,
    hash: &TokenHash,
) -> Result<Option<(RefreshToken, Option<User>)>, StoreError> {
    const SQL: &str = "SELECT token.hash, token.expires_at, token.idle_expires_at, token.rotated_at, \
         token.used_at, token.device, family.id, family.client_id, family.user_id, family.session_id, \
         family.authenticated_at, family.scope, family.audience, family.claims, family.created_at, family.revoked_at, \
         family.device, family.metadata, u.id, u.connection_id, u.email, u.email_verified, u.username, u.profile, \
         u.user_metadata, u.app_metadata, u.blocked, u.version, u.logins_count, u.last_login, u.last_ip, \
         u.last_password_reset, u.created_at, u.updated_at \
         FROM refresh_tokens AS token JOIN token_families AS family \
         ON family.tenant_id = token.tenant_id AND family.id = token.family_id \
         LEFT JOIN users AS u ON u.tenant_id = family.tenant_id AND u.id = family.user_id \
         WHERE token.tenant_id = $1 AND token.hash = $2";
    let Some(row) = t.first(SQL, args![t.id(), hash.as_str()]).await? else { return Ok(None) };
    let mut r = row.read("refresh_tokens");
    let token = columns(&mut r)?;
    Ok(Some((token, users::beside(r)?)))
}

/// The tokens that were not rotated, each with its family.
const LIVE: &str = "SELECT token.hash, token.expires_at, token.idle_expires_at, token.rotated_at, \
     token.used_at, token.device, family.id, family.client_id, family.user_id, family.session_id, \
     family.authenticated_at, family.scope, family.audience, family.claims, family.created_at, family.revoked_at, \
     family.device, family.metadata \
     FROM token_families AS family JOIN refresh_tokens AS token \
     ON token.tenant_id = family.tenant_id AND token.family_id = family.id AND token.rotated_at IS NULL \
     WHERE family.tenant_id = $1 AND family.revoked_at IS NULL";

/// Whose live tokens a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenFilter {
    /// Only those of this person.
    pub user: Option<UserId>,
    /// Only those of this client.
    pub client: Option<ClientId>,
    /// Only the one of this family.
    pub family: Option<FamilyId>,
}

/// The tokens that would be exchanged at `now`, one per family, from the oldest family to the newest,
/// those after a given family.
///
/// # Errors
/// Any failure of the store.
pub async fn live(
    t: &Scope<'_>,
    filter: &TokenFilter,
    now: Timestamp,
    after: Option<(Timestamp, &FamilyId)>,
    limit: u32,
) -> Result<Vec<RefreshToken>, StoreError> {
    let mut list = List::new(LIVE, args![t.id()]);
    apply(&mut list, filter, now);
    if let Some((created_at, id)) = after {
        list.and("(family.created_at, family.id) > (?, ?)", args![created_at, id.as_str()]);
    }
    list.order("ORDER BY family.created_at, family.id");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(token).collect()
}

/// The same by page, and only those of some clients where these are given. The caller bounds `offset` and how
/// many clients it names.
///
/// # Errors
/// Any failure of the store.
pub async fn live_page(
    t: &Scope<'_>,
    filter: &TokenFilter,
    clients: Option<&[ClientId]>,
    now: Timestamp,
    (offset, limit): (u32, u32),
) -> Result<Vec<RefreshToken>, StoreError> {
    let mut list = List::new(LIVE, args![t.id()]);
    apply(&mut list, filter, now);
    if let Some(clients) = clients {
        list.and_in("family.client_id", clients.iter().map(|id| Value::from(id.as_str())).collect());
    }
    // An id begins with the second of its family. Whose families are not looked up by their person are walked by
    // it, where sorting would read them all first.
    let by_age = filter.user.is_some();
    list.order(if by_age { "ORDER BY family.created_at, family.id" } else { "ORDER BY family.id" });
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(token).collect()
}

/// How many tokens would be exchanged at `now`, by client.
///
/// # Errors
/// Any failure of the store.
pub async fn live_by_client(
    t: &Scope<'_>,
    filter: &TokenFilter,
    now: Timestamp,
) -> Result<BTreeMap<ClientId, i64>, StoreError> {
    const SQL: &str = "SELECT family.client_id, COUNT(family.id) \
         FROM token_families AS family JOIN refresh_tokens AS token \
         ON token.tenant_id = family.tenant_id AND token.family_id = family.id AND token.rotated_at IS NULL \
         WHERE family.tenant_id = $1 AND family.revoked_at IS NULL";
    let mut list = List::new(SQL, args![t.id()]);
    apply(&mut list, filter, now);
    list.order("GROUP BY family.client_id");
    let count = |row: Row| {
        let mut r = row.read("refresh_tokens");
        Ok((r.id("client_id", ClientId::parse)?, r.int("count")?))
    };
    t.list(list).await?.into_iter().map(count).collect()
}

fn apply(list: &mut List, filter: &TokenFilter, now: Timestamp) {
    list.and("(token.expires_at IS NULL OR token.expires_at > ?)", args![now]);
    list.and("(token.idle_expires_at IS NULL OR token.idle_expires_at > ?)", args![now]);
    if let Some(user) = &filter.user {
        list.and("family.user_id = ?", args![user.as_str()]);
    }
    if let Some(client) = &filter.client {
        list.and("family.client_id = ?", args![client.as_str()]);
    }
    if let Some(family) = &filter.family {
        list.and("family.id = ?", args![family.as_str()]);
    }
}

/// Adds a token; its family must be in the store or in the batch before it. A conflict when there
/// is one of that hash.
pub fn insert(b: &mut Batch, token: &RefreshToken) {
    const SQL: &str = "INSERT INTO refresh_tokens \
         (tenant_id, hash, family_id, expires_at, idle_expires_at, rotated_at, purge_at, used_at, device) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = args![
        b.tenant().as_str(),
        token.hash.as_str(),
        token.family.id.as_str(),
        token.expires_at,
        token.idle_expires_at,
        token.rotated_at,
        token.expires_at.or(token.idle_expires_at),
        token.used_at,
        to_json(&token.device),
    ];
    b.push(SQL, args, Expect::Any);
}

/// Marks a token as exchanged: of any number of parallel calls exactly one commits, and none once
/// family, client or user ended. Fails as [`SPENT`].
pub fn rotate(b: &mut Batch, hash: &TokenHash, now: Timestamp) {
    const SQL: &str = "UPDATE refresh_tokens SET rotated_at = $3 \
         WHERE tenant_id = $1 AND hash = $2 AND rotated_at IS NULL \
         AND (expires_at IS NULL OR expires_at > $3) \
         AND (idle_expires_at IS NULL OR idle_expires_at > $3) \
         AND (SELECT (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = family.client_id) \
         + (SELECT 1 FROM users WHERE tenant_id = $1 AND id = family.user_id AND blocked = FALSE) \
         FROM token_families AS family \
         WHERE tenant_id = $1 AND id = refresh_tokens.family_id AND revoked_at IS NULL) = 2";
    let args = args![b.tenant().as_str(), hash.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, SPENT));
}

/// Notes a use that does not rotate, and where: moves the end of the idle life, under the same
/// conditions as [`rotate`]. Fails as [`SPENT`].
pub fn touch(
    b: &mut Batch,
    hash: &TokenHash,
    idle_expires_at: Option<Timestamp>,
    now: Timestamp,
    device: &Device,
) {
    const SQL: &str = "UPDATE refresh_tokens SET idle_expires_at = $4, used_at = $3, device = $5, \
         purge_at = CASE WHEN expires_at IS NULL THEN $4 ELSE expires_at END \
         WHERE tenant_id = $1 AND hash = $2 AND rotated_at IS NULL \
         AND (expires_at IS NULL OR expires_at > $3) \
         AND (idle_expires_at IS NULL OR idle_expires_at > $3) \
         AND (SELECT (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = family.client_id) \
         + (SELECT 1 FROM users WHERE tenant_id = $1 AND id = family.user_id AND blocked = FALSE) \
         FROM token_families AS family \
         WHERE tenant_id = $1 AND id = refresh_tokens.family_id AND revoked_at IS NULL) = 2";
    let args = args![b.tenant().as_str(), hash.as_str(), now, idle_expires_at, to_json(device)];
    b.push(SQL, args, Expect::Rows(1, SPENT));
}

/// Demands, for the leeway after a rotation, that a token was rotated no earlier than
/// `rotated_since` and that family, client and user are still there; changes nothing. Fails as
/// [`SPENT`].
pub fn repeat(b: &mut Batch, hash: &TokenHash, rotated_since: Timestamp) {
    const SQL: &str = "UPDATE refresh_tokens SET rotated_at = rotated_at \
         WHERE tenant_id = $1 AND hash = $2 AND rotated_at >= $3 \
         AND (SELECT (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = family.client_id) \
         + (SELECT 1 FROM users WHERE tenant_id = $1 AND id = family.user_id AND blocked = FALSE) \
         FROM token_families AS family \
         WHERE tenant_id = $1 AND id = refresh_tokens.family_id AND revoked_at IS NULL) = 2";
    let args = args![b.tenant().as_str(), hash.as_str(), rotated_since];
    b.push(SQL, args, Expect::Rows(1, SPENT));
}
