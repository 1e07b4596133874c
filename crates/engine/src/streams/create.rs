//! Making a log stream.
//!
//! Source: the Management API's `POST /log-streams`.

use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::patch::Patch;
use doorward_model::scope::ApiScope;
use doorward_model::stream::{LogStream, Sink, StreamPatch, StreamSettings, StreamStatus};
use doorward_store::Scope;
use doorward_store::log_streams::{self, outbox};
use serde_json::{Map, Value};

use super::{MOST, about, opened, sealed, too_many};
use crate::app::{App, first_log_id};
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Create a log stream";

/// Makes a stream with a fresh id. It begins with what happens from now on, or with `startFrom`.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], or trouble with the store. Refusals are logged.
pub async fn create(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<LogStream, Fault> {
    match make(app, caller, body).await {
        Ok(stream) => Ok(stream),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<LogStream, Fault> {
    caller.may(ApiScope::CreateLogStreams)?;
    let patch = StreamPatch::from_json(body)?;
    let status = match patch.status {
        Patch::Set(StreamStatus::Suspended) => return Err(only_by_the_server()),
        Patch::Set(status) => status,
        _ => StreamStatus::Active,
    };
    let settings = patch.create()?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    check(app, &scope, &settings, None).await?;
    let start = match settings.start_from {
        Some(time) => outbox::before_time(&scope, time, &first_log_id(time)).await?,
        None => None,
    };
    let (id, created_at) = (app.entropy().stream_id(), app.now());
    let stream = LogStream { id, settings, status, created_at, version: 1 };
    let mut batch = scope.batch();
    log_streams::insert(&mut batch, &sealed(app, tenant, &stream)?, start.as_ref(), MOST);
    record::push_by(&mut batch, app, caller, about(WHAT, &stream));
    batch.commit().await.map_err(super::stale)?;
    Ok(stream)
}

/// The refusal to whoever wants to suspend a stream.
pub(super) fn only_by_the_server() -> Fault {
    let text = "Only the server suspends a stream. Use paused to stop it.";
    FieldErrors::from(FieldError::new("status", "enum", text)).into()
}

/// What only the house knows about settings: its networks, its folder, and its other streams. The batch sees to it
/// once more that no other stream is faster.
pub(super) async fn check(
    app: &App,
    scope: &Scope<'_>,
    settings: &StreamSettings,
    own: Option<&LogStream>,
) -> Result<(), Fault> {
    reachable(app, &settings.sink)?;
    let others = log_streams::list(scope).await?;
    if own.is_none() && others.len() >= MOST as usize {
        return Err(too_many().into());
    }
    let Sink::File(file) = &settings.sink else { return Ok(()) };
    for (stored, _) in others {
        let other = opened(app, scope.tenant(), stored)?;
        let is_other = own.is_none_or(|own| own.id != other.id);
        if is_other && other.settings.sink == settings.sink {
            let text = format!("The stream {} writes to {} already.", other.settings.name, file.name);
            return Err(FieldErrors::from(FieldError::new("sink.fileName", "unique", text)).into());
        }
    }
    Ok(())
}

/// Whether a receiver could be reached at all.
fn reachable(app: &App, sink: &Sink) -> Result<(), FieldErrors> {
    let address = sink.address();
    let (path, text) = match (sink, address) {
        (Sink::File(_), _) if app.reach().folder().is_some() => return Ok(()),
        (Sink::File(_), _) => (
            "type",
            "Streams to files need a folder, which the operator names: stream_folder in doorward.toml.",
        ),
        (_, Ok(Some(url))) if app.reach().may_lead_to(&url) => return Ok(()),
        (Sink::Splunk(_), _) => (
            "sink.splunkDomain",
            "Use a public host with TLS, or let the operator open the network: stream_networks in doorward.toml.",
        ),
        (Sink::Sumo(_), _) => ("sink.sumoSourceAddress", PUBLIC),
        (Sink::Loggly(_), _) => ("sink.logglyEndpoint", PUBLIC),
        (Sink::Http(_), _) => ("sink.httpEndpoint", PUBLIC),
    };
    Err(FieldError::new(path, "format", text).into())
}

const PUBLIC: &str =
    "Use https and a public address, or let the operator open the network: stream_networks in doorward.toml.";
