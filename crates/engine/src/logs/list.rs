//! Listing events: by page, from newest to oldest, or by checkpoint, from oldest to newest.
//!
//! Source: the Management API's `GET /logs`.

use doorward_model::ids::{ClientId, LogId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;
use doorward_store::logs::{self, LogFilter};

use crate::app::App;
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
}

/// Which part of the list.
#[derive(Debug, Clone)]
pub enum EventPart {
    /// A page, from newest to oldest.
    Page {
        /// How many to skip.
        offset: u32,
        /// How many to give.
        limit: u32,
        /// Whether to count all that match.
        with_total: bool,
    },
    /// A page, from oldest to newest.
    OldestPage {
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
    /// What comes after a checkpoint, from oldest to newest.
    After {
        /// The last event that is known; none begins with the oldest.
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
    /// How many match in all, where asked for.
    pub total: Option<i64>,
}

/// Whether the caller sees only what happened to people.
pub(super) fn sees_people_only(caller: &Caller) -> bool {
    !caller.holds(ApiScope::ReadLogs)
}

/// The events that match. Who may read the log of people only sees events that name a user.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(
    app: &App,
    caller: &Caller,
    query: EventQuery,
    part: &EventPart,
) -> Result<EventPage, Fault> {
    caller.may_any(&[ApiScope::ReadLogs, ApiScope::ReadLogsUsers])?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let EventQuery { codes, client, about, user, since, until } = query;
    let of_people = sees_people_only(caller);
    let filter = LogFilter { codes, client, about, user, of_people, since, until };
    match part {
        EventPart::Page { offset, limit, with_total } => {
            let total = if *with_total { Some(logs::count(&scope, &filter).await?) } else { None };
            let events = logs::list(&scope, &filter, *offset, *limit).await?;
            Ok(EventPage { events, total })
        }
        EventPart::OldestPage { offset, limit, with_total } => {
            let total = if *with_total { Some(logs::count(&scope, &filter).await?) } else { None };
            let events = logs::list_oldest_first(&scope, &filter, *offset, *limit).await?;
            Ok(EventPage { events, total })
        }
        EventPart::Before { checkpoint, limit } => {
            let events = logs::list_before(&scope, &filter, checkpoint.as_ref(), *limit).await?;
            Ok(EventPage { events, total: None })
        }
        EventPart::After { checkpoint, limit } => {
            let events = logs::list_after(&scope, &filter, checkpoint.as_ref(), *limit).await?;
            Ok(EventPage { events, total: None })
        }
    }
}
