//! Connections, and which clients may use them.
//!
//! Source: the brief, "Connections": each is switched on or off per client.

use doorward_model::connection::{Connection, Strategy};
use doorward_model::ids::{ClientId, ConnectionId};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::{Row, to_json};
use crate::sql::value::args;
use crate::tenants::bump_version;

fn connection(row: Row) -> Result<Connection, StoreError> {
    let mut r = row.read("connections");
    let id = r.id("id", ConnectionId::parse)?;
    let name = r.text("name")?;
    let strategy = match r.text("strategy")?.as_str() {
        "auth0" => Strategy::Database(r.json("options")?),
        _ => return Err(r.corrupt("strategy")),
    };
    Ok(Connection { id, name, strategy, created_at: r.time("created_at")? })
}

/// All connections of the tenant, from oldest to newest.
///
/// # Errors
/// Any failure of the store.
pub async fn all(t: &Scope<'_>) -> Result<Vec<Connection>, StoreError> {
    const SQL: &str = "SELECT id, name, strategy, options, created_at \
         FROM connections WHERE tenant_id = $1 ORDER BY created_at, id";
    t.query(SQL, args![t.id()]).await?.into_iter().map(connection).collect()
}

/// The connection of that name.
///
/// # Errors
/// Any failure of the store.
pub async fn by_name(t: &Scope<'_>, name: &str) -> Result<Option<Connection>, StoreError> {
    const SQL: &str = "SELECT id, name, strategy, options, created_at \
         FROM connections WHERE tenant_id = $1 AND name = $2";
    t.first(SQL, args![t.id(), name]).await?.map(connection).transpose()
}

/// The connections that a client may use.
///
/// # Errors
/// Any failure of the store.
pub async fn for_client(t: &Scope<'_>, client: &ClientId) -> Result<Vec<ConnectionId>, StoreError> {
    const SQL: &str = "SELECT connection_id FROM connection_clients \
         WHERE tenant_id = $1 AND client_id = $2 ORDER BY connection_id";
    let rows = t.query(SQL, args![t.id(), client.as_str()]).await?;
    let read = |row: Row| row.read("connection_clients").id("connection_id", ConnectionId::parse);
    rows.into_iter().map(read).collect()
}

/// Adds a connection; a conflict when the name is taken.
pub fn insert(b: &mut Batch, connection: &Connection) {
    const SQL: &str = "INSERT INTO connections (tenant_id, id, name, strategy, options, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    let Strategy::Database(options) = &connection.strategy;
    let args = args![
        b.tenant().as_str(),
        connection.id.as_str(),
        connection.name.as_str(),
        connection.strategy.name(),
        to_json(options),
        connection.created_at,
    ];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Lets a client use a connection; nothing happens when it may already.
pub fn enable(b: &mut Batch, connection: &ConnectionId, client: &ClientId) {
    const SQL: &str = "INSERT INTO connection_clients (tenant_id, connection_id, client_id) \
         VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let args = args![b.tenant().as_str(), connection.as_str(), client.as_str()];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Takes a connection away from a client; nothing happens when it could not use it anyway.
pub fn disable(b: &mut Batch, connection: &ConnectionId, client: &ClientId) {
    const SQL: &str = "DELETE FROM connection_clients \
         WHERE tenant_id = $1 AND connection_id = $2 AND client_id = $3";
    let args = args![b.tenant().as_str(), connection.as_str(), client.as_str()];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Lets a (new) client use every connection of the tenant.
pub fn enable_all_for_client(b: &mut Batch, client: &ClientId) {
    const SQL: &str = "INSERT INTO connection_clients (tenant_id, connection_id, client_id) \
         SELECT tenant_id, id, CAST($2 AS TEXT) FROM connections WHERE tenant_id = $1 \
         ON CONFLICT DO NOTHING";
    let args = args![b.tenant().as_str(), client.as_str()];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Lets every client of the tenant, the global one excepted, use a (new) connection.
pub fn enable_for_all_clients(b: &mut Batch, connection: &ConnectionId) {
    const SQL: &str = "INSERT INTO connection_clients (tenant_id, connection_id, client_id) \
         SELECT tenant_id, CAST($2 AS TEXT), id FROM clients WHERE tenant_id = $1 AND is_global = FALSE \
         ON CONFLICT DO NOTHING";
    let args = args![b.tenant().as_str(), connection.as_str()];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}
