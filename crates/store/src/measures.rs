//! What the store counts while it works: for operators, never for a decision.

use std::time::Duration;

use doorward_model::log::code::EventCode;
use doorward_model::measure::{Counter, Gauge, Histogram};

/// Bounds of a commit's time, in microseconds.
const COMMIT_BOUNDS: &[u64] =
    &[250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];
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
        }
    }
}

impl Measures {
    /// How many events of that kind were committed, repeats included.
    #[must_use]
    pub fn events(&self, code: EventCode) -> u64 {
        self.events.get(code.place()).map_or(0, Counter::get)
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
