//! Deleting a log stream. What it had before it is not delivered any more.
//!
//! Source: the Management API's `DELETE /log-streams/{id}`.

use doorward_model::ids::StreamId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, log_streams};

use super::{about, opened};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Delete a log stream";

/// Deletes a stream. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, id: &StreamId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &StreamId) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteLogStreams)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let Some((stored, _)) = log_streams::get(&scope, id).await? else { return Ok(false) };
    let stream = opened(app, scope.tenant(), stored)?;
    let mut batch = scope.batch();
    log_streams::delete(&mut batch, id);
    record::push_by(&mut batch, app, caller, about(WHAT, &stream));
    match batch.commit().await {
        Ok(_) => Ok(true),
        // Somebody else deleted it a moment ago.
        Err(StoreError::Unmet { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
