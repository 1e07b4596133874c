//! One turn of a delivery: read what comes next, send it, move the checkpoint.
//!
//! The checkpoint moves only after the receiver took what is before it, and only while the stream is held
//! as it was read. What the receiver refuses for what it is (400, 413, 422) is sent in halves until the one
//! event is found, which is set aside; everything else is tried again for as long as it takes. What came of a
//! request is kept until it is written down, and nothing more is sent before: while the database takes nothing,
//! a receiver does not get the same events again and again.

use doorward_model::ids::{LogId, StreamId, TenantId};
use doorward_model::stream::verdict::{ASIDE_IN_A_ROW, TRIES, is_due, is_given_up, wait_after};
use doorward_model::stream::{Checkpoint, LogStream, MAX_BATCH, StreamStatus};
use doorward_model::time::{Lifetime, Timestamp};
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
    /// The event that was refused by itself, and how often: other failures are no fault of its.
    refused: Option<(LogId, u32)>,
    /// What came of the last request, until it is written down.
    unwritten: Option<Noted>,
}

/// What came of a request to a stream of that version.
struct Noted {
    version: i64,
    step: Step,
    attempt: Attempt,
}

enum Step {
    /// The checkpoint moves.
    Taken(Checkpoint, Taken),
    /// The checkpoint moves, and an event is set aside.
    Aside(Checkpoint, Letter),
    /// The same events are sent in parts, at once.
    InParts,
    /// The same events are sent again later, if at all.
    Failed { at: Timestamp, retry_at: Timestamp, status: StreamStatus },
}

/// What a turn sends: records, the event after the last of which the checkpoint stands.
struct Batched {
    records: Vec<Record>,
    last: Placed,
}

impl Delivery {
    pub(super) fn new(app: App, key: (TenantId, StreamId), holder: String) -> Self {
        let (sender, size) = (Sender::default(), MAX_BATCH as usize);
        Self { app, key, holder, sender, size, refused: None, unwritten: None }
    }

    pub(super) async fn turn(&mut self) -> Result<Turn, Fault> {
        self.write_down().await?;
        let scope = self.app.db().tenant(&self.key.0);
        let Some((stored, progress)) = log_streams::get(&scope, &self.key.1).await? else {
            return Ok(Turn::Over);
        };
        if progress.holder != self.holder || stored.status != StreamStatus::Active {
            return Ok(Turn::Over);
        }
        if !is_due(progress.retry_at, self.app.now()) {
            return Ok(Turn::Idle);
        }
        let page = outbox::after(&scope, &progress.checkpoint, MAX_BATCH).await?;
        let Some(last) = page.last() else { return Ok(Turn::Idle) };
        let stream = opened(&self.app, &self.key.0, stored)?;
        let end = last.checkpoint();
        if let Some(batched) = self.batched(&stream, &progress, page) {
            let noted = self.deliver(&stream, &progress, batched).await;
            self.unwritten = Some(noted);
            self.write_down().await?;
            return Ok(Turn::More);
        }
        let mut batch = scope.batch();
        delivery::pass_over(&mut batch, self.held(stream.version), &end);
        match batch.commit_ahead().await {
            // An admin changed it, or another node took it: the next turn reads which.
            Ok(_) | Err(StoreError::Unmet { .. }) => Ok(Turn::More),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes down what came of the last request, if that is still to be done.
    async fn write_down(&mut self) -> Result<(), StoreError> {
        let Some(noted) = &self.unwritten else { return Ok(()) };
        let mut batch = self.app.db().tenant(&self.key.0).batch();
        noted.push(&mut batch, self.held(noted.version));
        // What is set aside is behind the checkpoint and nowhere else. The rest can be delivered once more.
        let must_wait = matches!(noted.step, Step::Aside(..));
        let written = if must_wait { batch.commit().await } else { batch.commit_ahead().await };
        match written {
            // An admin changed it, or another node took it. Or it was written before the connection was lost.
            Ok(_) | Err(StoreError::Unmet { .. } | StoreError::Conflict { .. }) => {
                self.unwritten = None;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// As many of the events that the stream takes as go into one request; none when it takes none.
    fn batched(&self, stream: &LogStream, progress: &Progress, page: Vec<Placed>) -> Option<Batched> {
        let settings = &stream.settings;
        let most = self.size.min(settings.most_at_once() as usize);
        let wanted = |placed: &Placed| takes(settings, progress.floor_at, &placed.event);
        let mut taken: Vec<Placed> = page.into_iter().filter(wanted).take(most).collect();
        let mut records: Vec<Record> =
            taken.iter().map(|placed| Record::of(&placed.event, settings)).collect();
        if records.is_empty() {
            return None;
        }
        let count = fitting(&settings.sink, &records, most);
        records.truncate(count);
        taken.truncate(count);
        Some(Batched { records, last: taken.pop()? })
    }

    async fn deliver(&mut self, stream: &LogStream, progress: &Progress, batched: Batched) -> Noted {
        let Batched { records, last } = batched;
        let sink = &stream.settings.sink;
        let sent = self.sender.send(&self.app, &self.key.0, sink, &records).await;
        let now = self.app.now();
        let events = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let (step, outcome) = match sent.outcome {
            Outcome::Taken => {
                let delay = now.millis().saturating_sub(last.event.at.millis()).max(0);
                let taken = Taken { events, at: now, delay };
                (Step::Taken(last.checkpoint(), taken), Outcome::Taken)
            }
            Outcome::Refused if records.len() > 1 => (Step::InParts, Outcome::Refused),
            Outcome::Refused if self.is_the_events_fault(&last.event.id, progress) => {
                let letter = letter(&last, &records, &sent, now);
                (Step::Aside(last.checkpoint(), letter), Outcome::Aside)
            }
            outcome => (self.failed(stream, progress, now, sent.wait), outcome),
        };
        let measures = self.app.db().measures();
        measures.note_sent(sink.kind(), outcome, events);
        if let Step::Taken(_, taken) = &step {
            measures.note_delay(sink.kind(), taken.delay);
        }
        match outcome {
            Outcome::Taken => self.size = (self.size * 2).min(MAX_BATCH as usize),
            Outcome::Refused => self.size = (records.len() / 2).max(1),
            Outcome::Failed | Outcome::Aside => {}
        }
        Noted { version: stream.version, step, attempt: self.attempt(events, outcome, &sent, now) }
    }

    /// Whether an event that is refused by itself is set aside: after some tries, and unless the receiver has
    /// refused one event after the other, which is no event's fault.
    fn is_the_events_fault(&mut self, event: &LogId, progress: &Progress) -> bool {
        let before = self.refused.take().filter(|(refused, _)| refused == event);
        let times = before.map_or(0, |(_, times)| times).saturating_add(1);
        self.refused = Some((event.clone(), times));
        times >= TRIES && progress.aside_in_a_row < ASIDE_IN_A_ROW
    }

    fn failed(
        &self,
        stream: &LogStream,
        progress: &Progress,
        at: Timestamp,
        asked: Option<Lifetime>,
    ) -> Step {
        let [chance] = self.app.entropy().bytes::<1>();
        let wait = wait_after(progress.failures.saturating_add(1), chance);
        let retry_at = at.after(asked.map_or(wait, |asked| asked.max(wait)));
        let is_over = progress.failing_since.is_some_and(|since| is_given_up(since, at));
        let status = if is_over { StreamStatus::Suspended } else { StreamStatus::Active };
        if is_over {
            tracing::warn!(stream = %stream.id, "a log stream is suspended: its receiver took nothing for a week");
        }
        Step::Failed { at, retry_at, status }
    }

    fn held(&self, version: i64) -> Held<'_> {
        Held { stream: &self.key.1, holder: &self.holder, version }
    }

    fn attempt(&self, events: u32, outcome: Outcome, sent: &Sent, now: Timestamp) -> Attempt {
        Attempt {
            id: self.app.next_log_id(now),
            at: now,
            events,
            outcome,
            status: sent.status,
            said: sent.said.clone(),
        }
    }
}

impl Noted {
    fn push(&self, batch: &mut Batch, held: Held<'_>) {
        match &self.step {
            Step::Taken(to, taken) => delivery::taken(batch, held, to, *taken),
            Step::Aside(to, letter) => {
                letters::insert(batch, held.stream, letter);
                delivery::set_aside(batch, held, to);
            }
            Step::InParts => {}
            Step::Failed { at, retry_at, status } => delivery::failed(batch, held, *at, *retry_at, *status),
        }
        attempts::insert(batch, held.stream, &self.attempt);
    }
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
