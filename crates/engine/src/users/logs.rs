//! The events of one user, newest first; also of one who was deleted.
//!
//! Source: the Management API's `GET /users/{id}/logs`.

use doorward_model::ids::UserId;
use doorward_model::scope::ApiScope;
use doorward_store::logs::{self as stored, LogFilter};

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::list::EventPage;

/// A page of the events of that user.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn logs(
    app: &App,
    caller: &Caller,
    id: &UserId,
    (offset, limit): (u32, u32),
    with_total: bool,
) -> Result<EventPage, Fault> {
    caller.may_any(&[ApiScope::ReadLogs, ApiScope::ReadLogsUsers])?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let filter = LogFilter { user: Some(id.clone()), ..LogFilter::default() };
    let total = if with_total { Some(stored::count(&scope, &filter).await?) } else { None };
    let events = stored::list(&scope, &filter, offset, limit).await?;
    Ok(EventPage { events, total })
}
