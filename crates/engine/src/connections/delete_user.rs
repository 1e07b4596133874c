//! Deleting a person of a connection by the email address.
//!
//! Source: the Management API's `DELETE /connections/{id}/users`.

use doorward_model::fields::FieldErrors;
use doorward_model::ids::ConnectionId;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::user::Email;
use doorward_store::{connections, users};
use serde_json::json;

use super::NOUN;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const WHAT: &str = "Delete a user of a connection";

/// Deletes the user of that address with everything that hangs on it. Gives back whether there was one.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`] for the connection, [`Fault::Invalid`] for an address that
/// is none, or trouble with the store. Refusals are logged.
pub async fn delete_user(app: &App, caller: &Caller, id: &ConnectionId, email: &str) -> Result<bool, Fault> {
    match remove(app, caller, id, email).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &ConnectionId, email: &str) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteUsers)?;
    let email = Email::parse(email).map_err(FieldErrors::from)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let connection = connections::get(&scope, id).await?.ok_or(Fault::NotFound { what: NOUN })?;
    let Some((user, _)) = users::by_email(&scope, id, &email).await? else { return Ok(false) };
    let mut batch = scope.batch();
    users::delete(&mut batch, &user.id, app.now());
    let target = json!({ "user_id": user.id.as_str(), "email": user.email.as_str() });
    let draft = EventDraft::new(EventCode::ManagementWrite, WHAT)
        .connection(&connection)
        .user(&user)
        .detail("target", target);
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await?;
    Ok(true)
}
