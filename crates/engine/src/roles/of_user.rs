//! The roles of one user.
//!
//! Source: the Management API's `/users/{id}/roles`.

use doorward_model::ids::{RoleId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::role::named_ids;
use doorward_model::scope::ApiScope;
use doorward_store::{Batch, StoreError, roles, users};
use serde_json::{Map, Value, json};

use super::RolePage;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

/// The roles of a user, by id.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn of_user(
    app: &App,
    caller: &Caller,
    id: &UserId,
    (offset, limit): (u32, u32),
    with_total: bool,
) -> Result<RolePage, Fault> {
    caller.may_any(&[ApiScope::ReadUsers, ApiScope::ReadRoles, ApiScope::ReadRoleMembers])?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    users::get(&scope, id).await?.ok_or(Fault::NotFound { what: "user" })?;
    let total = if with_total { Some(roles::count_of_user(&scope, id).await?) } else { None };
    Ok(RolePage { roles: roles::of_user(&scope, id, offset, limit).await?, total })
}

/// Gives the user the roles that `body` names; what they have they keep.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`] for the user or one of the roles, or
/// trouble with the store. Refusals are logged.
pub async fn assign(app: &App, caller: &Caller, id: &UserId, body: &Map<String, Value>) -> Result<(), Fault> {
    const WHAT: &str = "Give roles to a user";
    let may = [ApiScope::UpdateUsers, ApiScope::CreateRoleMembers];
    match change(app, caller, (id, body), (WHAT, &may, roles::assign)).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

/// Takes the roles from the user that `body` names; those that they do not have do not count.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`], or trouble with the store.
/// Refusals are logged.
pub async fn unassign(
    app: &App,
    caller: &Caller,
    id: &UserId,
    body: &Map<String, Value>,
) -> Result<(), Fault> {
    const WHAT: &str = "Take roles from a user";
    let may = [ApiScope::UpdateUsers, ApiScope::DeleteRoleMembers];
    match change(app, caller, (id, body), (WHAT, &may, roles::unassign)).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

type Push = fn(&mut Batch, &UserId, &RoleId);

async fn change(
    app: &App,
    caller: &Caller,
    (id, body): (&UserId, &Map<String, Value>),
    (what, may, push): (&str, &[ApiScope], Push),
) -> Result<(), Fault> {
    caller.may_any(may)?;
    let named = named_ids(body, "roles", RoleId::parse)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let user = users::get(&scope, id).await?.ok_or(Fault::NotFound { what: "user" })?;
    let mut batch = scope.batch();
    for role in &named {
        push(&mut batch, id, role);
    }
    let named: Vec<&str> = named.iter().map(RoleId::as_str).collect();
    let draft = EventDraft::new(EventCode::ManagementWrite, what)
        .user(&user)
        .detail("target", json!({ "user_id": id.as_str(), "name": user.display_name() }))
        .detail("roles", named);
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => Ok(()),
        Err(StoreError::InUse { .. }) => Err(Fault::NotFound { what: "role" }),
        Err(error) => Err(error.into()),
    }
}
