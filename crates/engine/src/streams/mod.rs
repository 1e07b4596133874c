//! Log streams: what admins do with them, one verb per file, and how they are delivered (`deliver`).
//!
//! Delivery never runs inside of a request: an event is in the log with what it reports, and whoever holds
//! the stream's lease reads it from there. Source: the Management API's `/api/v2/log-streams`; decision 0019.

mod create;
mod delete;
pub(crate) mod deliver;
mod health;
mod letters;
mod list;
mod record;
mod replay;
mod sinks;
mod try_out;
mod update;

use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::{StreamId, TenantId};
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::stream::{LogStream, Sink, StreamSettings};
use doorward_store::log_streams::{self, Progress, StoredStream};
use doorward_store::{Scope, StoreError};
use serde_json::{Map, Value, json};

pub use create::create;
pub use delete::delete;
pub use health::{Health, StreamState, all_waiting, health, state_of, states};
pub use letters::{drop_letters, resend_letters};
pub use list::{get, list};
pub use replay::{Replay, hurry, replay};
pub use try_out::{Tried, try_out};
pub use update::update;

pub use doorward_store::log_streams::attempts::{Attempt, Outcome};
pub use doorward_store::log_streams::letters::Letter;

use crate::app::App;
use crate::fault::Fault;
use crate::logs::record::EventDraft;
use crate::sealing::Place;

/// How many streams a tenant may have.
const MOST: u32 = 20;

/// A stream that must be there.
async fn existing(app: &App, scope: &Scope<'_>, id: &StreamId) -> Result<(LogStream, Progress), Fault> {
    let found = log_streams::get(scope, id).await?;
    let (stored, progress) = found.ok_or(Fault::NotFound { what: "log stream" })?;
    Ok((opened(app, scope.tenant(), stored)?, progress))
}

/// A stream as it was read, its secrets opened.
fn opened(app: &App, tenant: &TenantId, stored: StoredStream) -> Result<LogStream, Fault> {
    let secrets = app.sealing().open_text(place(tenant, &stored.id), &stored.secrets)?;
    let secrets: Map<String, Value> = serde_json::from_str(secrets.expose())
        .map_err(|_| Fault::internal(format!("the secrets of {} are no object", stored.id)))?;
    let mut sink = stored.sink;
    sink.extend(secrets);
    let sink = Sink::read(stored.kind, &sink, None)
        .map_err(|errors| Fault::internal(format!("the sink of {}: {errors}", stored.id)))?;
    let settings = StreamSettings {
        name: stored.name,
        sink,
        categories: stored.categories,
        is_priority: stored.is_priority,
        pii: stored.pii,
        start_from: stored.start_from,
        batch: stored.batch,
    };
    let (id, status, created_at, version) = (stored.id, stored.status, stored.created_at, stored.version);
    Ok(LogStream { id, settings, status, created_at, version })
}

/// A stream as it is written, its secrets sealed.
fn sealed(app: &App, tenant: &TenantId, stream: &LogStream) -> Result<StoredStream, Fault> {
    let secrets = Secret::new(Value::Object(stream.settings.sink.secrets()).to_string());
    let settings = stream.settings.clone();
    Ok(StoredStream {
        id: stream.id.clone(),
        kind: settings.sink.kind(),
        sink: settings.sink.to_json(),
        secrets: app.sealing().seal_text(place(tenant, &stream.id), &secrets)?,
        name: settings.name,
        status: stream.status,
        categories: settings.categories,
        is_priority: settings.is_priority,
        pii: settings.pii,
        start_from: settings.start_from,
        batch: settings.batch,
        created_at: stream.created_at,
        version: stream.version,
    })
}

fn place<'a>(tenant: &'a TenantId, stream: &'a StreamId) -> Place<'a> {
    Place { tenant, table: "log_streams", row: stream.as_str(), purpose: "secrets" }
}

/// The event of something done to a stream.
fn about(what: &str, stream: &LogStream) -> EventDraft {
    let settings = &stream.settings;
    let target = json!({
        "log_stream_id": stream.id.as_str(), "name": settings.name, "type": settings.sink.kind().as_str(),
    });
    EventDraft::new(EventCode::ManagementWrite, what).detail("target", target)
}

/// What a write that found another version means to who asked for it, or a stream that was faster.
fn stale(error: StoreError) -> Fault {
    match error {
        StoreError::Unmet { what: log_streams::STALE } => Fault::Stale { what: "log stream" },
        StoreError::Unmet { what: log_streams::FULL } => too_many().into(),
        StoreError::Conflict { .. } => {
            let text = "Another stream writes to this file already.";
            FieldErrors::from(FieldError::new("sink.fileName", "unique", text)).into()
        }
        error => error.into(),
    }
}

fn too_many() -> FieldErrors {
    let text = format!("A tenant has at most {MOST} log streams. Delete one that nobody needs any more.");
    FieldError::new("type", "max_items", text).into()
}
