//! Reading one event.
//!
//! Source: the Management API's `GET /logs/{id}`.

use doorward_model::ids::LogId;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_store::logs;

use super::list::sees_people_only;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// The event of that id. Who may read the log of people only sees it if it names a user.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &LogId) -> Result<Event, Fault> {
    caller.may_any(&[ApiScope::ReadLogs, ApiScope::ReadLogsUsers])?;
    let found = logs::get(&app.db().tenant(&caller.tenant.tenant.id), id).await?;
    let found = found.filter(|event| event.user.is_some() || !sees_people_only(caller));
    found.ok_or(Fault::NotFound { what: "event" })
}
