//! Reading one role.
//!
//! Source: the Management API's `GET /roles/{id}`.

use doorward_model::ids::RoleId;
use doorward_model::role::Role;
use doorward_model::scope::ApiScope;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// The role of that id.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &RoleId) -> Result<Role, Fault> {
    caller.may(ApiScope::ReadRoles)?;
    super::existing(&app.db().tenant(&caller.tenant.tenant.id), id).await
}
