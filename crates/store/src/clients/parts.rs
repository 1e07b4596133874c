//! Searches for a part of a client's name, id or addresses.
//!
//! An index of groups of three letters gives the clients that may have the part; where these are few they
//! are read and sorted. What many have fills a page before that, and shorter parts have no index: then the
//! list is walked in its order. See decision 0018.

use doorward_model::client::Client;

use super::{ClientFilter, LIST, apply, client};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::{List, contained};
use crate::sql::search::Condition;
use crate::sql::value::{Value, args};

/// How many clients are read and sorted rather than walking the list in its order.
const FEW: u32 = 1000;
/// How many ids that the index gave are kept.
const KEPT: u32 = 100;
/// How many of the first are looked at before the index is asked.
const FIRST: u32 = 1000;

/// What is known of a page.
pub(super) enum Found {
    /// The page itself.
    Page(Vec<Client>),
    /// Clients that it is among, as a list that misses its order.
    Among(List),
    /// Nothing; the whole list is to be walked.
    Anywhere,
}

/// Looks for a page of a list that is searched.
pub(super) async fn list(
    t: &Scope<'_>,
    filter: &ClientFilter,
    (offset, limit): (u32, u32),
) -> Result<Found, StoreError> {
    /// With what the list is sorted by, under the name that its order knows.
    const FOUND: &str = "SELECT id, is_global, version, settings, created_at, updated_at \
         FROM (SELECT tenant_id, id, is_global, version, settings, created_at, updated_at, name_lower \
         FROM clients WHERE tenant_id = $1";
    let Some(part) = part(t, filter) else { return Ok(Found::Anywhere) };
    if let Some(page) = among_the_first(t, filter, (offset, limit)).await? {
        return Ok(Found::Page(page));
    }
    let Some(few) = few(t, part).await? else { return Ok(Found::Anywhere) };
    let mut list = List::new(FOUND, args![t.id()]);
    few.narrow(&mut list);
    apply(&mut list, filter);
    list.bounded("clients", FEW);
    Ok(Found::Among(list))
}

/// Narrows a count to the clients that may have the part, where they are few.
pub(super) async fn narrow(t: &Scope<'_>, filter: &ClientFilter, list: &mut List) -> Result<(), StoreError> {
    if let Some(part) = part(t, filter)
        && let Some(few) = few(t, part).await?
    {
        few.narrow(list);
    }
    Ok(())
}

/// The statement that gives the ids of those that may have the part; none when the index is no help.
fn part(t: &Scope<'_>, filter: &ClientFilter) -> Option<Condition> {
    const SELECT: &str = "SELECT client_id AS id FROM client_texts WHERE tenant_id = ? AND texts LIKE ?";
    let part = contained(filter.search.as_deref()?)?;
    Some(Condition { text: SELECT.to_owned(), values: args![t.id(), part] })
}

/// Few clients that may have the part.
enum Few {
    /// These.
    Ids(Vec<Value>),
    /// Those that the statement gives.
    Part(Condition),
}

impl Few {
    fn narrow(self, list: &mut List) {
        match self {
            Few::Ids(ids) => list.and_in("id", ids),
            Few::Part(part) => list.and_among("id", &[part]),
        }
    }
}

/// The clients that may have the part, if they are few. Where they are very few the index is asked once.
async fn few(t: &Scope<'_>, part: Condition) -> Result<Option<Few>, StoreError> {
    let parts = std::slice::from_ref(&part);
    let rows = t.list(List::some(parts, KEPT + 1)).await?;
    if rows.len() <= KEPT as usize {
        return Ok(Some(Few::Ids(rows.iter().flat_map(|row| row.values().to_vec()).collect())));
    }
    let row = t.list(List::how_many(parts, FEW + 1)).await?.into_iter().next();
    let count = row.map_or(Ok(0), |row| row.read("clients").int("count"))?;
    Ok((count <= i64::from(FEW)).then_some(Few::Part(part)))
}

/// The page, if it is known after the first clients of the list: when they fill it, or are all.
async fn among_the_first(
    t: &Scope<'_>,
    filter: &ClientFilter,
    (offset, limit): (u32, u32),
) -> Result<Option<Vec<Client>>, StoreError> {
    let (columns, descending) = filter.order.columns();
    if columns.is_empty() {
        return Ok(None);
    }
    let select = format!("SELECT {} FROM clients WHERE tenant_id = $1", columns.join(", "));
    let mut bound = List::new(&select, args![t.id()]);
    bound.order(filter.order.sql());
    bound.page(FIRST, 1);
    let bound = t.list(bound).await?.into_iter().next();
    let are_all = bound.is_none();
    let mut list = List::new(LIST, args![t.id()]);
    if let Some(row) = bound {
        list.and_before(columns, descending, row.values().to_vec());
    }
    apply(&mut list, filter);
    list.order(filter.order.sql());
    list.page(offset, limit);
    let page = t.list(list).await?.into_iter().map(client).collect::<Result<Vec<_>, _>>()?;
    let is_full = page.len() == limit as usize;
    Ok((are_all || is_full).then_some(page))
}
