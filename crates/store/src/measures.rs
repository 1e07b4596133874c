//! What the store counts while it works: for operators, never for a decision.

use std::time::Duration;

use doorward_model::log::code::EventCode;
use doorward_model::measure::{Counter, Gauge, Histogram, Spread};
use doorward_model::stream::SinkKind;

use crate::log_streams::attempts::Outcome;

/// Bounds of a commit's time, in microseconds.
const COMMIT_BOUNDS: &[u64] =
    &[250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];
/// Bounds of the age of events that a receiver takes, in microseconds.
const DELAY_BOUNDS: &[u64] = &[
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    60_000_000,
    600_000_000,
    3_600_000_000,
    86_400_000_000,
];
/// Bounds of the number of batches in one transaction.
const GROUP_BOUNDS: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256];

/// The numbers of one open database, since it was opened.
#[derive(Debug)]
pub struct Measures {
    /// How long batches took to be committed, waiting included; in microseconds.
    pub commits: Histogram,
    /// Batches that were not committed, expectations that were not met included.
    pub undone: Counter,
    /// Batches in each transaction of the one writer. With PostgreSQL nothing is grouped here.
    pub groups: Histogram,
    /// Batches that wait for the one writer, or for a connection to PostgreSQL.
    pub waiting: Gauge,
    /// Batches that were turned away because too many wait.
    pub turned_away: Counter,
    /// Events that counted onto an earlier one.
    pub folded: Counter,
    events: Vec<Counter>,
    streams: [OfStreams; SinkKind::ALL.len()],
}

/// What came of the requests of all streams of one kind of receiver.
#[derive(Debug)]
struct OfStreams {
    requests: [Counter; Outcome::ALL.len()],
    events: [Counter; Outcome::ALL.len()],
    delays: Histogram,
}

impl Default for OfStreams {
    fn default() -> Self {
        Self {
            requests: Default::default(),
            events: Default::default(),
            delays: Histogram::new(DELAY_BOUNDS),
        }
    }
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            commits: Histogram::new(COMMIT_BOUNDS),
            undone: Counter::default(),
            groups: Histogram::new(GROUP_BOUNDS),
            waiting: Gauge::default(),
            turned_away: Counter::default(),
            folded: Counter::default(),
            events: EventCode::ALL.iter().map(|_| Counter::default()).collect(),
            streams: Default::default(),
        }
    }
}

impl Measures {
    /// How many events of that kind were committed, repeats included.
    #[must_use]
    pub fn events(&self, code: EventCode) -> u64 {
        self.events.get(code.place()).map_or(0, Counter::get)
    }

    /// Notes what came of a request to a receiver of that kind with so many events.
    pub fn note_sent(&self, kind: SinkKind, outcome: Outcome, events: u32) {
        let (of_kind, place) = (self.of_streams(kind), outcome.place());
        if let (Some(requests), Some(sent)) = (of_kind.requests.get(place), of_kind.events.get(place)) {
            requests.add_one();
            sent.add(events.into());
        }
    }

    /// Notes how old the newest of some events was when it was taken, in milliseconds.
    pub fn note_delay(&self, kind: SinkKind, millis: i64) {
        let micros = u64::try_from(millis).unwrap_or(0).saturating_mul(1000);
        self.of_streams(kind).delays.observe(micros);
    }

    /// How many requests to receivers of that kind ended like that, and how many events were in them.
    #[must_use]
    pub fn sent(&self, kind: SinkKind, outcome: Outcome) -> (u64, u64) {
        let (of_kind, place) = (self.of_streams(kind), outcome.place());
        let number = |counters: &[Counter]| counters.get(place).map_or(0, Counter::get);
        (number(&of_kind.requests), number(&of_kind.events))
    }

    /// How old events were when receivers of that kind took them, in microseconds.
    #[must_use]
    pub fn delays(&self, kind: SinkKind) -> Spread {
        self.of_streams(kind).delays.spread()
    }

    fn of_streams(&self, kind: SinkKind) -> &OfStreams {
        let [splunk, sumo, loggly, http, file] = &self.streams;
        match kind {
            SinkKind::Splunk => splunk,
            SinkKind::Sumo => sumo,
            SinkKind::Loggly => loggly,
            SinkKind::Http => http,
            SinkKind::File => file,
        }
    }

    pub(crate) fn note_event(&self, code: EventCode, has_folded: bool) {
        if let Some(count) = self.events.get(code.place()) {
            count.add_one();
        }
        if has_folded {
            self.folded.add_one();
        }
    }

    pub(crate) fn note_commit(&self, took: Duration, is_done: bool) {
        if is_done {
            self.commits.observe(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        } else {
            self.undone.add_one();
        }
    }
}
