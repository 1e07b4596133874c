//! Events that a receiver would not take, set aside so that the others go on.

use doorward_model::ids::{LogId, StreamId};
use doorward_model::json::Object;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::to_json;
use crate::sql::value::args;

/// An event that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The event.
    pub event: LogId,
    /// When it was set aside.
    pub at: Timestamp,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// What the receiver said.
    pub said: String,
    /// The record as it was sent.
    pub record: Object,
}

/// Sets an event aside. One that is there already (an event that was counted further) is replaced.
pub fn insert(b: &mut Batch, stream: &StreamId, letter: &Letter) {
    const SQL: &str = "INSERT INTO log_stream_letters (tenant_id, stream_id, event_id, at, status, said, record) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, stream_id, event_id) \
         DO UPDATE SET at = excluded.at, status = excluded.status, said = excluded.said, record = excluded.record";
    let mut args = args![b.tenant().as_str(), stream.as_str(), letter.event.as_str(), letter.at];
    args.extend(args![letter.status.map(i64::from), letter.said.as_str(), to_json(&letter.record)]);
    b.push(SQL, args, Expect::Any);
}

/// The oldest events that were set aside, those after `after` if one is named.
///
/// # Errors
/// Any failure of the store.
pub async fn list(
    t: &Scope<'_>,
    stream: &StreamId,
    after: Option<&LogId>,
    limit: u32,
) -> Result<Vec<Letter>, StoreError> {
    const SQL: &str = "SELECT event_id, at, status, said, record FROM log_stream_letters \
         WHERE tenant_id = $1 AND stream_id = $2 AND event_id > $3 ORDER BY event_id LIMIT $4";
    let after = after.map_or("", LogId::as_str);
    let rows = t.query(SQL, args![t.id(), stream.as_str(), after, limit]).await?;
    rows.into_iter()
        .map(|row| {
            let mut r = row.read("log_stream_letters");
            Ok(Letter {
                event: r.id("event_id", LogId::parse)?,
                at: r.time("at")?,
                status: r.int_or_none("status")?.and_then(|status| u16::try_from(status).ok()),
                said: r.text("said")?,
                record: r.json("record")?,
            })
        })
        .collect()
}

/// How many events were set aside.
///
/// # Errors
/// Any failure of the store.
pub async fn count(t: &Scope<'_>, stream: &StreamId) -> Result<i64, StoreError> {
    const SQL: &str =
        "SELECT COUNT(event_id) FROM log_stream_letters WHERE tenant_id = $1 AND stream_id = $2";
    let row = t.first(SQL, args![t.id(), stream.as_str()]).await?;
    row.map_or(Ok(0), |row| row.read("log_stream_letters").int("count"))
}

/// Forgets an event that was set aside, and may be gone already.
pub fn delete(b: &mut Batch, stream: &StreamId, event: &LogId) {
    const SQL: &str =
        "DELETE FROM log_stream_letters WHERE tenant_id = $1 AND stream_id = $2 AND event_id = $3";
    b.push(SQL, args![b.tenant().as_str(), stream.as_str(), event.as_str()], Expect::Any);
}
