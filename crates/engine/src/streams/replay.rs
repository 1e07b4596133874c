//! Sending events again from a time on, and trying a stream that waits at once.

use doorward_model::ids::StreamId;
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;
use doorward_store::log_streams::{self, outbox};

use super::{about, existing};
use crate::app::{App, first_log_id};
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const REPLAY: &str = "Replay a log stream";
const HURRY: &str = "Retry a log stream";

/// What a replay leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// Events are sent again.
    Again,
    /// Nothing that is kept has happened since.
    NothingSince,
    /// All that happened since is still to be sent for the first time, with what is before it.
    StillWaiting,
}

/// Sends every event again that happened at `from` or later and is still kept. A receiver knows them by
/// their `log_id`. The stream only ever goes back: what waits is not passed over.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Stale`] when somebody else changed the stream
/// meanwhile, or trouble with the store. Refusals are logged.
pub async fn replay(app: &App, caller: &Caller, id: &StreamId, from: Timestamp) -> Result<Replay, Fault> {
    match put_back(app, caller, id, from).await {
        Ok(replay) => Ok(replay),
        Err(fault) => Err(record::refused(app, caller, REPLAY, Some(id.as_str()), fault).await),
    }
}

async fn put_back(app: &App, caller: &Caller, id: &StreamId, from: Timestamp) -> Result<Replay, Fault> {
    caller.may(ApiScope::UpdateLogStreams)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let (stream, progress) = existing(app, &scope, id).await?;
    let Some(start) = outbox::before_time(&scope, from, &first_log_id(from)).await? else {
        return Ok(Replay::NothingSince);
    };
    if start >= progress.checkpoint {
        return Ok(Replay::StillWaiting);
    }
    // A floor at `from` would also hold for what waits: a clock that is behind may have given it an earlier
    // time. What it would keep away are a few events of that very moment, which a receiver knows.
    let floor = progress.floor_at.map(|floor| floor.min(from));
    let mut batch = scope.batch();
    log_streams::replay(&mut batch, id, stream.version, &start, floor);
    let draft = about(REPLAY, &stream).detail("from", from.to_string());
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await.map_err(super::stale)?;
    Ok(Replay::Again)
}

/// Lets a stream that waits after a failure be tried at once.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store. Refusals are logged.
pub async fn hurry(app: &App, caller: &Caller, id: &StreamId) -> Result<(), Fault> {
    match wake(app, caller, id).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, HURRY, Some(id.as_str()), fault).await),
    }
}

async fn wake(app: &App, caller: &Caller, id: &StreamId) -> Result<(), Fault> {
    caller.may(ApiScope::UpdateLogStreams)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let (stream, _) = existing(app, &scope, id).await?;
    let mut batch = scope.batch();
    log_streams::hurry(&mut batch, id);
    record::push_by(&mut batch, app, caller, about(HURRY, &stream));
    batch.commit().await.map_err(super::stale)?;
    Ok(())
}
