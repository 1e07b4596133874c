//! The clients of a connection: which there are, and switching some on or off.
//!
//! Source: the Management API's `GET` and `PATCH /connections/{id}/clients`.

use doorward_model::ids::{ClientId, ConnectionId};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, connections};
use serde_json::{Value, json};

use super::{NOUN, about, check_clients};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Switch a connection for clients";

/// One client for which a connection is switched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// The client.
    pub client: ClientId,
    /// On, or off.
    pub is_on: bool,
}

/// The clients that a connection is switched on for, those after a given one, by id.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn clients(
    app: &App,
    caller: &Caller,
    id: &ConnectionId,
    after: Option<&ClientId>,
    limit: u32,
) -> Result<Vec<ClientId>, Fault> {
    caller.may(ApiScope::ReadConnections)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    connections::get(&scope, id).await?.ok_or(Fault::NotFound { what: NOUN })?;
    Ok(connections::clients_after(&scope, id, after, limit).await?)
}

/// Switches a connection on or off for each of these clients; all at once, or none.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`] when a client is not there, or trouble
/// with the store. Refusals are logged.
pub async fn switch_clients(
    app: &App,
    caller: &Caller,
    id: &ConnectionId,
    switches: &[Switch],
) -> Result<(), Fault> {
    match switch(app, caller, id, switches).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn switch(app: &App, caller: &Caller, id: &ConnectionId, switches: &[Switch]) -> Result<(), Fault> {
    caller.may(ApiScope::UpdateConnections)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let connection = connections::get(&scope, id).await?.ok_or(Fault::NotFound { what: NOUN })?;
    let clients: Vec<ClientId> = switches.iter().map(|switch| switch.client.clone()).collect();
    check_clients(&scope, &clients, "clients").await?;
    let mut batch = scope.batch();
    for switch in switches {
        if switch.is_on {
            connections::enable(&mut batch, id, &switch.client);
        } else {
            connections::disable(&mut batch, id, &switch.client);
        }
    }
    let named = |is_on: bool| -> Value {
        switches.iter().filter(|switch| switch.is_on == is_on).map(|switch| json!(switch.client)).collect()
    };
    let draft = about(WHAT, &connection).detail("enabled", named(true)).detail("disabled", named(false));
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => {}
        // A client was deleted a moment ago.
        Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "client" }),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(())
}
