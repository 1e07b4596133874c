//! Looking at the sessions of people.
//!
//! Source: the Management API's `GET /sessions/{id}` and `GET /users/{id}/sessions`.

use doorward_model::ids::{SessionId, UserId};
use doorward_model::scope::ApiScope;
use doorward_model::session::Session;
use doorward_model::time::Timestamp;
use doorward_store::{sessions, users};

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// The session of that id, as long as it counts.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &SessionId) -> Result<Session, Fault> {
    caller.may(ApiScope::ReadSessions)?;
    find(app, caller, id).await?.ok_or(Fault::NotFound { what: "session" })
}

/// The session of that id, as long as it counts; the caller has been let in.
pub(super) async fn find(app: &App, caller: &Caller, id: &SessionId) -> Result<Option<Session>, Fault> {
    let (state, _) = app.refresh(&caller.tenant).await?;
    let found = sessions::get(&app.db().tenant(&state.tenant.id), id).await?;
    Ok(found.filter(|session| session.is_live(&state.tenant.settings, app.now())))
}

/// The sessions of a person that count, from oldest to newest, those after a given one.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`] for the user, or trouble with the store.
pub async fn list(
    app: &App,
    caller: &Caller,
    user: &UserId,
    after: Option<(Timestamp, &SessionId)>,
    limit: u32,
) -> Result<Vec<Session>, Fault> {
    caller.may(ApiScope::ReadSessions)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    users::get(&scope, user).await?.ok_or(Fault::NotFound { what: "user" })?;
    let (settings, now) = (&state.tenant.settings, app.now());
    let bounds = (now.before(settings.session_lifetime), now.before(settings.idle_session_lifetime));
    Ok(sessions::of_user(&scope, user, bounds, after, limit).await?)
}
