//! Reading log streams.
//!
//! Source: the Management API's `GET /log-streams` and `GET /log-streams/{id}`.

use doorward_model::ids::StreamId;
use doorward_model::scope::ApiScope;
use doorward_model::stream::LogStream;
use doorward_store::log_streams;

use super::{existing, opened};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// All streams, from oldest to newest; there are never many.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<LogStream>, Fault> {
    caller.may(ApiScope::ReadLogStreams)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let all = log_streams::list(&scope).await?;
    all.into_iter().map(|(stored, _)| opened(app, scope.tenant(), stored)).collect()
}

/// The stream of that id.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &StreamId) -> Result<LogStream, Fault> {
    caller.may(ApiScope::ReadLogStreams)?;
    let (stream, _) = existing(app, &app.db().tenant(&caller.tenant.tenant.id), id).await?;
    Ok(stream)
}
