//! Reading users one by one: by id, or all of one address.
//!
//! Source: the Management API's `GET /users/{id}` and `GET /users-by-email`.

use doorward_model::ids::UserId;
use doorward_model::scope::ApiScope;
use doorward_model::user::Email;
use doorward_store::users;

use super::ShownUser;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// How many users of one address are given; a tenant has few connections that know the same one.
const MOST_OF_ONE_ADDRESS: u32 = 100;

/// The user of that id.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &UserId) -> Result<ShownUser, Fault> {
    caller.may_about(id, ApiScope::ReadCurrentUser, &[ApiScope::ReadUsers, ApiScope::ReadUserIdpTokens])?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let user = users::get(&app.db().tenant(&state.tenant.id), id).await?;
    let user = user.ok_or(Fault::NotFound { what: "user" })?;
    Ok(ShownUser::to(caller, &state, user))
}

/// The users of an address, in whatever connection and whatever case it is written.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn with_email(app: &App, caller: &Caller, email: &Email) -> Result<Vec<ShownUser>, Fault> {
    caller.may(ApiScope::ReadUsers)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let found = users::list::with_email(&scope, email, MOST_OF_ONE_ADDRESS).await?;
    Ok(found.into_iter().map(|user| ShownUser::to(caller, &state, user)).collect())
}
