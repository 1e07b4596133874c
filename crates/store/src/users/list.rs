//! Lists of users: searched, sorted, by page or from a given user on.
//!
//! Every order but that of how often somebody logged in has an index that begins with the tenant. A
//! search is answered in one of three ways: an index gives one of its conditions in the order of the
//! list, and is walked until the page is full; or some index gives few users, which are read and sorted;
//! or the list itself is walked. Which, is known after asking how many users the indexes would give, up
//! to a bound. Parts of texts, for which that question takes longer, are looked for among the first users of
//! the list before: what many users have fills a page with them.
//! Source: the Management API's `GET /users`; the search language of `model::search`.

use doorward_model::connection::Connection;
use doorward_model::ids::UserId;
use doorward_model::search::{Query, Scalar, Target, Test};
use doorward_model::user::{Email, User};

pub use super::order::UserOrder;
use super::sources::{Source, sources};
use super::terms::{Way, condition, connections, domain, is_of_connection};
use super::{columns, counts};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::Row;
use crate::sql::value::{Value, args};

/// How many users are read and sorted rather than walking the list in its order.
pub const FEW: u32 = 5000;
/// How many ids that an index of parts gave are kept.
const KEPT: u32 = 250;

/// Which users a list shows.
#[derive(Debug, Clone, Copy)]
pub struct UserFilter<'a> {
    /// What was searched for.
    pub query: Option<&'a Query>,
    /// The connections of the tenant: a search for their names is one for their ids.
    pub connections: &'a [Connection],
    /// How many users are few; [`FEW`] but in tests.
    pub few: u32,
}

impl Default for UserFilter<'_> {
    fn default() -> Self {
        Self { query: None, connections: &[], few: FEW }
    }
}

const LIST: &str = "SELECT id, connection_id, email, email_verified, username, profile, user_metadata, \
     app_metadata, blocked, version, logins_count, last_login, last_ip, last_password_reset, created_at, \
     updated_at FROM users WHERE tenant_id = $1";
/// The same of some users, who are sorted when they are all there: no engine can take the order from an
/// index of all.
const FOUND: &str = "SELECT id, connection_id, email, email_verified, username, profile, user_metadata, \
     app_metadata, blocked, version, logins_count, last_login, last_ip, last_password_reset, created_at, \
     updated_at FROM (SELECT id, connection_id, email, email_verified, username, profile, user_metadata, \
     app_metadata, blocked, version, logins_count, last_login, last_ip, last_password_reset, created_at, \
     updated_at, name_lower, given_name_lower, family_name_lower FROM users WHERE tenant_id = $1";

fn user(row: Row) -> Result<User, StoreError> {
    columns(&mut row.read("users"))
}

/// Users in an order, by page. The caller bounds `offset`: deep pages are slow.
///
/// # Errors
/// Any failure of the store; [`StoreError::TooSlow`] for a search that no index helps.
pub async fn page(
    t: &Scope<'_>,
    filter: UserFilter<'_>,
    (order, descending): (UserOrder, bool),
    part: (u32, u32),
) -> Result<Vec<User>, StoreError> {
    search(t, filter, (order, descending), None, part).await
}

/// Users by id, those after a given one; cheap at any depth.
///
/// # Errors
/// Any failure of the store; [`StoreError::TooSlow`] for a search that no index helps.
pub async fn after(
    t: &Scope<'_>,
    filter: UserFilter<'_>,
    last: Option<&UserId>,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    search(t, filter, (UserOrder::UserId, false), last, (0, limit)).await
}

async fn search(
    t: &Scope<'_>,
    filter: UserFilter<'_>,
    (order, descending): (UserOrder, bool),
    last: Option<&UserId>,
    (offset, limit): (u32, u32),
) -> Result<Vec<User>, StoreError> {
    let Some(query) = filter.query else {
        let mut list = List::new(LIST, args![t.id()]);
        finish(&mut list, last, order.sql(descending), (offset, limit));
        return t.list(list).await?.into_iter().map(user).collect();
    };
    let conditions = conditions(query);
    let walk = match by_index(t, query, filter, order).await? {
        Ok(walk) => walk,
        Err(of_texts) if of_texts.is_empty() => in_order_or_all(conditions, order),
        Err(of_texts) => {
            let begun = among_the_first(t, filter, (order, descending), last, (offset, limit)).await?;
            if let Some(page) = begun {
                return Ok(page);
            }
            fewest(t, of_texts, filter).await?.map_or_else(|| in_order_or_all(conditions, order), Walk::Few)
        }
    };
    let mut list = match walk {
        Walk::InOrder(indexed) => in_order(t, conditions, filter, indexed),
        Walk::Few(source) => {
            let mut list = List::new(FOUND, args![t.id()]);
            source.narrow(&mut list, t.id());
            let condition = condition(query, t.id(), filter, Way::Checked(None));
            list.and(&condition.text, condition.values);
            list.bounded("found", filter.few);
            list
        }
        Walk::All => all(t, query, filter, order),
    };
    finish(&mut list, last, order.sql(descending), (offset, limit));
    t.list(list).await?.into_iter().map(user).collect()
}

/// How the users are come by among whom the page is.
enum Walk {
    /// By the index of this condition, which gives the order of the list as well.
    InOrder(usize),
    /// By indexes that give few users, who are sorted.
    Few(Source),
    /// Through the list in its order.
    All,
}

/// Chooses among the indexes. The one that gives the fewest users costs at most as many reads as these are;
/// where it gives the order, too, the walk ends as soon as the page is full. When none gives few, what looks
/// for parts of texts is left to be asked.
async fn by_index(
    t: &Scope<'_>,
    query: &Query,
    filter: UserFilter<'_>,
    order: UserOrder,
) -> Result<Result<Walk, Vec<Source>>, StoreError> {
    let conditions = conditions(query);
    let gives_order = |at: usize| conditions.get(at).is_some_and(|one| is_in_order(one, order));
    if conditions.len() == 1 && gives_order(0) {
        return Ok(Ok(Walk::InOrder(0)));
    }
    let (of_texts, others) = sources(query, filter).into_iter().partition(Source::is_of_texts);
    Ok(match fewest(t, others, filter).await? {
        Some(source) if gives_order(source.condition) => Ok(Walk::InOrder(source.condition)),
        Some(source) => Ok(Walk::Few(source)),
        None => Err(of_texts),
    })
}

/// When nothing gives few users: an index of a condition that gives the order, else the list itself.
fn in_order_or_all(conditions: &[Query], order: UserOrder) -> Walk {
    (0..conditions.len()).find(|at| is_in_order(&conditions[*at], order)).map_or(Walk::All, Walk::InOrder)
}

/// The walk by the index of a condition.
fn in_order(t: &Scope<'_>, conditions: &[Query], filter: UserFilter<'_>, indexed: usize) -> List {
    let mut list = List::new(LIST, args![t.id()]);
    for (at, one) in conditions.iter().enumerate() {
        let way = if at == indexed { Way::Indexed } else { Way::Checked(None) };
        let condition = condition(one, t.id(), filter, way);
        list.and(&condition.text, condition.values);
    }
    list
}

/// The walk through the list in its order.
fn all(t: &Scope<'_>, query: &Query, filter: UserFilter<'_>, order: UserOrder) -> List {
    let mut list = List::new(LIST, args![t.id()]);
    let condition = condition(query, t.id(), filter, Way::Checked(order.columns().first().copied()));
    list.and(&condition.text, condition.values);
    list
}

/// The page, if it is known after the first users: when they fill it, or are all. They are those of the
/// list, or of a condition whose index has the same order.
async fn among_the_first(
    t: &Scope<'_>,
    filter: UserFilter<'_>,
    (order, descending): (UserOrder, bool),
    last: Option<&UserId>,
    (offset, limit): (u32, u32),
) -> Result<Option<Vec<User>>, StoreError> {
    let Some(query) = filter.query else { return Ok(None) };
    let (columns, conditions) = (order.columns(), conditions(query));
    let select = format!("SELECT {} FROM users WHERE tenant_id = $1", columns.join(", "));
    let mut bound = List::new(&select, args![t.id()]);
    let mut list = match in_order_or_all(conditions, order) {
        Walk::InOrder(indexed) => {
            let first = condition(&conditions[indexed], t.id(), filter, Way::Indexed);
            bound.and(&first.text, first.values);
            in_order(t, conditions, filter, indexed)
        }
        _ => all(t, query, filter, order),
    };
    finish(&mut bound, last, order.sql(descending), (filter.few / 5 * 4, 1));
    let bound = t.list(bound).await?.into_iter().next();
    let are_all = bound.is_none();
    if let Some(row) = bound {
        list.and_before(columns, descending, row.values().to_vec());
    }
    finish(&mut list, last, order.sql(descending), (offset, limit));
    let page = t.list(list).await?.into_iter().map(user).collect::<Result<Vec<_>, _>>()?;
    let is_full = page.len() == limit as usize;
    Ok((are_all || is_full).then_some(page))
}

/// The conditions that must all hold.
fn conditions(query: &Query) -> &[Query] {
    match query {
        Query::All(parts) => parts,
        one => std::slice::from_ref(one),
    }
}

/// Adds where a list begins, its order and its page.
fn finish(list: &mut List, last: Option<&UserId>, order: &str, (offset, limit): (u32, u32)) {
    if let Some(last) = last {
        list.and("id > ?", args![last.as_str()]);
    }
    list.order(order);
    list.page(offset, limit);
}

/// Whether one index gives what is found in the order that is wanted.
fn is_in_order(query: &Query, order: UserOrder) -> bool {
    let Query::Term(Target::Field(field), test) = query else { return false };
    let is_one = matches!(test, Test::Is(Scalar::Text(_)));
    match (order, field.name) {
        // These indexes go on with the time of making.
        (UserOrder::CreatedAt, "name" | "given_name" | "family_name" | "email.domain") => is_one,
        (UserOrder::CreatedAt, "email") => domain(test).is_some(),
        (UserOrder::CreatedAt, "blocked") => *test == Test::Is(Scalar::Flag(true)),
        (UserOrder::CreatedAt, "email_verified") => *test == Test::Is(Scalar::Flag(false)),
        _ => false,
    }
}

/// The source that gives the fewest users, if these are few.
async fn fewest(
    t: &Scope<'_>,
    sources: Vec<Source>,
    filter: UserFilter<'_>,
) -> Result<Option<Source>, StoreError> {
    let mut best: Option<(i64, Source)> = None;
    for mut source in sources {
        // What is exact is met as often as it was counted, so that a walk ends soon and may begin earlier.
        let few = if source.is_exact { filter.few / 2 } else { filter.few };
        let count = how_many(t, &mut source, few.saturating_add(1)).await?;
        if count <= i64::from(few) && best.as_ref().is_none_or(|(least, _)| count < *least) {
            best = Some((count, source));
        }
    }
    Ok(best.map(|(_, source)| source))
}

/// How many users a source gives, up to a bound. The few that an index of parts may have compared thousands
/// of texts to find are kept, so that it need not do so again.
async fn how_many(t: &Scope<'_>, source: &mut Source, bound: u32) -> Result<i64, StoreError> {
    let selects = source.selects(t.id());
    if source.is_of_texts() {
        let rows = t.list(List::some(&selects, KEPT + 1)).await?;
        if rows.len() <= KEPT as usize {
            let ids: Vec<Value> = rows.iter().flat_map(|row| row.values().to_vec()).collect();
            let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
            source.ids = Some(ids);
            return Ok(count);
        }
    }
    let row = t.list(List::how_many(&selects, bound)).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("users").int("count"))
}

/// The users of an address, in whatever connection.
///
/// # Errors
/// Any failure of the store.
pub async fn with_email(t: &Scope<'_>, email: &Email, limit: u32) -> Result<Vec<User>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("email = ?", args![email.as_str()]);
    list.order("ORDER BY email, id");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(user).collect()
}

/// How many users a filter shows. All of the tenant, and all of a connection, are known without
/// counting.
///
/// # Errors
/// Any failure of the store; [`StoreError::TooSlow`] for a search that no index helps.
pub async fn count(t: &Scope<'_>, filter: UserFilter<'_>) -> Result<i64, StoreError> {
    // All others are counted, which an index can help with. Both counts are of the moment.
    if let Some(Query::Not(inner)) = filter.query {
        let all = counts::total(t, None).await?;
        let others = count_found(t, UserFilter { query: Some(inner), ..filter }).await?;
        return Ok((all - others).max(0));
    }
    count_found(t, filter).await
}

async fn count_found(t: &Scope<'_>, filter: UserFilter<'_>) -> Result<i64, StoreError> {
    let query = match filter.query {
        None | Some(Query::Everything) => return counts::total(t, None).await,
        Some(Query::Term(Target::Field(field), test)) if is_of_connection(field.name) => {
            let mut total = 0;
            for id in connections(filter.connections, field.name, test) {
                total += counts::total(t, Some(id)).await?;
            }
            return Ok(total);
        }
        Some(query) => query,
    };
    let all = sources(query, filter);
    let list = match &all[..] {
        [source] if source.is_exact => List::how_many_of_any(&source.selects(t.id())),
        _ => {
            // What is counted stands in no index, which SQLite would else read from end to end.
            const COUNT: &str = "SELECT COUNT(profile) FROM users WHERE tenant_id = $1";
            const COUNT_ALL: &str = "SELECT COUNT(id) FROM users WHERE tenant_id = $1";
            let few = fewest(t, all, filter).await?;
            let mut list = List::new(if few.is_some() { COUNT } else { COUNT_ALL }, args![t.id()]);
            let way = if few.is_some() { Way::Checked(None) } else { Way::Indexed };
            if let Some(source) = few {
                source.narrow(&mut list, t.id());
            }
            let condition = condition(query, t.id(), filter, way);
            list.and(&condition.text, condition.values);
            list
        }
    };
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("users").int("count"))
}
