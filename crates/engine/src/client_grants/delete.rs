//! Taking an API from a client.
//!
//! Source: the Management API's `DELETE /client-grants/{id}`.

use doorward_model::ids::ClientGrantId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, client_grants};

use super::{about, holder};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Delete a client grant";

/// Deletes a grant. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, id: &ClientGrantId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &ClientGrantId) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteClientGrants)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let Some(grant) = client_grants::get(&scope, id).await? else { return Ok(false) };
    let holder = holder(&scope, &grant).await?;
    let mut batch = scope.batch();
    client_grants::delete(&mut batch, id);
    record::push_by(&mut batch, app, caller, about(WHAT, &grant, holder));
    match batch.commit().await {
        Ok(_) => {}
        // Somebody else deleted it a moment ago.
        Err(StoreError::Unmet { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(true)
}
