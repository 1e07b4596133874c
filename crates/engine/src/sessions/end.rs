//! Ending sessions of people. Whoever used one is asked to log in again; the codes that were issued in it
//! and wait for their exchange end with it. Refresh tokens outlive a session, as they outlive a logout;
//! *revoking* a session ends those too.
//!
//! Source: the Management API's `DELETE /sessions/{id}`, `POST /sessions/{id}/revoke` and
//! `DELETE /users/{id}/sessions`.

use doorward_model::ids::{SessionId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_store::{sessions, token_families};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const END: &str = "End a session";
const REVOKE: &str = "Revoke a session and its refresh tokens";
const END_ALL: &str = "End all sessions of a user";

/// Ends a session. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn end(app: &App, caller: &Caller, id: &SessionId) -> Result<bool, Fault> {
    match remove(app, caller, id, false).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, END, Some(id.as_str()), fault).await),
    }
}

/// Ends a session and every refresh token that began in it. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn revoke(app: &App, caller: &Caller, id: &SessionId) -> Result<bool, Fault> {
    match remove(app, caller, id, true).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, REVOKE, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &SessionId, with_tokens: bool) -> Result<bool, Fault> {
    if with_tokens {
        caller.may_any(&[ApiScope::DeleteSessions, ApiScope::DeleteRefreshTokens])?;
    } else {
        caller.may(ApiScope::DeleteSessions)?;
    }
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let Some(session) = sessions::get(&scope, id).await? else { return Ok(false) };
    let mut batch = scope.batch();
    sessions::end(&mut batch, id);
    if with_tokens {
        token_families::revoke_for_session(&mut batch, &session.user, id, app.now());
    }
    let target = json!({ "session_id": id.as_str(), "user_id": session.user.as_str() });
    let what = if with_tokens { REVOKE } else { END };
    let draft = EventDraft::new(EventCode::ManagementWrite, what).detail("target", target);
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await?;
    Ok(true)
}

/// Ends all sessions of a person.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn end_of_user(app: &App, caller: &Caller, user: &UserId) -> Result<(), Fault> {
    match remove_all(app, caller, user).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, END_ALL, Some(user.as_str()), fault).await),
    }
}

async fn remove_all(app: &App, caller: &Caller, user: &UserId) -> Result<(), Fault> {
    caller.may(ApiScope::DeleteSessions)?;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    sessions::end_of_user(&mut batch, user);
    let draft = EventDraft::new(EventCode::ManagementWrite, END_ALL)
        .detail("target", json!({ "user_id": user.as_str() }));
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await?;
    Ok(())
}
