//! Sending one event that never happened, to see what the receiver says.

use doorward_model::ids::StreamId;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_model::stream::{LogStream, StreamPatch, StreamStatus};
use doorward_store::log_streams::attempts::Outcome;
use serde_json::{Map, Value, json};

use super::record::Record;
use super::sinks::Sender;
use super::{about, create, existing};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Send a test event to a log stream";

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Whether the receiver took the event.
    pub is_taken: bool,
    /// The status of the answer; none when there was no answer.
    pub status: Option<u16>,
    /// What the receiver said, or why it could not be asked.
    pub said: String,
}

/// Sends a test event to a stream as it is saved (`id`), as it would be after a change (`id` and `body`), or
/// as it would be made (`body`). Nothing is kept but an event of the log.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], or trouble with the store. Refusals are
/// logged.
pub async fn try_out(
    app: &App,
    caller: &Caller,
    id: Option<&StreamId>,
    body: &Map<String, Value>,
) -> Result<Tried, Fault> {
    match send(app, caller, id, body).await {
        Ok(tried) => Ok(tried),
        Err(fault) => Err(record::refused(app, caller, WHAT, id.map(StreamId::as_str), fault).await),
    }
}

async fn send(
    app: &App,
    caller: &Caller,
    id: Option<&StreamId>,
    body: &Map<String, Value>,
) -> Result<Tried, Fault> {
    caller.may_any(&[ApiScope::CreateLogStreams, ApiScope::UpdateLogStreams])?;
    let tenant = &caller.tenant.tenant;
    let patch = StreamPatch::from_json(body)?;
    let scope = app.db().tenant(&tenant.id);
    let stream = match id {
        Some(id) => {
            let (mut stream, _) = existing(app, &scope, id).await?;
            patch.apply(&mut stream.settings)?;
            stream
        }
        None => LogStream {
            id: app.entropy().stream_id(),
            settings: patch.create()?,
            status: StreamStatus::Paused,
            created_at: app.now(),
            version: 0,
        },
    };
    // As for saving: what could not be saved sends nothing, nor writes into the file of another stream.
    create::check(app, &scope, &stream.settings, id.map(|_| &stream)).await?;
    let now = app.now();
    let text = "A test event: nothing happened. It was sent to see whether this log stream works.";
    let mut event = Event::new(app.next_log_id(now), now, EventCode::ManagementWrite, text);
    event.hostname = Some(tenant.issuer.host().to_owned());
    event.details.insert("test".to_owned(), json!(true));
    let record = Record::of(&event, &stream.settings);
    let sent = Sender::default().send(app, &tenant.id, &stream.settings.sink, &[record]).await;
    let tried = Tried { is_taken: sent.outcome == Outcome::Taken, status: sent.status, said: sent.said };
    let draft = about(WHAT, &stream).detail("status", tried.status).detail("said", tried.said.as_str());
    record::alone_by(app, caller, draft).await?;
    Ok(tried)
}
