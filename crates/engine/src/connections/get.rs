//! Looking at one connection.
//!
//! Source: the Management API's `GET /connections/{id}`.

use doorward_model::ids::ConnectionId;
use doorward_model::scope::ApiScope;
use doorward_store::connections;

use super::{NOUN, ShownConnection, with_clients};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// The connection of that id.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &ConnectionId) -> Result<ShownConnection, Fault> {
    caller.may(ApiScope::ReadConnections)?;
    read(app, caller, id).await
}

/// The connection as it is now; the caller has been let in.
pub(super) async fn read(app: &App, caller: &Caller, id: &ConnectionId) -> Result<ShownConnection, Fault> {
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let found = connections::get(&scope, id).await?.into_iter().collect();
    with_clients(&scope, found).await?.pop().ok_or(Fault::NotFound { what: NOUN })
}
