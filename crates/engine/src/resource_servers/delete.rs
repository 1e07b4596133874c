//! Deleting an API. Its grants and all permissions on it go in the same commit, and no token for it is
//! made from then on: also not when another API gets its identifier.
//!
//! Source: the Management API's `DELETE /resource-servers/{id}`.

use doorward_model::api::ApiName;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, resource_servers};

use super::{about, find};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Delete an API";

/// Deletes an API with everything that rests on it. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::InUse`] for the Management API, or trouble with the store.
/// Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, name: &ApiName) -> Result<bool, Fault> {
    match remove(app, caller, name).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(name.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, name: &ApiName) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteResourceServers)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let Some(api) = find(&scope, name).await? else { return Ok(false) };
    if api.is_system {
        return Err(Fault::InUse { what: "Management API" });
    }
    let mut batch = scope.batch();
    resource_servers::delete(&mut batch, &api.id);
    record::push_by(&mut batch, app, caller, about(WHAT, &api));
    match batch.commit().await {
        Ok(_) => {}
        // Somebody else deleted it a moment ago.
        Err(StoreError::Unmet { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(true)
}
