//! The log in the order of its commits, for those who copy it page by page and for those who read along.
//!
//! Ids are made before the commit, so a later commit may bring an earlier id; whoever reads on by id passes some
//! by. An event that counts repeats moves on in that order (decision 0019). Who copies sees it where it stood
//! first: there it was when they read on from it, and there it stays.

use doorward_model::ids::LogId;
use doorward_model::log::event::Event;
use doorward_model::stream::Checkpoint;

use super::{LIST, event};
use crate::log_streams::outbox::{Placed, placed};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::Row;
use crate::sql::value::args;

/// Spelled out: an index that covers some rows serves only a statement that says the same. Two walks, each as far
/// as the page goes: events that never moved, and those that did, where they stood first. One statement, so that
/// both see the same moment.
const PAGE: &str = "id IN (\
     SELECT id FROM (SELECT id FROM logs WHERE tenant_id = $1 AND first_position IS NULL \
     AND (position, id) > (?, ?) AND position <= (SELECT tip FROM log_tips WHERE tenant_id = $1) \
     AND (? = FALSE OR user_id <> '') ORDER BY position, id LIMIT ?) AS unmoved \
     UNION ALL \
     SELECT id FROM (SELECT id FROM logs WHERE tenant_id = $1 AND first_position IS NOT NULL \
     AND (first_position, id) > (?, ?) AND first_position <= (SELECT tip FROM log_tips WHERE tenant_id = $1) \
     AND (? = FALSE OR user_id <> '') ORDER BY first_position, id LIMIT ?) AS moved)";
const IN_PLACE: &str = "ORDER BY COALESCE(first_position, position), id";

/// The events after that one, in the order of their commits; from the first on without one. Nothing that is
/// committed later comes to stand before what was given. After an event that is kept no more, it goes on with those
/// of greater ids.
///
/// # Errors
/// Any failure of the store.
pub async fn after(
    t: &Scope<'_>,
    known: Option<&LogId>,
    of_people: bool,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let Some(from) = place(t, known).await? else { return Ok(Vec::new()) };
    let id = from.event.as_ref().map_or("", LogId::as_str);
    let walk = || args![from.position, id, of_people, limit];
    let mut list = List::new(LIST, args![t.id()]);
    list.and(PAGE, walk().into_iter().chain(walk()).collect());
    list.order(IN_PLACE);
    list.page(0, limit);
    t.list(list).await?.into_iter().map(event).collect()
}

/// Where an event stands; none for one that is gone and has none of greater id behind it.
async fn place(t: &Scope<'_>, known: Option<&LogId>) -> Result<Option<Checkpoint>, StoreError> {
    const OWN: &str = "SELECT COALESCE(first_position, position) AS place FROM logs \
         WHERE tenant_id = $1 AND id = $2";
    // Ids and places are in the same order but for the length of a transaction and the difference of clocks: a
    // thousand of the one hold the least of the other.
    const BEHIND: &str = "SELECT MIN(place) AS place FROM (SELECT COALESCE(first_position, position) AS place \
         FROM logs WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT 1000) AS behind";
    let Some(id) = known else { return Ok(Some(Checkpoint { position: 0, event: None })) };
    let read = |row: Option<Row>| row.map_or(Ok(None), |row| row.read("logs").int_or_none("place"));
    if let Some(position) = read(t.first(OWN, args![t.id(), id.as_str()]).await?)? {
        return Ok(Some(Checkpoint { position, event: Some(id.clone()) }));
    }
    let least = read(t.first(BEHIND, args![t.id(), id.as_str()]).await?)?;
    Ok(least.map(|position| Checkpoint { position, event: None }))
}

/// The events after a checkpoint that are there by now, whether or not others can still come to stand before
/// them.
///
/// # Errors
/// Any failure of the store.
pub async fn newest_after(
    t: &Scope<'_>,
    checkpoint: &Checkpoint,
    limit: u32,
) -> Result<Vec<Placed>, StoreError> {
    let mut list = List::new(&LIST.replacen(" FROM logs", ", position FROM logs", 1), args![t.id()]);
    let id = checkpoint.event.as_ref().map_or("", LogId::as_str);
    list.and("(position, id) > (?, ?)", args![checkpoint.position, id]);
    list.order("ORDER BY position, id");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(placed).collect()
}

/// The greatest position before which nothing can come to stand any more.
///
/// # Errors
/// Any failure of the store.
pub async fn tip(t: &Scope<'_>) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT tip FROM log_tips WHERE tenant_id = $1";
    let row = t.first(SQL, args![t.id()]).await?;
    row.map_or(Ok(0), |row| row.read("log_tips").int("tip"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::value::Value;

    /// Both walks ask the same of an event, each of its own place.
    #[test]
    fn the_two_walks_differ_in_the_place_alone() {
        let (unmoved, moved) = PAGE.split_once(" UNION ALL ").unwrap();
        let of_first = unmoved
            .trim_start_matches("id IN (")
            .replace("first_position IS NULL", "first_position IS NOT NULL")
            .replace("(position, id)", "(first_position, id)")
            .replace("AND position <=", "AND first_position <=")
            .replace("BY position,", "BY first_position,")
            .replace("unmoved", "moved)");
        assert_eq!(of_first, moved);
    }

    #[test]
    fn values_are_bound_in_the_order_of_the_text() {
        assert_eq!(PAGE.matches('?').count(), 8);
        let walk: Vec<Value> = args![1_i64, "id", true, 1_u32];
        assert_eq!(walk.len() * 2, PAGE.matches('?').count());
    }
}
