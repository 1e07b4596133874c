//! Reading the log as it grows.
//!
//! Ids of events grow with time, but two nodes commit theirs in any order and their clocks differ a
//! little. So each look goes back a few seconds and leaves out what was given already. An event that
//! folds repeats is given again when it counted more.

use std::collections::BTreeMap;

use doorward_model::ids::{LogId, TenantId};
use doorward_model::log::event::Event;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_store::logs::{self, LogFilter};

use super::list::{EventPart, EventQuery, READING, list, sees_people_only};
use crate::app::{App, first_log_id};
use crate::caller::Caller;
use crate::fault::Fault;

/// How far each look goes back.
const OVERLAP: Lifetime = Lifetime::from_seconds(5);
/// How long an event may still count repeats: its minute, and the overlap.
const FOLDING: Lifetime = Lifetime::from_seconds(70);
/// How many events one read brings.
const PER_READ: u32 = 100;
/// How many folded events are looked at again.
const MAX_FOLDED: usize = 50;

/// Somebody who reads along.
pub struct Follower(Reader);

impl Follower {
    /// Begins behind the events that are there, and gives the last `count` of them that match, from
    /// oldest to newest.
    ///
    /// # Errors
    /// [`Fault::Forbidden`], or trouble with the store.
    pub async fn from_the_end(
        app: &App,
        caller: &Caller,
        query: EventQuery,
        count: u32,
    ) -> Result<(Self, Vec<Event>), Fault> {
        let last = EventPart::Before { checkpoint: None, limit: 1 };
        let newest =
            list(app, caller, EventQuery::default(), &last).await?.events.pop().map(|event| event.id);
        let mut events = Vec::new();
        let mut checkpoint = None;
        while events.len() < count as usize {
            let limit = PER_READ.min(count - u32::try_from(events.len()).unwrap_or(count));
            let part = EventPart::Before { checkpoint, limit };
            let found = list(app, caller, query.clone(), &part).await?.events;
            checkpoint = found.last().map(|event| event.id.clone());
            let is_all = found.len() < limit as usize;
            events.extend(found);
            if is_all {
                break;
            }
        }
        events.reverse();
        let mut reader = Reader::begin(caller, query, newest);
        events.iter().for_each(|event| reader.note(event));
        Ok((Self(reader), events))
    }

    /// Begins with the events at or after `since`; they come with the first look.
    ///
    /// # Errors
    /// [`Fault::Forbidden`].
    pub fn since(caller: &Caller, query: EventQuery, since: Timestamp) -> Result<Self, Fault> {
        caller.may_any(READING)?;
        Ok(Self(Reader::begin(caller, query, Some(first_log_id(since)))))
    }

    /// What came since the last look, from oldest to newest: at most a few thousand events, so that
    /// who reads them begins at once; look again for the rest.
    ///
    /// # Errors
    /// Trouble with the store.
    pub async fn look(&mut self, app: &App) -> Result<Vec<Event>, Fault> {
        self.0.look(app).await
    }
}

/// The log of a tenant, read as it grows.
pub(super) struct Reader {
    tenant: TenantId,
    filter: LogFilter,
    /// Nothing up to here is given.
    floor: Option<LogId>,
    /// The newest that was given.
    newest: Option<LogId>,
    /// What was given lately, with its count; and whether it may count further.
    given: BTreeMap<LogId, (i64, bool)>,
}

impl Reader {
    fn begin(caller: &Caller, query: EventQuery, floor: Option<LogId>) -> Self {
        let filter = query.filter(sees_people_only(caller));
        Self::of(caller.tenant.tenant.id.clone(), filter, floor)
    }

    /// For the process itself, which gives no more of it to anybody than they may see.
    pub(super) fn of(tenant: TenantId, filter: LogFilter, floor: Option<LogId>) -> Self {
        Self { tenant, filter, newest: floor.clone(), floor, given: BTreeMap::new() }
    }

    pub(super) async fn look(&mut self, app: &App) -> Result<Vec<Event>, Fault> {
        let mut fresh = self.counted_further(app).await?;
        let mut checkpoint = self.checkpoint();
        for _ in 0..PER_READ {
            let scope = app.db().tenant(&self.tenant);
            let found = logs::list_after(&scope, &self.filter, checkpoint.as_ref(), PER_READ).await?;
            let is_all = found.len() < PER_READ as usize;
            checkpoint = found.last().map(|event| event.id.clone()).or(checkpoint);
            for event in found {
                if !self.given.contains_key(&event.id) {
                    self.note(&event);
                    fresh.push(event);
                }
            }
            if is_all {
                break;
            }
        }
        self.forget_the_old();
        Ok(fresh)
    }

    /// Where to read on: a little before the newest, but nothing that was there at the start.
    fn checkpoint(&self) -> Option<LogId> {
        let back = self.newest.as_ref().map(|id| earlier(id, OVERLAP));
        back.max(self.floor.clone())
    }

    fn note(&mut self, event: &Event) {
        self.given.insert(event.id.clone(), (event.count, event.fold_key.is_some()));
        if self.newest.as_ref().is_none_or(|newest| *newest < event.id) {
            self.newest = Some(event.id.clone());
        }
    }

    /// The folded events that counted repeats since they were given.
    async fn counted_further(&mut self, app: &App) -> Result<Vec<Event>, Fault> {
        let folding = self.given.iter().rev().filter(|(_, (_, folds))| *folds).take(MAX_FOLDED);
        let ids: Vec<LogId> = folding.map(|(id, _)| id.clone()).collect();
        let mut again = Vec::new();
        for id in ids {
            // Cleaned away meanwhile is no trouble of a reader.
            let Some(event) = logs::get(&app.db().tenant(&self.tenant), &id).await? else { continue };
            if self.given.get(&id).is_some_and(|(count, _)| *count < event.count) {
                self.note(&event);
                again.push(event);
            }
        }
        Ok(again)
    }

    fn forget_the_old(&mut self) {
        if let Some(newest) = &self.newest {
            self.given = self.given.split_off(&earlier(newest, FOLDING));
        }
    }
}

/// The place in time that lies so long before that of an event; the event itself when its id is not
/// one of ours.
fn earlier(id: &LogId, time: Lifetime) -> LogId {
    let place = id.as_str().get(3..23).and_then(|digits| digits.parse::<i64>().ok());
    place.map_or_else(|| id.clone(), |place| first_log_id(Timestamp::from_millis(place / 1000).before(time)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::RequestInfo;
    use crate::clock::Clock;
    use crate::kit::Kit;
    use crate::logs::record::{EventDraft, alone};
    use doorward_model::log::code::EventCode;
    use std::sync::atomic::Ordering;

    async fn log(kit: &Kit, app: &App, code: EventCode, text: &str) {
        let info = RequestInfo { ip: "203.0.113.7".parse().ok(), ..RequestInfo::default() };
        alone(app, &kit.tenant(), &info, EventDraft::new(code, text)).await.unwrap();
    }

    fn told(events: &[Event]) -> Vec<(&str, i64)> {
        events.iter().map(|event| (event.description.as_str(), event.count)).collect()
    }

    #[tokio::test]
    async fn what_comes_is_given_once_and_what_was_there_is_not() {
        let kit = Kit::new().await;
        for text in ["a", "b", "c"] {
            log(&kit, &kit.app, EventCode::Login, text).await;
        }
        let begun = Follower::from_the_end(&kit.app, &kit.shell(), EventQuery::default(), 2).await;
        let (mut follower, last) = begun.unwrap();
        assert_eq!(told(&last), [("b", 1), ("c", 1)]);
        assert!(follower.look(&kit.app).await.unwrap().is_empty());
        log(&kit, &kit.app, EventCode::Login, "d").await;
        kit.clock.advance(Lifetime::from_seconds(60));
        log(&kit, &kit.app, EventCode::Login, "e").await;
        assert_eq!(told(&follower.look(&kit.app).await.unwrap()), [("d", 1), ("e", 1)]);
        assert!(follower.look(&kit.app).await.unwrap().is_empty());
    }

    /// A node whose clock is behind writes ids that lie before those that were given.
    #[tokio::test]
    async fn an_event_of_a_slower_clock_is_not_missed() {
        let kit = Kit::new().await;
        let begun = Follower::from_the_end(&kit.app, &kit.shell(), EventQuery::default(), 0).await;
        let (mut follower, _) = begun.unwrap();
        let neighbour = kit.neighbour().await;
        kit.clock.advance(Lifetime::from_seconds(30));
        log(&kit, &kit.app, EventCode::Login, "ahead").await;
        assert_eq!(told(&follower.look(&kit.app).await.unwrap()), [("ahead", 1)]);
        let Clock::Fixed(clock) = &kit.clock else { panic!("the clock of a test stands still") };
        clock.fetch_sub(2000, Ordering::Relaxed);
        log(&kit, &neighbour, EventCode::Login, "behind").await;
        assert_eq!(told(&follower.look(&kit.app).await.unwrap()), [("behind", 1)]);
        assert!(follower.look(&kit.app).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn repeats_are_given_again_with_their_count() {
        let kit = Kit::new().await;
        let mut follower = Follower::since(&kit.shell(), EventQuery::default(), kit.app.now()).unwrap();
        follower.look(&kit.app).await.unwrap();
        log(&kit, &kit.app, EventCode::LoginFailed, "no").await;
        assert_eq!(told(&follower.look(&kit.app).await.unwrap()), [("no", 1)]);
        for _ in 0..13 {
            log(&kit, &kit.app, EventCode::LoginFailed, "no").await;
        }
        assert_eq!(told(&follower.look(&kit.app).await.unwrap()), [("no", 14)]);
        assert!(follower.look(&kit.app).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_long_log_is_walked_whole_and_picked_from() {
        let kit = Kit::new().await;
        let from = kit.app.now();
        for number in 0..230 {
            let code = if number % 10 == 0 { EventCode::Logout } else { EventCode::Login };
            log(&kit, &kit.app, code, &number.to_string()).await;
        }
        let mut follower = Follower::since(&kit.shell(), EventQuery::default(), from).unwrap();
        let all = follower.look(&kit.app).await.unwrap();
        assert_eq!(all.iter().filter(|event| event.code == EventCode::Login).count(), 207);
        let query = EventQuery { codes: vec![EventCode::Logout], ..EventQuery::default() };
        let begun = Follower::from_the_end(&kit.app, &kit.shell(), query, 150).await;
        let (_, last) = begun.unwrap();
        assert_eq!((last.len(), last[0].description.as_str()), (23, "0"));
    }
}
