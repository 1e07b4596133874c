//! Listing events: by page, from newest to oldest, or by checkpoint, in the order in which they were committed.
//!
//! Searches are given up after a time, as those of users are. Source: the Management API's `GET /logs`.

use doorward_model::ids::{ClientId, LogId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::log::search::{Span, finds, span};
use doorward_model::scope::ApiScope;
use doorward_model::search::Query;
use doorward_model::time::{Lifetime, Timestamp};
pub use doorward_store::logs::LogOrder;
use doorward_store::logs::{self, LogFilter, committed};
use doorward_store::{Scope, StoreError};

use crate::app::{App, first_log_id};
use crate::caller::Caller;
use crate::fault::Fault;

/// Which events; what is not said does not matter.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// Only these kinds; empty means all.
    pub codes: Vec<EventCode>,
    /// Only events that this client took part in.
    pub client: Option<ClientId>,
    /// Only events that this client took part in, and those about something that was done to it.
    pub about: Option<ClientId>,
    /// Only events of this user.
    pub user: Option<UserId>,
    /// Only events at or after this time.
    pub since: Option<Timestamp>,
    /// Only events before this time.
    pub until: Option<Timestamp>,
    /// What is searched for.
    pub query: Option<Query>,
}

/// By how much the time in an id and that of its event may differ: an event that counts repeats takes the
/// time of the latest, and clocks are set.
const SLACK: Lifetime = Lifetime::from_seconds(600);

/// Which part of the list.
#[derive(Debug, Clone)]
pub enum EventPart {
    /// A page.
    Page {
        /// In which order.
        order: LogOrder,
        /// How many to skip.
        offset: u32,
        /// How many to give.
        limit: u32,
        /// Whether to count all that match.
        with_total: bool,
    },
    /// What comes before a checkpoint, from newest to oldest.
    Before {
        /// The oldest event that is known; none begins with the newest.
        checkpoint: Option<LogId>,
        /// How many to give.
        limit: u32,
    },
    /// What was committed after a checkpoint, in that order; of a query nothing else counts than who may see it.
    After {
        /// The last event that is known; none begins with the first.
        checkpoint: Option<LogId>,
        /// How many to give.
        limit: u32,
    },
}

/// A part of the log.
#[derive(Debug)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// How many match in all, where asked for and counted in time.
    pub total: Option<i64>,
}

/// What opens the log.
pub(super) const READING: &[ApiScope] = &[ApiScope::ReadLogs, ApiScope::ReadLogsUsers];

/// Whether the caller sees only what happened to people.
pub(super) fn sees_people_only(caller: &Caller) -> bool {
    !caller.holds(ApiScope::ReadLogs)
}

/// The events that match. Who may read the log of people only sees events that name a user.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::TooSlow`], or trouble with the store.
pub async fn list(
    app: &App,
    caller: &Caller,
    query: EventQuery,
    part: &EventPart,
) -> Result<EventPage, Fault> {
    caller.may_any(READING)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let filter = query.filter(sees_people_only(caller));
    let mut total = None;
    let events = match part {
        EventPart::Page { order, offset, limit, with_total } => {
            if *with_total {
                total = count(&scope, &filter).await?;
            }
            logs::list(&scope, &filter, *order, (*offset, *limit)).await?
        }
        EventPart::Before { checkpoint, limit } => {
            logs::list_before(&scope, &filter, checkpoint.as_ref(), *limit).await?
        }
        EventPart::After { checkpoint, limit } => {
            committed::after(&scope, checkpoint.as_ref(), filter.of_people, *limit).await?
        }
    };
    Ok(EventPage { events, total })
}

/// The page may be quick where the number is not.
async fn count(scope: &Scope<'_>, filter: &LogFilter) -> Result<Option<i64>, Fault> {
    match logs::count(scope, filter).await {
        Ok(total) => Ok(Some(total)),
        Err(StoreError::TooSlow) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl EventQuery {
    /// Whether an event matches that is in memory already.
    #[must_use]
    pub fn takes(&self, event: &Event) -> bool {
        let is = |wanted: &Option<ClientId>, of: &Option<ClientId>| wanted.is_none() || wanted == of;
        (self.codes.is_empty() || self.codes.contains(&event.code))
            && is(&self.client, &event.client)
            && (is(&self.about, &event.client) || is(&self.about, &event.target_client()))
            && (self.user.is_none() || self.user == event.user)
            && self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
            && self.query.as_ref().is_none_or(|query| finds(query, event))
    }

    pub(super) fn filter(self, of_people: bool) -> LogFilter {
        let asked = self.query.as_ref().map(span).unwrap_or_default();
        let Span { from, until } = asked.and(Span { from: self.since, until: self.until });
        LogFilter {
            codes: self.codes,
            client: self.client,
            about: self.about,
            user: self.user,
            of_people,
            since: from,
            until,
            query: self.query,
            from_id: from.map(|from| first_log_id(from.before(SLACK))),
            after_id: None,
            before_id: until.map(|until| first_log_id(until.after(SLACK))),
            few: None,
        }
    }
}
