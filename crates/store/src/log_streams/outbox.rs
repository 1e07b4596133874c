//! The log in the order in which it was committed.
//!
//! Only events up to the tip are shown: nothing that is committed later can come to stand before it.

use doorward_model::ids::LogId;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::stream::Checkpoint;
use doorward_model::time::Timestamp;

use crate::logs;
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::Row;
use crate::sql::value::{Value, args};

/// An event and its place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The position.
    pub position: i64,
    /// The event.
    pub event: Event,
}

impl Placed {
    /// The checkpoint that has this event behind it.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { position: self.position, event: Some(self.event.id.clone()) }
    }
}

const AFTER: &str = "(position, id) > (?, ?) AND position <= (SELECT tip FROM log_tips WHERE tenant_id = $1)";

/// The events after a checkpoint, in order.
///
/// # Errors
/// Any failure of the store.
pub async fn after(t: &Scope<'_>, checkpoint: &Checkpoint, limit: u32) -> Result<Vec<Placed>, StoreError> {
    let mut list = List::new(&logs::LIST.replacen(" FROM logs", ", position FROM logs", 1), args![t.id()]);
    list.and(AFTER, values(checkpoint));
    list.order("ORDER BY position, id");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(placed).collect()
}

pub(crate) fn placed(row: Row) -> Result<Placed, StoreError> {
    // The last column, behind those of an event.
    let position = match row.values().last() {
        Some(Value::Int(position)) => *position,
        _ => return Err(row.read("logs").corrupt("position")),
    };
    Ok(Placed { position, event: logs::event(row)? })
}

/// How many events of these kinds (all, when none is named) are after a checkpoint, counted up to `most`.
///
/// # Errors
/// Any failure of the store.
pub async fn count_after(
    t: &Scope<'_>,
    checkpoint: &Checkpoint,
    codes: &[EventCode],
    most: u32,
) -> Result<i64, StoreError> {
    let select = "SELECT COUNT(waiting.id) FROM (SELECT id FROM logs WHERE tenant_id = $1";
    let mut list = List::new(select, args![t.id()]);
    list.and(AFTER, values(checkpoint));
    if !codes.is_empty() {
        list.and_in("code", codes.iter().map(|code| code.as_str().into()).collect());
    }
    list.bounded("waiting", most);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("logs").int("count"))
}

/// Whether an event is still kept that a checkpoint has behind it. The oldest go first, so nothing after the
/// checkpoint is gone then.
///
/// # Errors
/// Any failure of the store.
pub async fn is_any_behind(t: &Scope<'_>, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT id FROM logs WHERE tenant_id = $1 AND (position, id) <= ($2, $3) \
         LIMIT 1";
    let mut args = args![t.id()];
    args.extend(values(checkpoint));
    Ok(t.first(SQL, args).await?.is_some())
}

/// A checkpoint with every event before it that happened at `time` or later, whose id is `first` or more.
/// None when there is no such event yet.
///
/// # Errors
/// Any failure of the store.
pub async fn before_time(
    t: &Scope<'_>,
    time: Timestamp,
    first: &LogId,
) -> Result<Option<Checkpoint>, StoreError> {
    // Ids are in the order of time but for a moment, and positions but for the length of a transaction:
    // a thousand of the one hold the least of the other. A repeated event has moved on to a later time.
    const SQL: &str = "SELECT MIN(position) FROM (SELECT position FROM logs WHERE tenant_id = $1 AND id >= $2 \
         AND at >= $3 ORDER BY id LIMIT 1000) AS oldest";
    let row = t.first(SQL, args![t.id(), first.as_str(), time]).await?;
    let least = row.map_or(Ok(None), |row| row.read("logs").int_or_none("position"))?;
    Ok(least.map(|position| Checkpoint { position, event: None }))
}

fn values(checkpoint: &Checkpoint) -> Vec<Value> {
    args![checkpoint.position, checkpoint.event.as_ref().map_or("", LogId::as_str)]
}
