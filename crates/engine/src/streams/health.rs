//! How streams go: what the page and the command line show.

use doorward_model::ids::StreamId;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::stream::{Category, LogStream, SinkKind, StreamStatus};
use doorward_store::Scope;
use doorward_store::log_streams::attempts::{self, Attempt};
use doorward_store::log_streams::delivery::day;
use doorward_store::log_streams::letters::{self, Letter};
use doorward_store::log_streams::{self, Progress, outbox};

use super::{existing, opened};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// Up to so many waiting events are counted.
const MOST_COUNTED: u32 = 10_000;
/// So many of the events that were set aside are shown.
const LETTERS_SHOWN: u32 = 50;

/// A stream and where it stands.
#[derive(Debug)]
pub struct StreamState {
    /// The stream.
    pub stream: LogStream,
    /// How it goes.
    pub progress: Progress,
    /// How many events are before it; [`StreamState::is_more`] when there are more.
    pub waiting: i64,
    /// How many events were taken today, in UTC.
    pub sent_today: i64,
    /// How many events were set aside.
    pub set_aside: i64,
    /// Whether the log may have forgotten events that are before it: it stood still for longer than the log
    /// keeps them.
    pub may_lack: bool,
}

impl StreamState {
    /// Whether more events wait than were counted.
    #[must_use]
    pub fn is_more(&self) -> bool {
        self.waiting >= i64::from(MOST_COUNTED)
    }
}

/// A stream, where it stands, and how it came there.
#[derive(Debug)]
pub struct Health {
    /// Where it stands.
    pub state: StreamState,
    /// The last tries, newest first.
    pub attempts: Vec<Attempt>,
    /// The oldest events that were set aside.
    pub letters: Vec<Letter>,
}

/// All streams and where they stand.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn states(app: &App, caller: &Caller) -> Result<Vec<StreamState>, Fault> {
    caller.may(ApiScope::ReadLogStreams)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let mut states = Vec::new();
    for (stored, progress) in log_streams::list(&scope).await? {
        let stream = opened(app, scope.tenant(), stored)?;
        states.push(state(app, &scope, stream, progress).await?);
    }
    Ok(states)
}

/// One stream in full.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn health(app: &App, caller: &Caller, id: &StreamId) -> Result<Health, Fault> {
    caller.may(ApiScope::ReadLogStreams)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let (stream, progress) = existing(app, &scope, id).await?;
    Ok(Health {
        state: state(app, &scope, stream, progress).await?,
        attempts: attempts::list(&scope, id, attempts::KEPT).await?,
        letters: letters::list(&scope, id, None, LETTERS_SHOWN).await?,
    })
}

/// How many events are before the active streams of all tenants, by the kind of receiver; of each stream no
/// more than [`MOST_COUNTED`]. For operators: no tenant, no stream and no admin is named.
///
/// # Errors
/// Trouble with the store.
pub async fn all_waiting(app: &App) -> Result<[(SinkKind, i64); SinkKind::ALL.len()], Fault> {
    let mut found = SinkKind::ALL.map(|kind| (kind, 0));
    for state in app.tenants() {
        let scope = app.db().tenant(&state.tenant.id);
        for (stored, progress) in log_streams::list(&scope).await? {
            if stored.status != StreamStatus::Active {
                continue;
            }
            let codes = codes(&stored.categories);
            let waiting = outbox::count_after(&scope, &progress.checkpoint, &codes, MOST_COUNTED).await?;
            for (_, number) in found.iter_mut().filter(|(kind, _)| *kind == stored.kind) {
                *number += waiting;
            }
        }
    }
    Ok(found)
}

/// How one stream stands.
///
/// # Errors
/// As [`health`].
pub async fn state_of(app: &App, caller: &Caller, id: &StreamId) -> Result<StreamState, Fault> {
    caller.may(ApiScope::ReadLogStreams)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let (stream, progress) = existing(app, &scope, id).await?;
    state(app, &scope, stream, progress).await
}

async fn state(
    app: &App,
    scope: &Scope<'_>,
    stream: LogStream,
    progress: Progress,
) -> Result<StreamState, Fault> {
    let is_today = progress.sent_day == day(app.now());
    Ok(StreamState {
        may_lack: may_lack(app, scope, &stream, &progress).await?,
        waiting: outbox::count_after(
            scope,
            &progress.checkpoint,
            &codes(&stream.settings.categories),
            MOST_COUNTED,
        )
        .await?,
        set_aside: letters::count(scope, &stream.id).await?,
        sent_today: if is_today { progress.sent_today } else { 0 },
        stream,
        progress,
    })
}

/// For a stream that delivers, the log keeps what is before it; and nothing is gone of a log that keeps an
/// event which is behind the stream, nor of one that keeps everything or is younger than what it keeps.
async fn may_lack(
    app: &App,
    scope: &Scope<'_>,
    stream: &LogStream,
    progress: &Progress,
) -> Result<bool, Fault> {
    let tenant = app.tenant(scope.tenant());
    let kept = tenant.and_then(|state| state.tenant.settings.events_are_kept_for());
    let is_old = kept.is_some_and(|kept| stream.created_at < app.now().before(kept));
    if stream.status == StreamStatus::Active || !is_old {
        return Ok(false);
    }
    Ok(!outbox::is_any_behind(scope, &progress.checkpoint).await?)
}

/// The kinds of events that a stream takes; none named when it takes all.
fn codes(categories: &[Category]) -> Vec<EventCode> {
    let takes = |code: &&EventCode| categories.contains(&Category::of(**code));
    EventCode::ALL.iter().filter(takes).copied().collect()
}
