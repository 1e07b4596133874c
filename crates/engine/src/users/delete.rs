//! Deleting a user. It is final: the id is never used again, and nothing in their name lives on.
//!
//! Source: the Management API's `DELETE /users/{id}`.

use doorward_model::ids::UserId;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, users};

use super::about;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const WHAT: &str = "Delete a user";

/// Deletes a user with password, sessions, codes, refresh tokens and devices, in one commit. Gives
/// back whether the user was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, id: &UserId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &UserId) -> Result<bool, Fault> {
    caller.may_about(id, ApiScope::DeleteCurrentUser, &[ApiScope::DeleteUsers])?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let Some(user) = users::get(&scope, id).await? else { return Ok(false) };
    let mut batch = scope.batch();
    users::delete_known(&mut batch, id, app.now());
    record::push_by(&mut batch, app, caller, about(WHAT, &user));
    let gone = EventDraft::new(EventCode::UserDeleted, "The user was deleted").person(&state, &user);
    record::push_by(&mut batch, app, caller, gone);
    match batch.commit().await {
        Ok(_) => Ok(true),
        // Somebody else deleted the user a moment ago.
        Err(StoreError::Unmet { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
