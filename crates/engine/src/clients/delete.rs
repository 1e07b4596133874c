//! Deleting a client. It is final: the id is never used again, and nothing of it issues a token.
//!
//! Source: the brief, "Delete a client"; the Management API's `DELETE /clients/{id}`.

use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, clients};

use super::about;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Delete a client";

/// Deletes a client with its secrets, grants, enabled connections, codes and refresh tokens. Gives
/// back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::InUse`] for the global client, or trouble with the store.
/// Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, id: &ClientId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &ClientId) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteClients)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let Some(client) = clients::get(&scope, id).await? else { return Ok(false) };
    if client.global {
        return Err(Fault::InUse { what: "global client" });
    }
    let mut batch = scope.batch();
    clients::delete(&mut batch, id, app.now());
    record::push_by(&mut batch, app, caller, about(WHAT, &client));
    match batch.commit().await {
        Ok(_) => {}
        // Somebody else deleted it a moment ago.
        Err(StoreError::Unmet { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(true)
}
