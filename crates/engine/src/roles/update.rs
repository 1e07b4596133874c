//! Changing a role.
//!
//! Source: the Management API's `PATCH /roles/{id}`.

use doorward_model::ids::RoleId;
use doorward_model::patch::Patch;
use doorward_model::role::{Role, RolePatch};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, roles};
use serde_json::{Map, Value};

use super::{about, existing};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Update a role";

/// Changes what `body` names and leaves the rest.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], [`Fault::Exists`] when the name
/// is taken, or trouble with the store. Refusals are logged.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &RoleId,
    body: &Map<String, Value>,
) -> Result<Role, Fault> {
    match change(app, caller, id, body).await {
        Ok(role) => Ok(role),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn change(app: &App, caller: &Caller, id: &RoleId, body: &Map<String, Value>) -> Result<Role, Fault> {
    caller.may(ApiScope::UpdateRoles)?;
    let patch = RolePatch::from_json(body)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let current = existing(&scope, id).await?;
    let mut role = current.clone();
    patch.clone().apply(&mut role);
    if role == current {
        return Ok(current);
    }
    let mut batch = scope.batch();
    if let Patch::Set(name) = &patch.name {
        roles::set_name(&mut batch, id, name);
    }
    match &patch.description {
        Patch::Keep => {}
        Patch::Clear => roles::set_description(&mut batch, id, None),
        Patch::Set(text) => roles::set_description(&mut batch, id, Some(text)),
    }
    let fields: Vec<String> = body.keys().cloned().collect();
    record::push_by(&mut batch, app, caller, about(WHAT, &role).detail("fields", fields));
    match batch.commit().await {
        Ok(_) => Ok(role),
        Err(StoreError::Conflict { .. }) => Err(Fault::Exists { what: "role" }),
        Err(StoreError::Unmet { what: roles::MISSING }) => Err(Fault::NotFound { what: "role" }),
        Err(error) => Err(error.into()),
    }
}
