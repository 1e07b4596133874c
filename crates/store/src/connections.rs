//! Connections, and which clients may use them.
//!
//! Source: the brief, "Connections": each is switched on or off per client.

use doorward_model::connection::{Connection, Strategy};
use doorward_model::ids::{ClientId, ConnectionId};
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::{Row, to_json};
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when somebody else changed or deleted the connection meanwhile.
pub const STALE: &str = "the connection is unchanged since it was read";
/// The label of the failure when there is no such connection.
pub const MISSING: &str = "the connection exists";

/// Which connections a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionFilter {
    /// Only those of these strategies, by their names on the wire; none means all.
    pub strategies: Option<Vec<String>>,
    /// Only the one of this name.
    pub name: Option<String>,
}

const LIST: &str = "SELECT id, name, strategy, options, settings, version, created_at \
     FROM connections WHERE tenant_id = $1 AND deleted_at IS NULL";

fn connection(row: Row) -> Result<Connection, StoreError> {
    let mut r = row.read("connections");
    let id = r.id("id", ConnectionId::parse)?;
    let name = r.text("name")?;
    let strategy = match r.text("strategy")?.as_str() {
        "auth0" => Strategy::Database(r.json("options")?),
        _ => return Err(r.corrupt("strategy")),
    };
    Ok(Connection {
        id,
        name,
        strategy,
        settings: r.json("settings")?,
        version: r.int("version")?,
        created_at: r.time("created_at")?,
    })
}

/// All connections of the tenant, from oldest to newest.
///
/// # Errors
/// Any failure of the store.
pub async fn all(t: &Scope<'_>) -> Result<Vec<Connection>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.order("ORDER BY created_at, id");
    t.list(list).await?.into_iter().map(connection).collect()
}

/// The connection of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("id = ?", args![id.as_str()]);
    t.list(list).await?.into_iter().next().map(connection).transpose()
}

/// The connection of that name.
///
/// # Errors
/// Any failure of the store.
pub async fn by_name(t: &Scope<'_>, name: &str) -> Result<Option<Connection>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("name = ?", args![name]);
    t.list(list).await?.into_iter().next().map(connection).transpose()
}

/// Connections from oldest to newest, by page.
///
/// # Errors
/// Any failure of the store.
pub async fn list(
    t: &Scope<'_>,
    filter: &ConnectionFilter,
    offset: u32,
    limit: u32,
) -> Result<Vec<Connection>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    apply(&mut list, filter);
    list.order("ORDER BY created_at, id");
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(connection).collect()
}

/// Connections from oldest to newest, those after a given one; cheap at any depth.
///
/// # Errors
/// Any failure of the store.
pub async fn list_after(
    t: &Scope<'_>,
    filter: &ConnectionFilter,
    after: Option<(Timestamp, &ConnectionId)>,
    limit: u32,
) -> Result<Vec<Connection>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    apply(&mut list, filter);
    if let Some((created_at, id)) = after {
        list.and("(created_at, id) > (?, ?)", args![created_at, id.as_str()]);
    }
    list.order("ORDER BY created_at, id");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(connection).collect()
}

/// How many connections a filter shows.
///
/// # Errors
/// Any failure of the store.
pub async fn count(t: &Scope<'_>, filter: &ConnectionFilter) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(id) FROM connections WHERE tenant_id = $1 AND deleted_at IS NULL";
    let mut list = List::new(SQL, args![t.id()]);
    apply(&mut list, filter);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("connections").int("count"))
}

fn apply(list: &mut List, filter: &ConnectionFilter) {
    if let Some(strategies) = &filter.strategies {
        list.and_in("strategy", strategies.iter().map(|name| name.as_str().into()).collect());
    }
    if let Some(name) = &filter.name {
        list.and("name = ?", args![name.as_str()]);
    }
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

/// The clients that each of some connections is switched on for, as pairs in the order of connections
/// and clients.
///
/// # Errors
/// Any failure of the store.
pub async fn clients_of(
    t: &Scope<'_>,
    connections: &[&ConnectionId],
) -> Result<Vec<(ConnectionId, ClientId)>, StoreError> {
    const SQL: &str = "SELECT connection_id, client_id FROM connection_clients WHERE tenant_id = $1";
    let mut list = List::new(SQL, args![t.id()]);
    list.and_in("connection_id", connections.iter().map(|id| id.as_str().into()).collect());
    list.order("ORDER BY connection_id, client_id");
    let read = |row: Row| {
        let mut r = row.read("connection_clients");
        Ok((r.id("connection_id", ConnectionId::parse)?, r.id("client_id", ClientId::parse)?))
    };
    t.list(list).await?.into_iter().map(read).collect()
}

/// The clients that a connection is switched on for, those after a given one, by id.
///
/// # Errors
/// Any failure of the store.
pub async fn clients_after(
    t: &Scope<'_>,
    connection: &ConnectionId,
    after: Option<&ClientId>,
    limit: u32,
) -> Result<Vec<ClientId>, StoreError> {
    const SQL: &str = "SELECT client_id FROM connection_clients \
         WHERE tenant_id = $1 AND connection_id = $2 AND client_id > $3 ORDER BY client_id LIMIT $4";
    let after = after.map_or("", ClientId::as_str);
    let rows = t.query(SQL, args![t.id(), connection.as_str(), after, limit]).await?;
    let read = |row: Row| row.read("connection_clients").id("client_id", ClientId::parse);
    rows.into_iter().map(read).collect()
}

/// Adds a connection; a conflict when the name is taken.
pub fn insert(b: &mut Batch, connection: &Connection) {
    const SQL: &str = "INSERT INTO connections \
         (tenant_id, id, name, strategy, options, settings, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        b.tenant().as_str(),
        connection.id.as_str(),
        connection.name.as_str(),
        connection.strategy.name(),
        to_json(connection.strategy.options()),
        to_json(&connection.settings),
        connection.version,
        connection.created_at,
    ];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Writes the changed options and settings of a connection that was read as `connection.version`; the
/// row's version becomes one more. Fails as [`STALE`] when the row is not that version any more.
pub fn update(b: &mut Batch, connection: &Connection) {
    const SQL: &str = "UPDATE connections SET options = $4, settings = $5, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL";
    let args = args![
        b.tenant().as_str(),
        connection.id.as_str(),
        connection.version,
        to_json(connection.strategy.options()),
        to_json(&connection.settings),
    ];
    b.push(SQL, args, Expect::Rows(1, STALE));
    bump_version(b);
}

/// Takes a connection out of the tenant: nobody finds it, no client may use it, and its name is free,
/// because the row is called by its id now, which is no name. The row itself stays for its users until
/// [`delete_if_empty`]. Fails as [`MISSING`].
pub fn retire(b: &mut Batch, id: &ConnectionId, now: Timestamp) {
    const CLIENTS: &str = "DELETE FROM connection_clients WHERE tenant_id = $1 AND connection_id = $2";
    const CONNECTION: &str = "UPDATE connections SET deleted_at = $3, name = id, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(CLIENTS, args, Expect::Any);
    let args = args![b.tenant().as_str(), id.as_str(), now];
    b.push(CONNECTION, args, Expect::Rows(1, MISSING));
    bump_version(b);
}

/// The connections that are on their way out and still have a row.
///
/// # Errors
/// Any failure of the store.
pub async fn retired(t: &Scope<'_>) -> Result<Vec<ConnectionId>, StoreError> {
    const SQL: &str =
        "SELECT id FROM connections WHERE tenant_id = $1 AND deleted_at IS NOT NULL ORDER BY id";
    let rows = t.query(SQL, args![t.id()]).await?;
    rows.into_iter().map(|row| row.read("connections").id("id", ConnectionId::parse)).collect()
}

/// Deletes the row of a retired connection once no user is left in it; nothing happens before.
pub fn delete_if_empty(b: &mut Batch, id: &ConnectionId) {
    const CLIENTS: &str = "DELETE FROM connection_clients WHERE tenant_id = $1 AND connection_id = $2 \
         AND EXISTS (SELECT 1 FROM connections WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NOT NULL)";
    const CONNECTION: &str = "DELETE FROM connections WHERE tenant_id = $1 AND id = $2 \
         AND deleted_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = $1 AND connection_id = $2)";
    for sql in [CLIENTS, CONNECTION] {
        let args = args![b.tenant().as_str(), id.as_str()];
        b.push(sql, args, Expect::Any);
    }
}

/// Lets a client use a connection; nothing happens when it may already, or when the connection is
/// none any more.
pub fn enable(b: &mut Batch, connection: &ConnectionId, client: &ClientId) {
    const SQL: &str = "INSERT INTO connection_clients (tenant_id, connection_id, client_id) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT) WHERE EXISTS \
         (SELECT 1 FROM connections WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL) \
         ON CONFLICT DO NOTHING";
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

/// Takes a connection away from every client.
pub fn disable_for_all_clients(b: &mut Batch, connection: &ConnectionId) {
    const SQL: &str = "DELETE FROM connection_clients WHERE tenant_id = $1 AND connection_id = $2";
    let args = args![b.tenant().as_str(), connection.as_str()];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Lets a (new) client use every connection of the tenant.
pub fn enable_all_for_client(b: &mut Batch, client: &ClientId) {
    const SQL: &str = "INSERT INTO connection_clients (tenant_id, connection_id, client_id) \
         SELECT tenant_id, id, CAST($2 AS TEXT) FROM connections \
         WHERE tenant_id = $1 AND deleted_at IS NULL ON CONFLICT DO NOTHING";
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
