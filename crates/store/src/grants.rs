//! Grants: what people allowed clients, one per person, client and API.

use doorward_model::grant::Grant;
use doorward_model::ids::{ClientId, GrantId, UserId};
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::Row;
use crate::sql::value::args;

/// The label of the failure when client or user ended, or the user was blocked, meanwhile.
pub const NOT_ALLOWED: &str = "client and user of the grant are still there";
/// The label of the failure when the grant was taken back or changed meanwhile.
pub const STALE: &str = "the grant is as it was read";
/// The label of the failure when there is no such grant.
pub const MISSING: &str = "the grant exists";

/// Which grants a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantFilter {
    /// Only those of this person.
    pub user: Option<UserId>,
    /// Only those to this client.
    pub client: Option<ClientId>,
    /// Only those at this API.
    pub audience: Option<String>,
}

const LIST: &str =
    "SELECT id, user_id, client_id, audience, scope, created_at FROM grants WHERE tenant_id = $1";

fn grant(row: Row) -> Result<Grant, StoreError> {
    let mut r = row.read("grants");
    Ok(Grant {
        id: r.id("id", GrantId::parse)?,
        user: r.id("user_id", UserId::parse)?,
        client: r.id("client_id", ClientId::parse)?,
        audience: r.text("audience")?,
        scope: r.words("scope")?,
        created_at: r.time("created_at")?,
    })
}

/// The grant of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &GrantId) -> Result<Option<Grant>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("id = ?", args![id.as_str()]);
    t.list(list).await?.into_iter().next().map(grant).transpose()
}

/// What a person allowed a client, API by API.
///
/// # Errors
/// Any failure of the store.
pub async fn of(t: &Scope<'_>, user: &UserId, client: &ClientId) -> Result<Vec<Grant>, StoreError> {
    const SQL: &str = "SELECT id, user_id, client_id, audience, scope, created_at FROM grants \
         WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3 ORDER BY audience";
    t.query(SQL, args![t.id(), user.as_str(), client.as_str()]).await?.into_iter().map(grant).collect()
}

/// Grants by id, page by page.
///
/// # Errors
/// Any failure of the store.
pub async fn list(
    t: &Scope<'_>,
    filter: &GrantFilter,
    offset: u32,
    limit: u32,
) -> Result<Vec<Grant>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    apply(&mut list, filter);
    list.order("ORDER BY id");
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(grant).collect()
}

/// How many grants a filter shows.
///
/// # Errors
/// Any failure of the store.
pub async fn count(t: &Scope<'_>, filter: &GrantFilter) -> Result<i64, StoreError> {
    let mut list = List::new("SELECT COUNT(id) FROM grants WHERE tenant_id = $1", args![t.id()]);
    apply(&mut list, filter);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("grants").int("count"))
}

fn apply(list: &mut List, filter: &GrantFilter) {
    if let Some(user) = &filter.user {
        list.and("user_id = ?", args![user.as_str()]);
    }
    if let Some(client) = &filter.client {
        list.and("client_id = ?", args![client.as_str()]);
    }
    if let Some(audience) = &filter.audience {
        list.and("audience = ?", args![audience.as_str()]);
    }
}

/// Writes a grant down if its client and its unblocked user are there at the moment of the commit; the
/// one that the same person gave the same client at the same API before takes over the new scope. Fails
/// as [`NOT_ALLOWED`].
pub fn put(b: &mut Batch, grant: &Grant) {
    const SQL: &str = "INSERT INTO grants (tenant_id, id, user_id, client_id, audience, scope, created_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS TEXT), CAST($7 AS BIGINT) \
         WHERE EXISTS (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = $4) \
         AND EXISTS (SELECT 1 FROM users WHERE tenant_id = $1 AND id = $3 AND blocked = FALSE) \
         ON CONFLICT (tenant_id, user_id, client_id, audience) DO UPDATE SET scope = excluded.scope";
    let args = args![
        b.tenant().as_str(),
        grant.id.as_str(),
        grant.user.as_str(),
        grant.client.as_str(),
        grant.audience.as_str(),
        grant.scope.join(" "),
        grant.created_at,
    ];
    b.push(SQL, args, Expect::Rows(1, NOT_ALLOWED));
}

/// Demands that a grant is as it was read; changes nothing. What is issued on its word goes into the
/// same batch, so that a grant that is being taken back gives nothing any more. Fails as [`STALE`].
pub fn demand(b: &mut Batch, id: &GrantId, scope: &[String]) {
    const SQL: &str = "UPDATE grants SET scope = scope WHERE tenant_id = $1 AND id = $2 AND scope = $3";
    let args = args![b.tenant().as_str(), id.as_str(), scope.join(" ")];
    b.push(SQL, args, Expect::Rows(1, STALE));
}

/// Takes a grant back, and with it everything that was given on its word: codes that wait for their
/// exchange, refresh tokens, access tokens. `userinfo` is the identifier under which grants without an
/// API stand. Fails as [`MISSING`].
pub fn delete(b: &mut Batch, grant: &Grant, userinfo: &str, now: Timestamp) {
    // In this order: whoever issues at the same time either finds no grant or is found by what follows.
    const GRANT: &str = "DELETE FROM grants WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), grant.id.as_str()];
    b.push(GRANT, args, Expect::Rows(1, MISSING));
    end(b, (&grant.user, &grant.client), (&grant.audience, userinfo), now);
}

/// As [`delete`], by whom and for what it is, whether there is a grant or not: clients of the house
/// need none.
pub fn end_at(
    b: &mut Batch,
    (user, client): (&UserId, &ClientId),
    audience: Option<&str>,
    userinfo: &str,
    now: Timestamp,
) {
    const GRANT: &str = "DELETE FROM grants WHERE tenant_id = $1 AND client_id = $2 AND user_id = $3 \
         AND audience = $4";
    let audience = audience.unwrap_or(userinfo);
    let args = args![b.tenant().as_str(), client.as_str(), user.as_str(), audience];
    b.push(GRANT, args, Expect::Any);
    end(b, (user, client), (audience, userinfo), now);
}

/// Ends the codes and families of a person at a client and an API.
fn end(
    b: &mut Batch,
    (user, client): (&UserId, &ClientId),
    (audience, userinfo): (&str, &str),
    now: Timestamp,
) {
    const CODES: &str = "DELETE FROM codes WHERE tenant_id = $1 AND client_id = $2 AND user_id = $3 \
         AND COALESCE(audience, $5) = $4 AND used_at IS NULL";
    const DEVICE_CODES: &str = "DELETE FROM device_codes WHERE tenant_id = $1 AND client_id = $2 AND user_id = $3 \
         AND COALESCE(audience, $5) = $4 AND used_at IS NULL";
    const FAMILIES: &str = "UPDATE token_families SET revoked_at = $6 WHERE tenant_id = $1 AND client_id = $2 \
         AND user_id = $3 AND COALESCE(audience, $5) = $4 AND revoked_at IS NULL";
    let (client, user) = (client.as_str(), user.as_str());
    for sql in [CODES, DEVICE_CODES] {
        b.push(sql, args![b.tenant().as_str(), client, user, audience, userinfo], Expect::Any);
    }
    b.push(FAMILIES, args![b.tenant().as_str(), client, user, audience, userinfo, now], Expect::Any);
}
