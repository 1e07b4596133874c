//! Listing roles.
//!
//! Source: the Management API's `GET /roles`.

use doorward_model::role::Role;
use doorward_model::scope::ApiScope;
use doorward_store::roles;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// A part of a list.
#[derive(Debug)]
pub struct RolePage {
    /// The roles.
    pub roles: Vec<Role>,
    /// How many there are in all, where asked for.
    pub total: Option<i64>,
}

/// Roles from oldest to newest, by page; with a `name` those whose name contains it.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(
    app: &App,
    caller: &Caller,
    name: Option<&str>,
    (offset, limit): (u32, u32),
    with_total: bool,
) -> Result<RolePage, Fault> {
    caller.may(ApiScope::ReadRoles)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let total = if with_total { Some(roles::count(&scope, name).await?) } else { None };
    Ok(RolePage { roles: roles::list(&scope, name, offset, limit).await?, total })
}
