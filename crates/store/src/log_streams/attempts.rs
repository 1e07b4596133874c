//! The last tries of a stream, for who looks after it.

use doorward_model::ids::{LogId, StreamId};
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// How many are kept.
pub const KEPT: u32 = 50;

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id; ids grow.
    pub id: LogId,
    /// When it ended.
    pub at: Timestamp,
    /// How many events were sent.
    pub events: u32,
    /// What came of it, in a word.
    pub outcome: Outcome,
    /// The status of the answer; none when there was no answer.
    pub status: Option<u16>,
    /// What the receiver said, or why it could not be asked.
    pub said: String,
}

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took the events.
    Taken,
    /// The receiver would not take these events.
    Refused,
    /// It will be tried again.
    Failed,
    /// The event was set aside.
    Aside,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 4] = [Outcome::Taken, Outcome::Refused, Outcome::Failed, Outcome::Aside];

    /// The word, as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Taken => "taken",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
            Outcome::Aside => "aside",
        }
    }

    /// Its place in [`Outcome::ALL`].
    pub(crate) const fn place(self) -> usize {
        match self {
            Outcome::Taken => 0,
            Outcome::Refused => 1,
            Outcome::Failed => 2,
            Outcome::Aside => 3,
        }
    }
}

/// Adds a try and forgets all but the last [`KEPT`].
pub fn insert(b: &mut Batch, stream: &StreamId, attempt: &Attempt) {
    const ADD: &str = "INSERT INTO log_stream_attempts (tenant_id, stream_id, id, at, events, outcome, status, \
         said) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const FORGET: &str = "DELETE FROM log_stream_attempts WHERE tenant_id = $1 AND stream_id = $2 AND id NOT IN \
         (SELECT id FROM log_stream_attempts WHERE tenant_id = $1 AND stream_id = $2 ORDER BY id DESC LIMIT $3)";
    let mut args = args![b.tenant().as_str(), stream.as_str(), attempt.id.as_str(), attempt.at];
    let status = attempt.status.map(i64::from);
    args.extend(args![attempt.events, attempt.outcome.as_str(), status, attempt.said.as_str()]);
    b.push(ADD, args, Expect::Any);
    b.push(FORGET, args![b.tenant().as_str(), stream.as_str(), KEPT], Expect::Any);
}

/// The last tries, newest first.
///
/// # Errors
/// Any failure of the store.
pub async fn list(t: &Scope<'_>, stream: &StreamId, limit: u32) -> Result<Vec<Attempt>, StoreError> {
    const SQL: &str = "SELECT id, at, events, outcome, status, said FROM log_stream_attempts \
         WHERE tenant_id = $1 AND stream_id = $2 ORDER BY id DESC LIMIT $3";
    let rows = t.query(SQL, args![t.id(), stream.as_str(), limit]).await?;
    rows.into_iter()
        .map(|row| {
            let mut r = row.read("log_stream_attempts");
            let id = r.id("id", LogId::parse)?;
            let at = r.time("at")?;
            let events = u32::try_from(r.int("events")?).map_err(|_| r.corrupt("events"))?;
            let word = r.text("outcome")?;
            let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word);
            Ok(Attempt {
                id,
                at,
                events,
                outcome: outcome.ok_or_else(|| r.corrupt("outcome"))?,
                status: r.int_or_none("status")?.and_then(|status| u16::try_from(status).ok()),
                said: r.text("said")?,
            })
        })
        .collect()
}
