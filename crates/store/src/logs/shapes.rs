//! The shapes of events: what they have in common with many others, kept once beside them.
//!
//! A shape is code, description, client, connection and host. There are few of them, so that whatever is
//! asked of these fields (also patterns, negations, and what never came together) is answered from a few
//! rows, and the events of each are an index walk. The row of a shape is written with the first event of a
//! day, in the same batch and after everything else in it.

use doorward_model::ids::{ClientId, ConnectionId};
use doorward_model::log::event::Event;
use doorward_model::time::{Lifetime, Timestamp};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::search::Condition;
use crate::sql::shapes::{Known, Shape};
use crate::sql::value::args;

/// The number of events that have no shape of their own.
pub(super) const NONE: i64 = 0;
/// A number that no event has.
pub(super) const NOBODY: i64 = -1;
/// The most shapes that a search goes through one by one.
pub(super) const MOST: u32 = 1000;

const DAY: i64 = 86_400_000;

/// The number of the event's shape; pushes the row of the shape where that is not there yet.
pub(super) fn of(b: &mut Batch, event: &Event) -> i64 {
    let shape =
        Shape { number: number(b.tenant().as_str(), event), day: event.at.millis().div_euclid(DAY) * DAY };
    match b.shape(shape) {
        Known::Already => shape.number,
        Known::TooMany => NONE,
        Known::New => {
            write(b, event, shape);
            shape.number
        }
    }
}

fn write(b: &mut Batch, event: &Event, shape: Shape) {
    const SQL: &str = "INSERT INTO log_shapes (tenant_id, shape, code, description, client_id, client_name, \
         connection_id, connection_name, strategy, strategy_type, hostname, seen_on) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (tenant_id, shape) DO UPDATE SET seen_on = excluded.seen_on \
         WHERE log_shapes.seen_on < excluded.seen_on";
    let args = args![
        b.tenant().as_str(),
        shape.number,
        event.code.as_str(),
        event.description.as_str(),
        event.client.as_ref().map(ClientId::as_str),
        event.client_name.as_deref(),
        event.connection.as_ref().map(ConnectionId::as_str),
        event.connection_name.as_deref(),
        event.strategy.as_deref(),
        event.strategy_type.as_deref(),
        event.hostname.as_deref(),
        shape.day,
    ];
    b.writes_shape(shape, SQL, args);
}

/// FNV-1a of the parts, each with its length. Two shapes with one number would only be found together
/// where their events are not looked at; with a million shapes the chance is one in ten million.
fn number(tenant: &str, event: &Event) -> i64 {
    let parts = [
        Some(tenant),
        Some(event.code.as_str()),
        Some(event.description.as_str()),
        event.client.as_ref().map(ClientId::as_str),
        event.client_name.as_deref(),
        event.connection.as_ref().map(ConnectionId::as_str),
        event.connection_name.as_deref(),
        event.strategy.as_deref(),
        event.strategy_type.as_deref(),
        event.hostname.as_deref(),
    ];
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        let length = part.map_or(u64::MAX, |part| part.len() as u64);
        for byte in length.to_be_bytes().iter().chain(part.unwrap_or_default().as_bytes()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    // Positive, and never one of the two that mean something.
    i64::try_from(hash >> 1).unwrap_or(i64::MAX).max(1)
}

/// The shapes that meet a condition of their columns, with [`NONE`] among them, whose events may meet it
/// as well; none when there are more than [`MOST`]. Those that were last seen before `since` are left out.
pub(super) async fn that_are(
    t: &Scope<'_>,
    condition: &Condition,
    since: Option<Timestamp>,
) -> Result<Option<Vec<i64>>, StoreError> {
    let mut list = List::new("SELECT shape FROM log_shapes WHERE tenant_id = $1", args![t.id()]);
    list.and(&condition.text, condition.values.clone());
    if let Some(since) = since {
        list.and("seen_on >= ?", args![since.before(Lifetime::from_seconds(2 * 86_400))]);
    }
    list.order("ORDER BY shape");
    list.page(0, MOST + 1);
    let rows = t.list(list).await?;
    if rows.len() > MOST as usize {
        return Ok(None);
    }
    let mut found = vec![NONE];
    for row in rows {
        found.push(row.read("log_shapes").int("shape")?);
    }
    Ok(Some(found))
}

pub(super) async fn forget(t: &Scope<'_>, date: Timestamp) -> Result<u64, StoreError> {
    // A shape says the day of its latest event, and nodes may not agree about the day.
    const SQL: &str = "DELETE FROM log_shapes WHERE tenant_id = $1 AND seen_on < $2";
    let mut batch = t.batch();
    let ticket = batch.push(SQL, args![t.id(), date.before(Lifetime::from_seconds(2 * 86_400))], Expect::Any);
    Ok(batch.commit().await?.affected(ticket))
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_model::ids::LogId;
    use doorward_model::log::code::EventCode;

    #[test]
    fn a_number_tells_parts_apart_and_not_events() {
        let at = Timestamp::from_seconds(1);
        let event = |id: &str| Event::new(LogId::parse(id).unwrap(), at, EventCode::Login, "Logged in");
        let with = |client: Option<&str>, connection: Option<&str>| Event {
            client_name: client.map(str::to_owned),
            connection_name: connection.map(str::to_owned),
            ..event("1")
        };
        assert_eq!(number("acme", &event("1")), number("acme", &event("2")));
        let all = [
            number("acme", &event("1")),
            number("acm", &event("1")),
            number("acme", &with(Some("a"), None)),
            number("acme", &with(None, Some("a"))),
            number("acme", &with(Some(""), None)),
            number("acme", &with(Some("ab"), Some("c"))),
            number("acme", &with(Some("a"), Some("bc"))),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(*one > 0 && !all[..at].contains(one), "{at}");
        }
    }
}
