//! The way that somebody took, of which an event is a step.
//!
//! Events of one login have its `transaction`, and from the login on its `session_id`; what they lead to is looked for
//! at the same client shortly before and after, from the same address and of the same person: the program that
//! exchanges the code stands elsewhere. Where an event is no step of a login, what happened from the same address is
//! shown. Source: UX §1.9, "the transaction as a timeline".

use std::collections::{BTreeMap, BTreeSet};

use doorward_engine::logs::list::{self as events, EventPart, EventQuery};
use doorward_model::ids::LogId;
use doorward_model::log::event::Event;
use doorward_model::log::filter::Filter;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_web::fault::PageFault;
use doorward_web::state::Web;

use super::row::Row;
use crate::frame::Frame;
use crate::parts;

/// How far before and after an event its way is looked for.
const AROUND: Lifetime = Lifetime::from_seconds(600);
/// How many events are looked at for it, and how many steps are shown before and after.
const LOOKED_AT: u32 = 100;
const STEPS: usize = 6;

/// What happened before and after an event, the event among it, from first to last.
pub(crate) struct Way {
    /// Whether it is one login.
    pub is_login: bool,
    /// When the login began, where that is known.
    began: Option<Timestamp>,
    pub steps: Vec<Row>,
    now: Timestamp,
}

impl Way {
    /// The way of an event; without steps where it stands alone.
    pub(crate) async fn of(web: &Web, frame: &Frame, event: &Event) -> Result<Self, PageFault> {
        let now = frame.now();
        if event.client.is_none() {
            return Ok(Self::alone(now));
        }
        let from_here = match event.ip.clone() {
            Some(ip) => {
                let query = Filter { ip: Some(ip), ..Filter::default() }.query();
                found(web, frame, event, EventQuery { query, ..EventQuery::default() }).await?
            }
            None => Vec::new(),
        };
        let mut of_login = from_here.clone();
        if !keys(event).is_empty() && event.user.is_some() {
            let query = EventQuery { user: event.user.clone(), ..EventQuery::default() };
            of_login.extend(found(web, frame, event, query).await?);
        }
        of_login.push(event.clone());
        let login = login(event, of_login);
        if login.len() > 1 {
            let began = login.iter().find_map(|step| step.details.get("initiatedAt")?.as_i64());
            let steps = login.into_iter().map(|step| Row::of(step, now)).collect();
            return Ok(Self { is_login: true, began: began.map(Timestamp::from_millis), steps, now });
        }
        Ok(Self { steps: before_and_after(event, from_here, now), ..Self::alone(now) })
    }

    fn alone(now: Timestamp) -> Self {
        Self { is_login: false, began: None, steps: Vec::new(), now }
    }

    /// When the application sent the person to log in.
    pub(crate) fn began(&self) -> Option<impl askama::FastWritable + askama::filters::HtmlSafe + use<>> {
        self.began.map(|began| parts::when(began, self.now))
    }
}

/// What happened at the client of an event shortly before and after it, newest first.
async fn found(web: &Web, frame: &Frame, event: &Event, query: EventQuery) -> Result<Vec<Event>, PageFault> {
    let query = EventQuery {
        client: event.client.clone(),
        since: Some(event.at.before(AROUND)),
        until: Some(event.at.after(AROUND)),
        ..query
    };
    let part = EventPart::Before { checkpoint: None, limit: LOOKED_AT };
    Ok(events::list(web.app(), frame.caller(), query, &part).await?.events)
}

/// What the log knows a login by.
fn keys(event: &Event) -> BTreeSet<String> {
    let known =
        ["transaction", "session_id"].into_iter().filter_map(|name| event.details.get(name)?.as_str());
    known.map(str::to_owned).collect()
}

/// The events of the login that an event is part of, from first to last.
fn login(event: &Event, all: Vec<Event>) -> Vec<Event> {
    let mut known = keys(event);
    // A failure knows the transaction, what is exchanged the session, and the login between them both.
    for _ in 0..2 {
        let joined: Vec<_> = all.iter().map(keys).filter(|keys| !keys.is_disjoint(&known)).collect();
        known.extend(joined.into_iter().flatten());
    }
    let of_it = all.into_iter().filter(|other| !keys(other).is_disjoint(&known));
    let ordered: BTreeMap<(Timestamp, LogId), Event> =
        of_it.map(|other| ((other.at, other.id.clone()), other)).collect();
    ordered.into_values().collect()
}

/// The rows next to an event, from first to last; nothing where it stands alone.
fn before_and_after(event: &Event, found: Vec<Event>, now: Timestamp) -> Vec<Row> {
    let mut rows = Row::fold(found, now);
    rows.reverse();
    let here = rows.iter().position(|row| row.event.id == event.id || row.event.is_like(event));
    let first = here.unwrap_or_default().saturating_sub(STEPS);
    let rows: Vec<Row> = rows.into_iter().skip(first).take(2 * STEPS + 1).collect();
    if rows.len() > 1 { rows } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use doorward_model::log::code::EventCode;
    use serde_json::json;

    use super::*;
    use crate::logs::sentence::tests::event;

    fn step(id: &str, code: EventCode, details: &[(&str, &str)]) -> Event {
        let mut step = Event { id: LogId::parse(id).unwrap(), ..event(code, "x") };
        step.details.extend(details.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        step
    }

    #[test]
    fn a_login_is_what_has_its_transaction_or_its_session() {
        let all = vec![
            step("5", EventCode::CodeExchange, &[("session_id", "s1")]),
            step("4", EventCode::CodeExchange, &[("session_id", "s2")]),
            step("3", EventCode::Login, &[("transaction", "t1"), ("session_id", "s1")]),
            step("2", EventCode::WrongPassword, &[("transaction", "t2")]),
            step("1", EventCode::WrongPassword, &[("transaction", "t1")]),
            step("0", EventCode::SilentAuthFailed, &[]),
        ];
        for at in [0, 2, 4] {
            let steps = login(&all[at], all.clone());
            let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
            assert_eq!(ids, ["1", "3", "5"], "of {at}");
        }
        assert!(login(&all[5], all.clone()).is_empty());
    }
}
