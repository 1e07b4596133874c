//! What a role brings.
//!
//! Source: the Management API's `/roles/{id}/permissions`.

use doorward_model::ids::RoleId;
use doorward_model::role::named_permissions;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, permissions as held, resource_servers};
use serde_json::{Map, Value};

use super::{about, existing};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;
use crate::permissions::{PermissionPage, ShownPermission, TRIES, known, named, there};

/// The permissions of a role, by API and value.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn permissions(
    app: &App,
    caller: &Caller,
    id: &RoleId,
    (offset, limit): (u32, u32),
    with_total: bool,
) -> Result<PermissionPage, Fault> {
    caller.may(ApiScope::ReadRoles)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    existing(&scope, id).await?;
    let total = if with_total { Some(held::count_of_role(&scope, id).await?) } else { None };
    let found = held::of_role(&scope, id, offset, limit).await?;
    let shown = found.into_iter().filter_map(|held| ShownPermission::of(&state, held, Vec::new()));
    Ok(PermissionPage { permissions: shown.collect(), total })
}

/// Adds the permissions that `body` names; what the role has it keeps.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], also for permissions that no API knows,
/// [`Fault::NotFound`], [`Fault::Stale`], or trouble with the store. Refusals are logged.
pub async fn add_permissions(
    app: &App,
    caller: &Caller,
    id: &RoleId,
    body: &Map<String, Value>,
) -> Result<(), Fault> {
    const WHAT: &str = "Add permissions to a role";
    match add(app, caller, id, (WHAT, body)).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

/// Takes away the permissions that `body` names; those that the role has not do not count.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`], or trouble with the store.
/// Refusals are logged.
pub async fn take_permissions(
    app: &App,
    caller: &Caller,
    id: &RoleId,
    body: &Map<String, Value>,
) -> Result<(), Fault> {
    const WHAT: &str = "Take permissions from a role";
    match take(app, caller, id, (WHAT, body)).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn add(
    app: &App,
    caller: &Caller,
    id: &RoleId,
    (what, body): (&str, &Map<String, Value>),
) -> Result<(), Fault> {
    caller.may(ApiScope::UpdateRoles)?;
    let wanted = named_permissions(body)?;
    for _ in 0..TRIES {
        let (state, _) = app.refresh(&caller.tenant).await?;
        let scope = app.db().tenant(&state.tenant.id);
        let role = existing(&scope, id).await?;
        let known = known(&state, &wanted)?;
        let mut batch = scope.batch();
        known.apis.iter().for_each(|api| resource_servers::expect_unchanged(&mut batch, api));
        known.permissions.iter().for_each(|one| held::add_to_role(&mut batch, id, one));
        record::push_by(&mut batch, app, caller, about(what, &role).detail("permissions", named(&wanted)));
        match batch.commit().await {
            Ok(_) => return Ok(()),
            Err(StoreError::Unmet { what: resource_servers::STALE }) => {}
            Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "role" }),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "role" })
}

async fn take(
    app: &App,
    caller: &Caller,
    id: &RoleId,
    (what, body): (&str, &Map<String, Value>),
) -> Result<(), Fault> {
    caller.may(ApiScope::UpdateRoles)?;
    let unwanted = named_permissions(body)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let role = existing(&scope, id).await?;
    let mut batch = scope.batch();
    there(&state, &unwanted).iter().for_each(|one| held::take_from_role(&mut batch, id, one));
    record::push_by(&mut batch, app, caller, about(what, &role).detail("permissions", named(&unwanted)));
    batch.commit().await?;
    Ok(())
}
