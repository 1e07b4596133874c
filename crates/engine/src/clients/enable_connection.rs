//! Switching a connection on or off for a client. It takes effect at once.
//!
//! Source: the brief, "Connections": sources of users that clients share.

use doorward_model::ids::{ClientId, ConnectionId};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, clients, connections};

use super::about;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

/// Lets the users of a connection log in to the client, or no longer.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store. Refusals are logged.
pub async fn enable_connection(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    connection: &ConnectionId,
    is_on: bool,
) -> Result<(), Fault> {
    match switch(app, caller, id, connection, is_on).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, what(is_on), Some(id.as_str()), fault).await),
    }
}

fn what(is_on: bool) -> &'static str {
    if is_on { "Enable a connection for a client" } else { "Disable a connection for a client" }
}

async fn switch(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    connection: &ConnectionId,
    is_on: bool,
) -> Result<(), Fault> {
    caller.may(ApiScope::UpdateClients)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let found = state.connection(connection).ok_or(Fault::NotFound { what: "connection" })?;
    let tenant = &state.tenant.id;
    let scope = app.db().tenant(tenant);
    let client = clients::get(&scope, id).await?.filter(|client| !client.global);
    let client = client.ok_or(Fault::NotFound { what: "client" })?;
    if connections::for_client(&scope, id).await?.contains(connection) == is_on {
        return Ok(());
    }
    let mut batch = scope.batch();
    if is_on {
        connections::enable(&mut batch, connection, id);
    } else {
        connections::disable(&mut batch, connection, id);
    }
    record::push_by(&mut batch, app, caller, about(what(is_on), &client).connection(found));
    match batch.commit().await {
        Ok(_) => {}
        // The client was deleted in between.
        Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "client" }),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(())
}
