//! Connections: one verb per file. Each begins with the permission and ends with the event of the log.
//!
//! Source: the brief, "Connections"; the Management API's `/api/v2/connections`.

mod clients;
mod create;
mod delete;
mod delete_user;
mod get;
mod list;
mod of_client;
mod update;

#[cfg(test)]
mod tests;

use doorward_model::connection::Connection;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::{ClientId, ConnectionId};
use doorward_model::log::code::EventCode;
use doorward_store::{Batch, Scope, clients as client_rows, connections};
use serde_json::json;

use crate::fault::Fault;
use crate::logs::record::EventDraft;

pub use clients::{Switch, clients, switch_clients};
pub use create::create;
pub use delete::delete;
pub(crate) use delete::finish;
pub use delete_user::delete_user;
pub use get::get;
pub use list::{ConnectionPage, ConnectionPart, ConnectionQuery, list};
pub use of_client::{OF_A_CLIENT, of_client};
pub use update::update;

/// A connection with what is joined to it.
#[derive(Debug, Clone)]
pub struct ShownConnection {
    /// The connection.
    pub connection: Connection,
    /// The clients that it is switched on for; empty where they were not asked for.
    pub enabled_clients: Vec<ClientId>,
}

const NOUN: &str = "connection";

/// The event of something done to a connection.
fn about(what: &str, connection: &Connection) -> EventDraft {
    let target = json!({ "connection_id": connection.id.as_str(), "connection": connection.name });
    EventDraft::new(EventCode::ManagementWrite, what).connection(connection).detail("target", target)
}

/// Adds the clients of each connection.
async fn with_clients(scope: &Scope<'_>, found: Vec<Connection>) -> Result<Vec<ShownConnection>, Fault> {
    let ids: Vec<&ConnectionId> = found.iter().map(|connection| &connection.id).collect();
    let pairs = connections::clients_of(scope, &ids).await?;
    let clients = |id: &ConnectionId| {
        let own = pairs.iter().filter(|(connection, _)| connection == id);
        own.map(|(_, client)| client.clone()).collect()
    };
    let shown = found.iter().map(|connection| ShownConnection {
        connection: connection.clone(),
        enabled_clients: clients(&connection.id),
    });
    Ok(shown.collect())
}

/// Insists that all of `clients` are there and are applications that people log in to; the paths of the
/// findings begin with `path`.
async fn check_clients(scope: &Scope<'_>, clients: &[ClientId], path: &str) -> Result<(), Fault> {
    let mut errors = FieldErrors::default();
    for (at, id) in clients.iter().enumerate() {
        let found = client_rows::get(scope, id).await?;
        if found.is_none_or(|client| client.global) {
            let text = "There is no client of this id.";
            errors.push(FieldError::new(format!("{path}.{at}"), "enum", text));
        }
    }
    Ok(errors.into_result(())?)
}

/// Switches a connection on for these clients and off for all others.
fn switch_on_for(batch: &mut Batch, connection: &ConnectionId, clients: &[ClientId]) {
    connections::disable_for_all_clients(batch, connection);
    for client in clients {
        connections::enable(batch, connection, client);
    }
}
