//! One turn of a delivery: read what comes next, send it, move the checkpoint.
//!
//! The checkpoint moves only after the receiver took what is before it, and only while the stream is held
//! as it was read. What the receiver refuses for what it is (400, 413, 422) is sent in halves until the one
//! event is found, which is set aside; everything else is tried again for as long as it takes.

use doorward_model::ids::{StreamId, TenantId};
use doorward_model::stream::verdict::{ASIDE_IN_A_ROW, TRIES, is_given_up, wait_after};
use doorward_model::stream::{LogStream, MAX_BATCH, StreamStatus};
use doorward_model::time::Timestamp;
use doorward_store::log_streams::attempts::{self, Attempt, Outcome};
use doorward_store::log_streams::delivery::{self, Held, Taken};
use doorward_store::log_streams::letters::{self, Letter};
use doorward_store::log_streams::outbox::{self, Placed};
use doorward_store::log_streams::{self, Progress};
use doorward_store::{Batch, StoreError};

use super::super::opened;
use super::super::record::{Record, takes};
use super::super::sinks::{Sender, Sent, fitting};
use crate::app::App;
use crate::fault::Fault;

/// What to do after a turn.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// There may be more: the next turn follows at once.
    More,
    /// There is nothing to do at the moment.
    Idle,
    /// The stream is gone, stopped, or in other hands.
    Over,
}

/// A stream in our hands.
pub(super) struct Delivery {
    pub(super) app: App,
    pub(super) key: (TenantId, StreamId),
    pub(super) holder: String,
    sender: Sender,
    /// The most events in one request: halved when they are refused, doubled when they are taken.
    size: usize,
}

/// What a turn sends: records, the event after the last of which the checkpoint stands.
struct Batched {
    records: Vec<Record>,
    last: Placed,
}

impl Delivery {
    pub(super) fn new(app: App, key: (TenantId, StreamId), holder: String) -> Self {
        Self { app, key, holder, sender: Sender::default(), size: MAX_BATCH as usize }
    }

    pub(super) async fn turn(&mut self) -> Result<Turn, Fault> {
        let scope = self.app.db().tenant(&self.key.0);
        let Some((stored, progress)) = log_streams::get(&scope, &self.key.1).await? else {
            return Ok(Turn::Over);
        };
        if progress.holder != self.holder || stored.status != StreamStatus::Active {
            return Ok(Turn::Over);
        }
        if self.app.now() < progress.retry_at {
            return Ok(Turn::Idle);
        }
        let page = outbox::after(&scope, &progress.checkpoint, MAX_BATCH).await?;
        let Some(last) = page.last() else { return Ok(Turn::Idle) };
        let stream = opened(&self.app, &self.key.0, stored)?;
        let end = last.checkpoint();
        let done = match self.batched(&stream, &progress, page) {
            Some(batched) => self.deliver(&stream, &progress, batched).await,
            None => {
                let mut batch = scope.batch();
                delivery::pass_over(&mut batch, self.held(&stream), &end);
                batch.commit_ahead().await.map(|_| ())
            }
        };
        match done {
            Ok(()) => Ok(Turn::More),
            // An admin changed it, or another node took it: the next turn reads which.
            Err(StoreError::Unmet { .. }) => Ok(Turn::More),
            Err(error) => Err(error.into()),
        }
    }

    /// As many of the events that the stream takes as go into one request; none when it takes none.
    fn batched(&self, stream: &LogStream, progress: &Progress, page: Vec<Placed>) -> Option<Batched> {
        let settings = &stream.settings;
        let wanted = |placed: &Placed| takes(settings, progress.floor_at, &placed.event);
        let mut taken: Vec<Placed> = page.into_iter().filter(wanted).take(self.size).collect();
        let mut records: Vec<Record> =
            taken.iter().map(|placed| Record::of(&placed.event, settings)).collect();
        if records.is_empty() {
            return None;
        }
        let count = fitting(&settings.sink, &records, self.size);
        records.truncate(count);
        taken.truncate(count);
        Some(Batched { records, last: taken.pop()? })
    }

    async fn deliver(
        &mut self,
        stream: &LogStream,
        progress: &Progress,
        batched: Batched,
    ) -> Result<(), StoreError> {
        let Batched { records, last } = batched;
        let sink = &stream.settings.sink;
        let sent = self.sender.send(&self.app, &self.key.0, sink, &records).await;
        let now = self.app.now();
        let mut batch = self.app.db().tenant(&self.key.0).batch();
        let held = self.held(stream);
        let mut outcome = sent.outcome;
        match sent.outcome {
            Outcome::Taken => {
                let delay = now.millis().saturating_sub(last.event.at.millis()).max(0);
                let events = u32::try_from(records.len()).unwrap_or(u32::MAX);
                delivery::taken(&mut batch, held, &last.checkpoint(), Taken { events, at: now, delay });
            }
            Outcome::Refused if records.len() > 1 => {}
            Outcome::Refused if is_the_events_fault(progress) => {
                outcome = Outcome::Aside;
                letters::insert(&mut batch, &stream.id, &letter(&last, &records, &sent, now));
                delivery::set_aside(&mut batch, held, &last.checkpoint());
            }
            Outcome::Refused | Outcome::Failed | Outcome::Aside => {
                self.note_failure(&mut batch, stream, progress, now);
            }
        }
        let attempt = self.attempt(records.len(), outcome, &sent, now);
        attempts::insert(&mut batch, &stream.id, &attempt);
        // What is set aside is behind the checkpoint and nowhere else. The rest can be delivered once more.
        let must_wait = outcome == Outcome::Aside;
        if must_wait {
            batch.commit().await?;
        } else {
            batch.commit_ahead().await?;
        }
        self.size = match outcome {
            Outcome::Taken => (self.size * 2).min(MAX_BATCH as usize),
            Outcome::Refused => (records.len() / 2).max(1),
            Outcome::Failed | Outcome::Aside => self.size,
        };
        Ok(())
    }

    fn note_failure(&self, batch: &mut Batch, stream: &LogStream, progress: &Progress, now: Timestamp) {
        let [chance] = self.app.entropy().bytes::<1>();
        let retry_at = now.after(wait_after(progress.failures.saturating_add(1), chance));
        let is_over = progress.failing_since.is_some_and(|since| is_given_up(since, now));
        let status = if is_over { StreamStatus::Suspended } else { StreamStatus::Active };
        if is_over {
            tracing::warn!(stream = %stream.id, "a log stream is suspended: its receiver took nothing for a week");
        }
        delivery::failed(batch, self.held(stream), now, retry_at, status);
    }

    fn held<'a>(&'a self, stream: &LogStream) -> Held<'a> {
        Held { stream: &self.key.1, holder: &self.holder, version: stream.version }
    }

    fn attempt(&self, events: usize, outcome: Outcome, sent: &Sent, now: Timestamp) -> Attempt {
        Attempt {
            id: self.app.next_log_id(now),
            at: now,
            events: u32::try_from(events).unwrap_or(u32::MAX),
            outcome,
            status: sent.status,
            said: sent.said.clone(),
        }
    }
}

/// Whether an event that is refused by itself is set aside: after some tries, and unless the receiver has
/// refused one event after the other, which is no event's fault.
fn is_the_events_fault(progress: &Progress) -> bool {
    progress.failures + 1 >= TRIES && progress.aside_in_a_row < ASIDE_IN_A_ROW
}

fn letter(last: &Placed, records: &[Record], sent: &Sent, now: Timestamp) -> Letter {
    Letter {
        event: last.event.id.clone(),
        at: now,
        status: sent.status,
        said: sent.said.clone(),
        record: records.first().map(|record| record.object.clone()).unwrap_or_default(),
    }
}
