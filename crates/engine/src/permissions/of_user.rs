//! The permissions of one user.
//!
//! Source: the Management API's `/users/{id}/permissions`.

use doorward_model::ids::UserId;
use doorward_model::log::code::EventCode;
use doorward_model::role::{NamedPermission, named_permissions};
use doorward_model::scope::ApiScope;
use doorward_model::user::User;
use doorward_store::permissions::Source;
use doorward_store::{StoreError, permissions as held, resource_servers, users};
use serde_json::{Map, Value, json};

use super::{PermissionPage, ShownPermission, TRIES, known, named, there};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

/// What a user may do, by API and value, and where each permission comes from.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn of_user(
    app: &App,
    caller: &Caller,
    id: &UserId,
    (offset, limit): (u32, u32),
    with_total: bool,
) -> Result<PermissionPage, Fault> {
    caller.may(ApiScope::ReadUsers)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    users::get(&scope, id).await?.ok_or(Fault::NotFound { what: "user" })?;
    let total = if with_total { Some(held::count_of_user(&scope, id).await?) } else { None };
    let found = held::of_user(&scope, id, offset, limit).await?;
    let sources = match (found.first(), found.last()) {
        (Some(first), Some(last)) => held::sources(&scope, id, first, last).await?,
        _ => Vec::new(),
    };
    let shown = found.into_iter().filter_map(|one| {
        let of_this = |source: &&Source| source.permission == one;
        let roles = sources.iter().filter(of_this).map(|source| source.role.clone()).collect();
        ShownPermission::of(&state, one, roles)
    });
    Ok(PermissionPage { permissions: shown.collect(), total })
}

/// Lets the user do what `body` names; what they may do already stays.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], also for permissions that no API knows,
/// [`Fault::NotFound`], [`Fault::Stale`], or trouble with the store. Refusals are logged.
pub async fn add_to_user(
    app: &App,
    caller: &Caller,
    id: &UserId,
    body: &Map<String, Value>,
) -> Result<(), Fault> {
    const WHAT: &str = "Add permissions to a user";
    match add(app, caller, id, (WHAT, body)).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

/// Takes away what `body` names; what the user holds by a role stays.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`], or trouble with the store.
/// Refusals are logged.
pub async fn take_from_user(
    app: &App,
    caller: &Caller,
    id: &UserId,
    body: &Map<String, Value>,
) -> Result<(), Fault> {
    const WHAT: &str = "Take permissions from a user";
    match take(app, caller, id, (WHAT, body)).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn add(
    app: &App,
    caller: &Caller,
    id: &UserId,
    (what, body): (&str, &Map<String, Value>),
) -> Result<(), Fault> {
    caller.may(ApiScope::UpdateUsers)?;
    let wanted = named_permissions(body)?;
    for _ in 0..TRIES {
        let (state, _) = app.refresh(&caller.tenant).await?;
        let scope = app.db().tenant(&state.tenant.id);
        let user = users::get(&scope, id).await?.ok_or(Fault::NotFound { what: "user" })?;
        let known = known(&state, &wanted)?;
        let mut batch = scope.batch();
        known.apis.iter().for_each(|api| resource_servers::expect_unchanged(&mut batch, api));
        known.permissions.iter().for_each(|one| held::add_to_user(&mut batch, id, one));
        record::push_by(&mut batch, app, caller, about(what, &user, &wanted));
        match batch.commit().await {
            Ok(_) => return Ok(()),
            Err(StoreError::Unmet { what: resource_servers::STALE }) => {}
            Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "user" }),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "user" })
}

async fn take(
    app: &App,
    caller: &Caller,
    id: &UserId,
    (what, body): (&str, &Map<String, Value>),
) -> Result<(), Fault> {
    caller.may(ApiScope::UpdateUsers)?;
    let unwanted = named_permissions(body)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let user = users::get(&scope, id).await?.ok_or(Fault::NotFound { what: "user" })?;
    let mut batch = scope.batch();
    there(&state, &unwanted).iter().for_each(|one| held::take_from_user(&mut batch, id, one));
    record::push_by(&mut batch, app, caller, about(what, &user, &unwanted));
    batch.commit().await?;
    Ok(())
}

fn about(what: &str, user: &User, permissions: &[NamedPermission]) -> EventDraft {
    EventDraft::new(EventCode::ManagementWrite, what)
        .user(user)
        .detail("target", json!({ "user_id": user.id.as_str(), "name": user.display_name() }))
        .detail("permissions", named(permissions))
}
