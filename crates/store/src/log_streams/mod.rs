//! Log streams: what admins chose, and how it goes.
//!
//! Secrets arrive sealed. A change by an admin raises the version, and whoever delivers writes only under
//! the version that was read (`delivery`), so that neither overwrites the other. None of it is kept in
//! memory, so no write moves the tenant's version.

pub mod attempts;
pub mod delivery;
pub mod letters;
pub mod outbox;

use doorward_model::ids::{LogId, StreamId};
use doorward_model::json::Object;
use doorward_model::secret::SealedSecret;
use doorward_model::stream::{Category, Checkpoint, PiiConfig, SinkKind, StreamStatus};
use doorward_model::time::Timestamp;
use serde_json::Value as Json;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::{Row, to_json};
use crate::sql::value::{Value, args};
use crate::tenants::hold;

/// The label of the failure when somebody else changed or deleted the stream meanwhile.
pub const STALE: &str = "the stream is unchanged since it was read";

/// The label of the failure when a tenant has as many streams as it may.
pub const FULL: &str = "the tenant has room for another stream";

/// A stream as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredStream {
    /// The id.
    pub id: StreamId,
    /// Its name.
    pub name: String,
    /// What kind of receiver it has.
    pub kind: SinkKind,
    /// Whether it delivers.
    pub status: StreamStatus,
    /// The receiver, its secrets empty.
    pub sink: Object,
    /// The secrets, an object of them sealed.
    pub secrets: SealedSecret,
    /// Which events it takes; empty means all.
    pub categories: Vec<Category>,
    /// The original's mark.
    pub is_priority: bool,
    /// What of a person is covered.
    pub pii: Option<PiiConfig>,
    /// From when on, as it was asked for.
    pub start_from: Option<Timestamp>,
    /// How many events go into one request at most; none said, as many as ever do.
    pub batch: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// One more with each change.
    pub version: i64,
}

/// How a stream goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The last event that is behind it.
    pub checkpoint: Checkpoint,
    /// Events before this time are passed over.
    pub floor_at: Option<Timestamp>,
    /// Who delivers it; empty when nobody does.
    pub holder: String,
    /// Since when its receiver takes nothing.
    pub failing_since: Option<Timestamp>,
    /// How often it was tried since.
    pub failures: u32,
    /// How many events were set aside one after the other.
    pub aside_in_a_row: u32,
    /// Before this time it is not tried again.
    pub retry_at: Timestamp,
    /// When the receiver took something last.
    pub delivered_at: Option<Timestamp>,
    /// How old the newest of these events was then, in milliseconds.
    pub delay: Option<i64>,
    /// The day of `sent_today`, in days since 1970.
    pub sent_day: i64,
    /// How many events were taken on that day.
    pub sent_today: i64,
}

fn both(row: Row) -> Result<(StoredStream, Progress), StoreError> {
    let mut r = row.read("log_streams");
    let stream = StoredStream {
        id: r.id("id", StreamId::parse)?,
        name: r.text("name")?,
        kind: SinkKind::parse(&r.text("type")?).ok_or_else(|| r.corrupt("type"))?,
        status: StreamStatus::parse(&r.text("status")?).ok_or_else(|| r.corrupt("status"))?,
        sink: r.json("sink")?,
        secrets: SealedSecret::from_ciphertext(r.text("secrets")?),
        categories: r
            .words("filters")?
            .iter()
            .map(|word| Category::parse(word).ok_or_else(|| r.corrupt("filters")))
            .collect::<Result<_, _>>()?,
        is_priority: r.bool("is_priority")?,
        pii: match r.text_or_none("pii_config")? {
            None => None,
            Some(text) => {
                let value: Option<Json> = serde_json::from_str(&text).ok();
                let config = value.and_then(|value| PiiConfig::from_json(&value).ok());
                Some(config.ok_or_else(|| r.corrupt("pii_config"))?)
            }
        },
        start_from: r.time_or_none("start_from")?,
        batch: r.int_or_none("batch_size")?.map(count),
        created_at: r.time("created_at")?,
        version: r.int("version")?,
    };
    let position = r.int("position")?;
    let event = Some(r.text("event_id")?).filter(|id| !id.is_empty());
    let event = event.map(|id| LogId::parse(&id)).transpose().map_err(|_| r.corrupt("event_id"))?;
    let progress = Progress {
        checkpoint: Checkpoint { position, event },
        floor_at: r.time_or_none("floor_at")?,
        holder: r.text("holder")?,
        failing_since: r.time_or_none("failing_since")?,
        failures: count(r.int("failures")?),
        aside_in_a_row: count(r.int("aside_in_a_row")?),
        retry_at: r.time("retry_at")?,
        delivered_at: r.time_or_none("delivered_at")?,
        delay: r.int_or_none("delay")?,
        sent_day: r.int("sent_day")?,
        sent_today: r.int("sent_today")?,
    };
    Ok((stream, progress))
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// All streams, from oldest to newest, and how each goes.
///
/// # Errors
/// Any failure of the store.
pub async fn list(t: &Scope<'_>) -> Result<Vec<(StoredStream, Progress)>, StoreError> {
    const SQL: &str = "SELECT id, name, type, status, sink, secrets, filters, is_priority, pii_config, \
         start_from, batch_size, created_at, version, position, event_id, floor_at, holder, failing_since, failures, \
         aside_in_a_row, retry_at, delivered_at, delay, sent_day, sent_today \
         FROM log_streams WHERE tenant_id = $1 ORDER BY created_at, id";
    t.query(SQL, args![t.id()]).await?.into_iter().map(both).collect()
}

/// The stream of that id, and how it goes.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &StreamId) -> Result<Option<(StoredStream, Progress)>, StoreError> {
    const SQL: &str = "SELECT id, name, type, status, sink, secrets, filters, is_priority, pii_config, \
         start_from, batch_size, created_at, version, position, event_id, floor_at, holder, failing_since, failures, \
         aside_in_a_row, retry_at, delivered_at, delay, sent_day, sent_today \
         FROM log_streams WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(both).transpose()
}

/// What [`insert`] and [`update`] bind in common, from `$2` on.
fn arguments(b: &Batch, stream: &StoredStream) -> Vec<Value> {
    let words: Vec<&str> = stream.categories.iter().map(|category| category.as_str()).collect();
    args![
        b.tenant().as_str(),
        stream.id.as_str(),
        stream.name.as_str(),
        stream.status.as_str(),
        to_json(&stream.sink),
        stream.secrets.as_str(),
        words.join(" "),
        stream.is_priority,
        stream.pii.as_ref().map(|config| to_json(&config.to_json())),
        stream.start_from,
        stream.batch.map(i64::from),
    ]
}

/// Adds a stream, if the tenant has fewer than `most`; else it fails as [`FULL`]. It begins at `start`, or with
/// the events that are committed after it. With a file that another stream has it is a conflict.
pub fn insert(b: &mut Batch, stream: &StoredStream, start: Option<&Checkpoint>, most: u32) {
    const SQL: &str = "INSERT INTO log_streams (tenant_id, id, name, status, sink, secrets, filters, \
         is_priority, pii_config, start_from, floor_at, batch_size, type, created_at, version, position, event_id) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BOOLEAN), CAST($9 AS TEXT), CAST($10 AS BIGINT), \
         CAST($10 AS BIGINT), CAST($11 AS BIGINT), CAST($12 AS TEXT), CAST($13 AS BIGINT), 1, \
         COALESCE(CAST($14 AS BIGINT), tip), COALESCE(CAST($15 AS TEXT), '~') FROM log_tips WHERE tenant_id = $1 \
         AND (SELECT COUNT(id) FROM log_streams WHERE tenant_id = $1) < CAST($16 AS BIGINT)";
    // On PostgreSQL each of several at once would count without the others.
    hold(b);
    let mut args = arguments(b, stream);
    args.extend(args![stream.kind.as_str(), stream.created_at]);
    // Without a start, nothing of the tip's own position is wanted: `~` stands behind every id.
    let event = start.map(|start| start.event.as_ref().map_or("", LogId::as_str));
    args.extend(args![start.map(|start| start.position), event, most]);
    b.push(SQL, args, Expect::Rows(1, FULL));
}

/// Changes a stream that was read as its `version`, and lets it be tried again at once. Fails as
/// [`STALE`] when it is not that any more.
pub fn update(b: &mut Batch, stream: &StoredStream) {
    const SQL: &str = "UPDATE log_streams SET name = $3, status = $4, sink = $5, secrets = $6, filters = $7, \
         is_priority = $8, pii_config = $9, start_from = $10, batch_size = $11, version = version + 1, \
         failing_since = NULL, failures = 0, aside_in_a_row = 0, retry_at = 0 \
         WHERE tenant_id = $1 AND id = $2 AND version = $12";
    let mut args = arguments(b, stream);
    args.extend(args![stream.version]);
    b.push(SQL, args, Expect::Rows(1, STALE));
}

/// Puts a stream that was read as `version` to another place; events before
/// `floor_at` are passed over. Fails as [`STALE`].
pub fn replay(b: &mut Batch, id: &StreamId, version: i64, start: &Checkpoint, floor_at: Option<Timestamp>) {
    const SQL: &str = "UPDATE log_streams SET position = $4, event_id = $5, floor_at = $6, \
         version = version + 1, failing_since = NULL, failures = 0, aside_in_a_row = 0, retry_at = 0 \
         WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let event = start.event.as_ref().map_or("", LogId::as_str);
    let args = args![b.tenant().as_str(), id.as_str(), version, start.position, event, floor_at];
    b.push(SQL, args, Expect::Rows(1, STALE));
}

/// Lets a stream that waits be tried at once. Fails as [`STALE`] when it is gone.
pub fn hurry(b: &mut Batch, id: &StreamId) {
    const SQL: &str = "UPDATE log_streams SET retry_at = 0, failures = 0 WHERE tenant_id = $1 AND id = $2";
    b.push(SQL, args![b.tenant().as_str(), id.as_str()], Expect::Rows(1, STALE));
}

/// Deletes a stream with all that is kept about it. Fails as [`STALE`] when it is gone.
pub fn delete(b: &mut Batch, id: &StreamId) {
    const STREAM: &str = "DELETE FROM log_streams WHERE tenant_id = $1 AND id = $2";
    const ATTEMPTS: &str = "DELETE FROM log_stream_attempts WHERE tenant_id = $1 AND stream_id = $2";
    const LETTERS: &str = "DELETE FROM log_stream_letters WHERE tenant_id = $1 AND stream_id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(STREAM, args.clone(), Expect::Rows(1, STALE));
    b.push(ATTEMPTS, args.clone(), Expect::Any);
    b.push(LETTERS, args, Expect::Any);
}
