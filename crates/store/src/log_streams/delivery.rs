//! Leases and progress: what whoever delivers a stream writes.
//!
//! Every text names the holder and the version that was read, so that a node that slept through the loss
//! of its lease, or an admin's change, moves nothing. What is lost of it in a power cut is delivered once
//! more. Times that are compared are the node's own; between nodes only the beat counts.

use doorward_model::ids::{LogId, StreamId};
use doorward_model::stream::{Checkpoint, StreamStatus};
use doorward_model::time::Timestamp;

use crate::global::leases::Lease;
use crate::sql::batch::{Batch, Expect};
use crate::sql::value::args;

/// The label of the failure when the stream belongs to somebody else, or was changed.
pub const LOST: &str = "the stream is still held as it was read";

/// A stream in the hands of whoever delivers it.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// The stream.
    pub stream: &'a StreamId,
    /// Who delivers it.
    pub holder: &'a str,
    /// The version that was read.
    pub version: i64,
}

/// What a receiver took.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// How many events.
    pub events: u32,
    /// When.
    pub at: Timestamp,
    /// How old the newest of them was, in milliseconds.
    pub delay: i64,
}

/// Takes a stream over from whom `lease` names, if their beat has not changed. Fails as [`LOST`].
pub fn acquire(b: &mut Batch, lease: &Lease, holder: &str) {
    const SQL: &str = "UPDATE log_streams SET holder = $3, beat = beat + 1 WHERE tenant_id = $1 AND id = $2 \
         AND status = 'active' AND holder = $4 AND beat = $5";
    let args = args![b.tenant().as_str(), lease.stream.as_str(), holder, lease.holder.as_str(), lease.beat];
    b.push(SQL, args, Expect::Rows(1, LOST));
}

/// Says that the holder lives. Fails as [`LOST`].
pub fn beat(b: &mut Batch, stream: &StreamId, holder: &str) {
    const SQL: &str =
        "UPDATE log_streams SET beat = beat + 1 WHERE tenant_id = $1 AND id = $2 AND holder = $3";
    b.push(SQL, args![b.tenant().as_str(), stream.as_str(), holder], Expect::Rows(1, LOST));
}

/// Lets go of a stream, which may be gone.
pub fn release(b: &mut Batch, stream: &StreamId, holder: &str) {
    const SQL: &str = "UPDATE log_streams SET holder = '', beat = beat + 1 WHERE tenant_id = $1 AND id = $2 \
         AND holder = $3";
    b.push(SQL, args![b.tenant().as_str(), stream.as_str(), holder], Expect::Any);
}

/// Moves the checkpoint over events that the stream does not take. Fails as [`LOST`].
pub fn pass_over(b: &mut Batch, held: Held<'_>, to: &Checkpoint) {
    const SQL: &str = "UPDATE log_streams SET position = $5, event_id = $6 WHERE tenant_id = $1 AND id = $2 \
         AND holder = $3 AND version = $4";
    let mut args = args![b.tenant().as_str(), held.stream.as_str(), held.holder, held.version];
    args.extend(args![to.position, event(to)]);
    b.push(SQL, args, Expect::Rows(1, LOST));
}

/// Moves the checkpoint after a receiver took events. Fails as [`LOST`].
pub fn taken(b: &mut Batch, held: Held<'_>, to: &Checkpoint, taken: Taken) {
    const SQL: &str = "UPDATE log_streams SET position = $5, event_id = $6, failing_since = NULL, \
         failures = 0, aside_in_a_row = 0, retry_at = 0, delivered_at = $7, delay = $8, sent_day = $9, \
         sent_today = CASE WHEN sent_day = $9 THEN sent_today ELSE 0 END + $10 \
         WHERE tenant_id = $1 AND id = $2 AND holder = $3 AND version = $4";
    let mut args = args![b.tenant().as_str(), held.stream.as_str(), held.holder, held.version];
    args.extend(args![to.position, event(to), taken.at, taken.delay, day(taken.at), taken.events]);
    b.push(SQL, args, Expect::Rows(1, LOST));
}

/// Moves the checkpoint over an event that is set aside. Fails as [`LOST`].
pub fn set_aside(b: &mut Batch, held: Held<'_>, to: &Checkpoint) {
    const SQL: &str = "UPDATE log_streams SET position = $5, event_id = $6, failing_since = NULL, \
         failures = 0, aside_in_a_row = aside_in_a_row + 1, retry_at = 0 \
         WHERE tenant_id = $1 AND id = $2 AND holder = $3 AND version = $4";
    let mut args = args![b.tenant().as_str(), held.stream.as_str(), held.holder, held.version];
    args.extend(args![to.position, event(to)]);
    b.push(SQL, args, Expect::Rows(1, LOST));
}

/// Notes a failure at `at`: it is tried again at `retry_at`, or not any more. Fails as [`LOST`].
pub fn failed(b: &mut Batch, held: Held<'_>, at: Timestamp, retry_at: Timestamp, status: StreamStatus) {
    const SQL: &str = "UPDATE log_streams SET failing_since = COALESCE(failing_since, $5), \
         failures = failures + 1, retry_at = $6, status = $7 \
         WHERE tenant_id = $1 AND id = $2 AND holder = $3 AND version = $4";
    let mut args = args![b.tenant().as_str(), held.stream.as_str(), held.holder, held.version];
    args.extend(args![at, retry_at, status.as_str()]);
    b.push(SQL, args, Expect::Rows(1, LOST));
}

/// The number of a day since 1970, in UTC.
#[must_use]
pub fn day(at: Timestamp) -> i64 {
    at.seconds().div_euclid(86_400)
}

fn event(to: &Checkpoint) -> &str {
    to.event.as_ref().map_or("", LogId::as_str)
}
