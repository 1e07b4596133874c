//! Changing, stopping and resuming a log stream.
//!
//! Source: the Management API's `PATCH /log-streams/{id}`.

use doorward_model::ids::StreamId;
use doorward_model::patch::Patch;
use doorward_model::scope::ApiScope;
use doorward_model::stream::{LogStream, StreamPatch, StreamStatus};
use doorward_store::log_streams;
use serde_json::{Map, Value};

use super::{about, create, existing, sealed};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Update a log stream";

/// Changes what `body` names and leaves the rest; a change that changes nothing writes nothing. A stream
/// whose settings changed is tried at once.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], [`Fault::Stale`] when somebody else
/// changed it meanwhile, or trouble with the store. Refusals are logged.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &StreamId,
    body: &Map<String, Value>,
) -> Result<LogStream, Fault> {
    match change(app, caller, id, body).await {
        Ok(stream) => Ok(stream),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &StreamId,
    body: &Map<String, Value>,
) -> Result<LogStream, Fault> {
    caller.may(ApiScope::UpdateLogStreams)?;
    let patch = StreamPatch::from_json(body)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let (current, _) = existing(app, &scope, id).await?;
    let mut stream = current.clone();
    match patch.status {
        Patch::Set(StreamStatus::Suspended) if current.status != StreamStatus::Suspended => {
            return Err(create::only_by_the_server());
        }
        Patch::Set(status) => stream.status = status,
        _ => {}
    }
    patch.apply(&mut stream.settings)?;
    if stream == current {
        return Ok(current);
    }
    create::check(app, &scope, &stream.settings, Some(&stream)).await?;
    let mut batch = scope.batch();
    log_streams::update(&mut batch, &sealed(app, tenant, &stream)?);
    let fields: Vec<String> = body.keys().cloned().collect();
    record::push_by(&mut batch, app, caller, about(WHAT, &stream).detail("fields", fields));
    batch.commit().await.map_err(super::stale)?;
    Ok(LogStream { version: stream.version + 1, ..stream })
}
