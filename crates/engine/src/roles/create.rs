//! Making a role.
//!
//! Source: the Management API's `POST /roles`.

use doorward_model::role::{Role, RolePatch};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, roles};
use serde_json::{Map, Value};

use super::about;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Create a role";

/// Makes a role with a fresh id.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::Exists`] when the name is taken, or trouble
/// with the store. Refusals are logged.
pub async fn create(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<Role, Fault> {
    match make(app, caller, body).await {
        Ok(role) => Ok(role),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<Role, Fault> {
    caller.may(ApiScope::CreateRoles)?;
    let role = RolePatch::from_json(body)?.create(app.entropy().role_id(), app.now())?;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    roles::insert(&mut batch, &role);
    record::push_by(&mut batch, app, caller, about(WHAT, &role));
    match batch.commit().await {
        Ok(_) => Ok(role),
        Err(StoreError::Conflict { .. }) => Err(Fault::Exists { what: "role" }),
        Err(error) => Err(error.into()),
    }
}
