//! Deleting a role. Nobody has it from then on, and nobody may what only it allowed.
//!
//! Source: the Management API's `DELETE /roles/{id}`.

use doorward_model::ids::RoleId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, roles};

use super::about;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Delete a role";

/// Deletes a role. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, id: &RoleId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &RoleId) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteRoles)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let Some(role) = roles::get(&scope, id).await? else { return Ok(false) };
    let mut batch = scope.batch();
    roles::delete(&mut batch, id);
    record::push_by(&mut batch, app, caller, about(WHAT, &role));
    match batch.commit().await {
        Ok(_) => Ok(true),
        // Somebody else deleted it a moment ago.
        Err(StoreError::Unmet { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
