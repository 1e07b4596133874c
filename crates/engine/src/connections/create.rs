//! Making a connection.
//!
//! Source: the Management API's `POST /connections`.

use doorward_model::connection::Connection;
use doorward_model::connection::edit::NewConnection;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, connections};
use serde_json::{Map, Value};

use super::{NOUN, ShownConnection, about, check_clients};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Create a connection";

/// Makes a connection with a fresh id; it is switched on for the clients that the body names, and for
/// no others.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::Exists`] when the name is taken, or trouble with
/// the store. Refusals are logged.
pub async fn create(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<ShownConnection, Fault> {
    match make(app, caller, body).await {
        Ok(made) => Ok(made),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<ShownConnection, Fault> {
    caller.may(ApiScope::CreateConnections)?;
    let new = NewConnection::from_json(body)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let mut enabled_clients = new.enabled_clients.unwrap_or_default();
    enabled_clients.sort();
    enabled_clients.dedup();
    check_clients(&scope, &enabled_clients, "enabled_clients").await?;
    let id = app.entropy().connection_id();
    let connection =
        Connection { settings: new.settings, ..Connection::new(id, &new.name, new.strategy, app.now()) };
    let mut batch = scope.batch();
    connections::insert(&mut batch, &connection);
    for client in &enabled_clients {
        connections::enable(&mut batch, &connection.id, client);
    }
    record::push_by(&mut batch, app, caller, about(WHAT, &connection));
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return Err(Fault::Exists { what: NOUN }),
        // A client was deleted a moment ago.
        Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "client" }),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(ShownConnection { connection, enabled_clients })
}
