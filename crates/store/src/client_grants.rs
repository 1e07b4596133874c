//! Client grants: what a client may ask of an API in its own name.

use doorward_model::api::ClientGrant;
use doorward_model::ids::{ClientGrantId, ClientId};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::Row;
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when there is no such grant.
pub const MISSING: &str = "the client grant exists";

fn grant(row: Row) -> Result<ClientGrant, StoreError> {
    let mut r = row.read("client_grants");
    Ok(ClientGrant {
        id: r.id("id", ClientGrantId::parse)?,
        client: r.id("client_id", ClientId::parse)?,
        audience: r.text("audience")?,
        scope: r.words("scope")?,
    })
}

/// All grants of the tenant, by id.
///
/// # Errors
/// Any failure of the store.
pub async fn all(t: &Scope<'_>) -> Result<Vec<ClientGrant>, StoreError> {
    const SQL: &str = "SELECT id, client_id, audience, scope FROM client_grants \
         WHERE tenant_id = $1 ORDER BY id";
    t.query(SQL, args![t.id()]).await?.into_iter().map(grant).collect()
}

/// The grant of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &ClientGrantId) -> Result<Option<ClientGrant>, StoreError> {
    const SQL: &str = "SELECT id, client_id, audience, scope FROM client_grants \
         WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(grant).transpose()
}

/// The grants of a client, by audience.
///
/// # Errors
/// Any failure of the store.
pub async fn for_client(t: &Scope<'_>, client: &ClientId) -> Result<Vec<ClientGrant>, StoreError> {
    const SQL: &str = "SELECT id, client_id, audience, scope FROM client_grants \
         WHERE tenant_id = $1 AND client_id = $2 ORDER BY audience";
    t.query(SQL, args![t.id(), client.as_str()]).await?.into_iter().map(grant).collect()
}

/// Adds a grant; a conflict when the client has one on that API, in use when client or API is not
/// there.
pub fn insert(b: &mut Batch, grant: &ClientGrant) {
    const SQL: &str = "INSERT INTO client_grants (tenant_id, id, client_id, audience, scope) \
         VALUES ($1, $2, $3, $4, $5)";
    let args = args![
        b.tenant().as_str(),
        grant.id.as_str(),
        grant.client.as_str(),
        grant.audience.as_str(),
        grant.scope.join(" "),
    ];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Deletes a grant. Fails as [`MISSING`].
pub fn delete(b: &mut Batch, id: &ClientGrantId) {
    const SQL: &str = "DELETE FROM client_grants WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}
