//! The log. An event is pushed onto the batch of what it reports, so that both are committed or
//! neither is.
//!
//! Source: the brief, "Client Auditing"; `/api/v2/logs` (pages and checkpoints). Ids grow with time,
//! so order, checkpoints and retention all go by id and need no further index. How searches find what they
//! are for stands in `logs/search.rs`.

pub mod committed;
mod search;
mod shapes;
mod sources;
mod terms;

pub use search::FEW;

use doorward_model::api::{ClientGrant, ResourceServer};
use doorward_model::ids::{ClientId, ConnectionId, LogId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::search::Query;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::{Row, to_json};
use crate::sql::value::{Value, args};

/// The label of the failure when client, API or grant ended or changed between the decision and the
/// commit.
pub const NOT_ALLOWED: &str = "client, API and grant are what the token was made of";

/// Which events a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Only these kinds; empty means all.
    pub codes: Vec<EventCode>,
    /// Only events that this client took part in.
    pub client: Option<ClientId>,
    /// Only events that this client took part in, and those about something that was done to it.
    pub about: Option<ClientId>,
    /// Only events of this user.
    pub user: Option<UserId>,
    /// Only events of some user.
    pub of_people: bool,
    /// Only events at or after this time.
    pub since: Option<Timestamp>,
    /// Only events before this time.
    pub until: Option<Timestamp>,
    /// What is searched for.
    pub query: Option<Query>,
    /// Only events from this id on.
    pub from_id: Option<LogId>,
    /// Only events after this one.
    pub after_id: Option<LogId>,
    /// Only events before this id.
    pub before_id: Option<LogId>,
    /// How many events are few; [`FEW`] but in tests.
    pub few: Option<u32>,
}

impl LogFilter {
    fn has_times(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOrder {
    /// A field of the search language; `date` is the order of the ids, which is quick at any size. Any
    /// other sorts all that is found.
    pub field: &'static str,
    /// From the last to the first.
    pub is_descending: bool,
}

impl Default for LogOrder {
    /// From newest to oldest.
    fn default() -> Self {
        Self { field: "date", is_descending: true }
    }
}

pub(crate) const LIST: &str = "SELECT id, at, code, description, client_id, client_name, connection_id, \
     connection_name, strategy, strategy_type, user_id, user_name, ip, user_agent, audience, scope, \
     hostname, auth0_client, details, fold_key, repeats FROM logs WHERE tenant_id = $1";

pub(crate) fn event(row: Row) -> Result<Event, StoreError> {
    let mut r = row.read("logs");
    let id = r.id("id", LogId::parse)?;
    let at = r.time("at")?;
    let code = r.text("code")?;
    let code = EventCode::ALL.iter().find(|known| known.as_str() == code);
    Ok(Event {
        id,
        at,
        code: *code.ok_or_else(|| r.corrupt("code"))?,
        description: r.text("description")?,
        client: r.id_or_none("client_id", ClientId::parse)?,
        client_name: r.text_or_none("client_name")?,
        connection: r.id_or_none("connection_id", ConnectionId::parse)?,
        connection_name: r.text_or_none("connection_name")?,
        strategy: r.text_or_none("strategy")?,
        strategy_type: r.text_or_none("strategy_type")?,
        user: r.id_or_none("user_id", UserId::parse)?,
        user_name: r.text_or_none("user_name")?,
        ip: r.text_or_none("ip")?,
        user_agent: r.text_or_none("user_agent")?,
        audience: r.text_or_none("audience")?,
        scope: r.text_or_none("scope")?,
        hostname: r.text_or_none("hostname")?,
        auth0_client: match r.text_or_none("auth0_client")? {
            Some(text) => Some(serde_json::from_str(&text).map_err(|_| r.corrupt("auth0_client"))?),
            None => None,
        },
        details: r.json("details")?,
        fold_key: r.text_or_none("fold_key")?,
        count: r.int("repeats")?,
    })
}

/// Binds an event, `$1` to `$24`.
fn arguments(b: &mut Batch, event: &Event) -> Vec<Value> {
    let shape = shapes::of(b, event);
    args![
        b.tenant().as_str(),
        event.id.as_str(),
        event.at,
        event.code.as_str(),
        event.description.as_str(),
        event.client.as_ref().map(ClientId::as_str),
        event.client_name.as_deref(),
        event.connection.as_ref().map(ConnectionId::as_str),
        event.connection_name.as_deref(),
        event.strategy.as_deref(),
        event.strategy_type.as_deref(),
        event.user.as_ref().map(UserId::as_str),
        event.user_name.as_deref(),
        event.ip.as_deref(),
        event.user_agent.as_deref(),
        event.audience.as_deref(),
        event.scope.as_deref(),
        event.hostname.as_deref(),
        event.auth0_client.as_ref().map(to_json),
        to_json(&event.details),
        event.fold_key.as_deref(),
        event.count,
        event.target_client().as_ref().map(ClientId::as_str),
        shape,
    ]
}

/// The event of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &LogId) -> Result<Option<Event>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("id = ?", args![id.as_str()]);
    t.list(list).await?.into_iter().next().map(event).transpose()
}

/// Events in an order, by page. The caller bounds `offset`: deep pages are slow.
///
/// # Errors
/// Any failure of the store; [`StoreError::TooSlow`] for what no index helps.
pub async fn list(
    t: &Scope<'_>,
    filter: &LogFilter,
    order: LogOrder,
    part: (u32, u32),
) -> Result<Vec<Event>, StoreError> {
    search::rows(t, filter, order, part).await?.into_iter().map(event).collect()
}

/// Events from newest to oldest, those before a checkpoint; cheap at any depth.
///
/// # Errors
/// Those of [`list`].
pub async fn list_before(
    t: &Scope<'_>,
    filter: &LogFilter,
    before: Option<&LogId>,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let earlier = |known: &LogId| before.is_none_or(|before| known < before);
    let before_id = filter.before_id.clone().filter(earlier).or_else(|| before.cloned());
    list(t, &LogFilter { before_id, ..filter.clone() }, LogOrder::default(), (0, limit)).await
}

/// Events from oldest to newest, those after a checkpoint; cheap at any depth.
///
/// # Errors
/// Those of [`list`].
pub async fn list_after(
    t: &Scope<'_>,
    filter: &LogFilter,
    after: Option<&LogId>,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let order = LogOrder { is_descending: false, ..LogOrder::default() };
    list(t, &LogFilter { after_id: after.cloned(), ..filter.clone() }, order, (0, limit)).await
}

/// How many events a filter shows.
///
/// # Errors
/// Those of [`list`].
pub async fn count(t: &Scope<'_>, filter: &LogFilter) -> Result<i64, StoreError> {
    search::count(t, filter).await
}

/// The latest changes that admins and programs made to a client, newest first.
///
/// # Errors
/// Any failure of the store.
pub async fn changes_of(t: &Scope<'_>, client: &ClientId, limit: u32) -> Result<Vec<Event>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("target_client_id = ? AND code = 'sapi'", args![client.as_str()]);
    list.order("ORDER BY id DESC");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(event).collect()
}

/// The event that repeats under this key are counted onto.
///
/// # Errors
/// Any failure of the store.
pub async fn folded(t: &Scope<'_>, fold_key: &str) -> Result<Option<Event>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("fold_key IS NOT NULL AND fold_key = ?", args![fold_key]);
    t.list(list).await?.into_iter().next().map(event).transpose()
}

/// Logins and logouts that were refused from the event `since` on, newest first: those of one client, or
/// of all.
///
/// # Errors
/// Any failure of the store.
pub async fn refusals_since(
    t: &Scope<'_>,
    client: Option<&ClientId>,
    since: &LogId,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    // Spelled out: an index that covers some rows serves only a statement that says the same.
    list.and("code IN ('f', 'flo') AND id >= ?", args![since.as_str()]);
    if let Some(client) = client {
        list.and("client_id = ?", args![client.as_str()]);
    }
    list.order("ORDER BY id DESC");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(event).collect()
}

/// Adds an event.
pub fn insert(b: &mut Batch, event: &Event) {
    const SQL: &str = "INSERT INTO logs (tenant_id, id, at, code, description, client_id, client_name, \
         connection_id, connection_name, strategy, strategy_type, user_id, user_name, ip, user_agent, \
         audience, scope, hostname, auth0_client, details, fold_key, repeats, target_client_id, \
         shape) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
         $21, $22, $23, $24)";
    let args = arguments(b, event);
    let ticket = b.push(SQL, args, Expect::Any);
    b.writes_event(event.code, ticket);
}

/// Adds an event, or counts it onto the one with the same `fold_key`, which takes over its time and its place in the
/// order of commits, the one it would have had.
/// An event without a `fold_key` is always added.
pub fn insert_folded(b: &mut Batch, event: &Event) {
    const SQL: &str = "INSERT INTO logs (tenant_id, id, at, code, description, client_id, client_name, \
         connection_id, connection_name, strategy, strategy_type, user_id, user_name, ip, user_agent, \
         audience, scope, hostname, auth0_client, details, fold_key, repeats, target_client_id, \
         shape) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
         $21, $22, $23, $24) \
         ON CONFLICT (tenant_id, fold_key) WHERE fold_key IS NOT NULL \
         DO UPDATE SET repeats = logs.repeats + excluded.repeats, at = excluded.at, \
         first_position = COALESCE(logs.first_position, logs.position), \
         position = excluded.position RETURNING repeats";
    if event.fold_key.is_none() {
        return insert(b, event);
    }
    let args = arguments(b, event);
    let ticket = b.push(SQL, args, Expect::Any);
    b.writes_event(event.code, ticket);
}

/// What a token for an API rests on; all of it must still be as it was read when the token's event is
/// written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grounds<'a> {
    /// The client.
    pub client: &'a ClientId,
    /// The API.
    pub api: &'a ResourceServer,
    /// The client grant, where the token needs one.
    pub grant: Option<&'a ClientGrant>,
}

/// Adds the event of a token for an API, if client, API and grant are at the moment of the commit what
/// the token was made of. Fails as [`NOT_ALLOWED`].
pub fn insert_if(b: &mut Batch, event: &Event, grounds: &Grounds<'_>) {
    const SQL: &str = "INSERT INTO logs (tenant_id, id, at, code, description, client_id, client_name, \
         connection_id, connection_name, strategy, strategy_type, user_id, user_name, ip, user_agent, \
         audience, scope, hostname, auth0_client, details, fold_key, repeats, target_client_id, \
         shape) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT), CAST($10 AS TEXT), \
         CAST($11 AS TEXT), CAST($12 AS TEXT), CAST($13 AS TEXT), CAST($14 AS TEXT), CAST($15 AS TEXT), \
         CAST($16 AS TEXT), CAST($17 AS TEXT), CAST($18 AS TEXT), CAST($19 AS TEXT), CAST($20 AS TEXT), \
         CAST($21 AS TEXT), CAST($22 AS BIGINT), CAST($23 AS TEXT), CAST($24 AS BIGINT) \
         WHERE EXISTS (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = $25) \
         AND EXISTS (SELECT 1 FROM resource_servers WHERE tenant_id = $1 AND id = $26 AND version = $27) \
         AND (CAST($28 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM client_grants \
         WHERE tenant_id = $1 AND id = $28 AND COALESCE(client_id, $25) = $25 AND version = $29))";
    let Grounds { client, api, grant } = grounds;
    let mut args = arguments(b, event);
    args.extend(args![client.as_str(), api.id.as_str(), api.version]);
    args.extend(args![grant.map(|grant| grant.id.as_str()), grant.map(|grant| grant.version)]);
    let ticket = b.push(SQL, args, Expect::Rows(1, NOT_ALLOWED));
    b.writes_event(event.code, ticket);
}

/// Deletes up to `limit` of the oldest events, those before `date` that every active stream has behind
/// it; call it again while it deletes something. Gives how many it deleted.
///
/// # Errors
/// Any failure of the store.
pub async fn delete_before(t: &Scope<'_>, date: Timestamp, limit: u32) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM logs WHERE tenant_id = $1 AND at < $2 AND id IN \
         (SELECT id FROM logs WHERE tenant_id = $1 ORDER BY id LIMIT $3) \
         AND position < COALESCE((SELECT MIN(position) FROM log_streams WHERE tenant_id = $1 \
         AND status = 'active'), 9223372036854775807)";
    let mut batch = t.batch();
    let ticket = batch.push(SQL, args![t.id(), date, limit], Expect::Any);
    Ok(batch.commit().await?.affected(ticket))
}

/// Forgets what events have in common of which no event is kept any more, when those before `date` are to be gone.
/// What a stream has not sent yet is kept for longer, and so is all that it has in common.
///
/// # Errors
/// Any failure of the store.
pub async fn forget_shapes(t: &Scope<'_>, date: Timestamp) -> Result<u64, StoreError> {
    const OLDEST: &str = "SELECT at FROM logs WHERE tenant_id = $1 ORDER BY id LIMIT 1";
    let oldest = t.first(OLDEST, args![t.id()]).await?;
    let kept = oldest.map(|row| row.read("logs").time("at")).transpose()?;
    shapes::forget(t, kept.map_or(date, |kept| kept.min(date))).await
}
