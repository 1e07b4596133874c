//! Log streams: events that are passed on to another house as they happen.
//!
//! Owns what a stream is, what its receiver must be told, which events it takes, what of a person is
//! covered in them, and what an answer of a receiver means. Sends nothing, and knows no clock.
//!
//! Source: the Management API's `/api/v2/log-streams`; the brief, "Extensions" (Splunk, Sumo Logic, Loggly).

pub mod category;
mod edit;
mod fields;
pub mod pii;
pub mod sink;
pub mod verdict;
mod xxhash;

use crate::ids::{LogId, StreamId};
use crate::time::Timestamp;

pub use category::Category;
pub use edit::StreamPatch;
pub use pii::PiiConfig;
pub use sink::{Sink, SinkKind};

/// The most events that leave in one request.
pub const MAX_BATCH: u32 = 500;
/// The most bytes that leave in one request, unless a single event is longer.
pub const MAX_BODY: usize = 1024 * 1024;

/// A log stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogStream {
    /// The id, `lst_…`.
    pub id: StreamId,
    /// What admins chose.
    pub settings: StreamSettings,
    /// Whether it delivers.
    pub status: StreamStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// One more with each change by an admin.
    pub version: i64,
}

/// What admins choose about a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSettings {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub sink: Sink,
    /// Which events it takes; empty means all.
    pub categories: Vec<Category>,
    /// A mark of the original's, kept and given back.
    pub is_priority: bool,
    /// What of a person is covered; none leaves everything as it is.
    pub pii: Option<PiiConfig>,
    /// Events before this time are left out; none begins with the events that follow its making.
    pub start_from: Option<Timestamp>,
    /// The most events in one request, from 1 to [`MAX_BATCH`], which is also what none means.
    pub batch: Option<u32>,
}

impl StreamSettings {
    /// The most events in one request.
    #[must_use]
    pub fn most_at_once(&self) -> u32 {
        self.batch.unwrap_or(MAX_BATCH).clamp(1, MAX_BATCH)
    }
}

/// Whether a stream delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamStatus {
    /// It delivers, or tries to.
    Active,
    /// An admin stopped it.
    Paused,
    /// It was stopped because its receiver took nothing for a week.
    Suspended,
}

impl StreamStatus {
    /// All of them.
    pub const ALL: [StreamStatus; 3] = [StreamStatus::Active, StreamStatus::Paused, StreamStatus::Suspended];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            StreamStatus::Active => "active",
            StreamStatus::Paused => "paused",
            StreamStatus::Suspended => "suspended",
        }
    }

    /// Reads the word.
    ///
    /// ```
    /// use doorward_model::stream::StreamStatus;
    /// assert_eq!(StreamStatus::parse("paused"), Some(StreamStatus::Paused));
    /// assert_eq!(StreamStatus::parse("off"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// How far a stream has come: the last event that is behind it. Events stand in the order in which they
/// were committed; those of one transaction in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checkpoint {
    /// The position of that event.
    pub position: i64,
    /// Its id; none before all events of the position.
    pub event: Option<LogId>,
}
