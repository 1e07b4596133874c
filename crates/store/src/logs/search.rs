//! Lists of events: filtered, searched, in an order, by page or from a checkpoint on.
//!
//! A list is come by in one of three ways: indexes give few events, which are read and sorted; or indexes
//! give them in the order of the list, and are walked side by side until the page is full; or the log itself
//! is walked. Which, is known after asking how many events the indexes would give, up to a bound.

use doorward_model::log::search::LOGS;
use doorward_model::search::{Query, Scalar, Target, Test};

use super::sources::{Branch, Source, sources};
use super::terms::{Way, column_of, condition};
use super::{LIST, LogFilter, LogOrder};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::Row;
use crate::sql::search::Condition;
use crate::sql::value::args;

/// How many events are read and sorted rather than walking the log.
pub const FEW: u32 = 2000;

/// How the events of a list are come by.
enum Plan {
    /// There are none.
    Nothing,
    /// By indexes that give few events, which are sorted.
    Few(Source),
    /// By indexes that give them in order.
    InOrder(Source),
    /// Through the log.
    All,
}

/// Rows of [`LIST`].
pub(super) async fn rows(
    t: &Scope<'_>,
    filter: &LogFilter,
    order: LogOrder,
    (offset, limit): (u32, u32),
) -> Result<Vec<Row>, StoreError> {
    let query = query(filter);
    let mut list = match plan(t, filter, query.as_ref()).await? {
        Plan::Nothing => return Ok(Vec::new()),
        Plan::Few(source) => {
            let mut list = List::new(LIST, args![t.id()]);
            list.and_among("id", &selects(t, filter, source.together(), None));
            checks(&mut list, filter, query.as_ref());
            list.order(&order.sorted());
            list
        }
        Plan::InOrder(source) if order.is_by_id() => {
            let walk = Walk { order, offset, limit, query: query.as_ref() };
            let mut list = List::new(LIST, args![t.id()]);
            list.and_first(
                "id",
                &selects(t, filter, source.side_by_side(), Some((&source, &walk))),
                &order.text(),
                (offset, limit),
            );
            list.order(&order.text());
            return t.list(list).await;
        }
        Plan::InOrder(_) | Plan::All => {
            let mut list = List::new(LIST, args![t.id()]);
            checks(&mut list, filter, query.as_ref());
            list.order(&order.text());
            list
        }
    };
    list.page(offset, limit);
    t.list(list).await
}

/// How many events a filter shows.
pub(super) async fn count(t: &Scope<'_>, filter: &LogFilter) -> Result<i64, StoreError> {
    let query = query(filter);
    let mut list = List::new("SELECT COUNT(*) FROM logs WHERE tenant_id = $1", args![t.id()]);
    match plan(t, filter, query.as_ref()).await? {
        Plan::Nothing => return Ok(0),
        Plan::Few(source) => {
            // Counted by what no index holds, or SQLite walks an index that has all the columns of the checks.
            list = List::new("SELECT COUNT(at) FROM logs WHERE tenant_id = $1", args![t.id()]);
            list.and_among("id", &selects(t, filter, source.together(), None));
            checks(&mut list, filter, query.as_ref());
        }
        Plan::InOrder(source) if source.is_exact && !filter.of_people && !filter.has_times() => {
            let counted =
                Walk { order: LogOrder::default(), offset: 0, limit: u32::MAX, query: query.as_ref() };
            let parts = selects(t, filter, source.side_by_side(), Some((&source, &counted)));
            let is_disjoint = source.is_disjoint();
            list = if is_disjoint { List::how_many(&parts, u32::MAX) } else { List::how_many_of_any(&parts) };
        }
        Plan::InOrder(_) | Plan::All => checks(&mut list, filter, query.as_ref()),
    }
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("logs").int("count"))
}

/// What a filter asks, but for times and ids, as one query. Who the events are about is a source of its own.
fn query(filter: &LogFilter) -> Option<Query> {
    let is = |name: &str, text: &str| {
        let field = LOGS.field(name)?;
        Some(Query::Term(Target::Field(field), Test::Is(Scalar::Text(text.to_owned()))))
    };
    let mut parts = Vec::new();
    if !filter.codes.is_empty() {
        parts.push(Query::any(filter.codes.iter().filter_map(|code| is("type", code.as_str())).collect()));
    }
    parts.extend(filter.client.as_ref().and_then(|client| is("client_id", client.as_str())));
    parts.extend(filter.user.as_ref().and_then(|user| is("user_id", user.as_str())));
    parts.extend(filter.query.clone());
    parts.retain(|part| *part != Query::Everything);
    (!parts.is_empty()).then(|| Query::all(parts))
}

/// Chooses. The index that gives the fewest events costs at most as many reads as these are.
async fn plan(t: &Scope<'_>, filter: &LogFilter, query: Option<&Query>) -> Result<Plan, StoreError> {
    if query.is_none() && filter.about.is_none() {
        return Ok(Plan::All);
    }
    let has_begin = filter.from_id.is_some() || filter.after_id.is_some();
    let few = filter.few.unwrap_or(FEW);
    if has_begin && counted(t, selects(t, filter, vec![everything()], None), few).await? <= few {
        return Ok(Plan::All);
    }
    let mut all = match query {
        Some(query) => sources(t, query, filter.since).await?,
        None => Vec::new(),
    };
    if let Some(client) = &filter.about {
        all.iter_mut().for_each(|source| source.is_exact = false);
        let mut source = Source::about(client);
        source.is_exact = query.is_none();
        all.push(source);
    }
    // A client has many shapes where its events have long been renamed.
    if let Some(client) = &filter.client {
        all.push(Source::of_client(client));
    }
    let mut best: Option<(u32, usize)> = None;
    for (at, source) in all.iter().enumerate() {
        let count = counted(t, selects(t, filter, source.together(), None), few).await?;
        if count <= few && best.is_none_or(|(least, _)| count < least) {
            best = Some((count, at));
        }
        if count == 0 {
            break;
        }
    }
    Ok(match best {
        Some((0, _)) => Plan::Nothing,
        Some((_, at)) => Plan::Few(all.swap_remove(at)),
        // One that finds no more than is wanted; else a column, which holds what few have.
        None => {
            let mut walks: Vec<Source> = all.into_iter().filter(Source::is_in_order).collect();
            walks.sort_by_key(|source| (!source.is_exact, source.is_of_shapes(), source.width()));
            walks.into_iter().next().map_or(Plan::All, Plan::InOrder)
        }
    })
}

/// How many events some indexes give, up to one more than are few.
async fn counted(t: &Scope<'_>, parts: Vec<Condition>, few: u32) -> Result<u32, StoreError> {
    let row = t.list(List::how_many(&parts, few.saturating_add(1))).await?.into_iter().next();
    let count = row.map_or(Ok(0), |row| row.read("logs").int("count"))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// How far conditions are walked side by side.
struct Walk<'a> {
    order: LogOrder,
    offset: u32,
    limit: u32,
    query: Option<&'a Query>,
}

fn everything() -> Branch {
    Branch { condition: Condition { text: "TRUE".to_owned(), values: Vec::new() }, is_loose: false }
}

const IDS: &str = "SELECT id FROM logs WHERE tenant_id = ? AND ";
const WALK: &str = "SELECT id FROM (SELECT id FROM logs WHERE tenant_id = ? AND ";

/// The ids that the conditions give, each a `SELECT`; each as far as the page goes, where a walk is wanted.
fn selects(
    t: &Scope<'_>,
    filter: &LogFilter,
    branches: Vec<Branch>,
    walk: Option<(&Source, &Walk<'_>)>,
) -> Vec<Condition> {
    let whole = |branch: Branch| {
        let mut out = Condition::default();
        let is_bounded = walk.is_some_and(|(_, walk)| walk.limit < u32::MAX);
        out.push(if is_bounded { WALK } else { IDS }, args![t.id()]);
        out.push(&branch.condition.text, branch.condition.values);
        ids(filter, &mut out);
        if let Some((source, walk)) = walk {
            if !source.is_exact || branch.is_loose || filter.of_people || filter.has_times() {
                rest(filter, walk.query, &mut out);
            }
            if is_bounded {
                out.push(
                    &format!(" {} LIMIT ?) AS walked", walk.order.text()),
                    args![walk.offset.saturating_add(walk.limit)],
                );
            }
        }
        out
    };
    branches.into_iter().map(whole).collect()
}

/// Everything that is asked, so that no index serves it but that of the ids.
fn checks(list: &mut List, filter: &LogFilter, query: Option<&Query>) {
    let mut out = Condition { text: "TRUE".to_owned(), values: Vec::new() };
    ids(filter, &mut out);
    rest(filter, query, &mut out);
    list.and(&out.text, out.values);
}

fn ids(filter: &LogFilter, out: &mut Condition) {
    if let Some(from) = &filter.from_id {
        out.push(" AND id >= ?", args![from.as_str()]);
    }
    if let Some(after) = &filter.after_id {
        out.push(" AND id > ?", args![after.as_str()]);
    }
    if let Some(before) = &filter.before_id {
        out.push(" AND id < ?", args![before.as_str()]);
    }
}

fn rest(filter: &LogFilter, query: Option<&Query>, out: &mut Condition) {
    if let Some(query) = query {
        let condition = condition(query, Way::Checked);
        out.push(" AND ", []);
        out.push(&condition.text, condition.values);
    }
    if let Some(client) = &filter.about {
        let id = client.as_str();
        out.push(" AND ((client_id || '') = ? OR (target_client_id || '') = ?)", args![id, id]);
    }
    if filter.of_people {
        out.push(" AND (user_id || '') <> ''", []);
    }
    if let Some(since) = filter.since {
        out.push(" AND at >= ?", args![since]);
    }
    if let Some(until) = filter.until {
        out.push(" AND at < ?", args![until]);
    }
}

impl LogOrder {
    fn is_by_id(&self) -> bool {
        self.field == "date"
    }

    /// As an index of ids gives it.
    fn text(&self) -> String {
        let direction = if self.is_descending { " DESC" } else { "" };
        match column_of(self.field).filter(|_| !self.is_by_id()) {
            Some(column) => format!("ORDER BY COALESCE({column}, ''){direction}, id{direction}"),
            None => format!("ORDER BY id{direction}"),
        }
    }

    /// As no index gives it: of few events all are read before they are sorted.
    fn sorted(&self) -> String {
        let direction = if self.is_descending { " DESC" } else { "" };
        if self.is_by_id() { format!("ORDER BY (id || ''){direction}") } else { self.text() }
    }
}
