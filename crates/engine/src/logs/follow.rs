//! Reading the log as it grows.
//!
//! In the order of commits, because ids are made before them and clocks of nodes differ: by id a slow commit would
//! be passed by. What is committed is given at once. It may still be joined by an earlier commit, until the tip of the
//! log has passed it; so all up to the tip is read once more then, and what was given is left out. An event that
//! folds repeats moves on in that order, and is given again with its count. See decisions 0019 and 0031.

use std::collections::HashMap;

use doorward_model::ids::{LogId, TenantId};
use doorward_model::log::event::Event;
use doorward_model::stream::Checkpoint;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_store::log_streams::outbox;
use doorward_store::logs::{self, committed};

use super::list::{EventPart, EventQuery, READING, list, sees_people_only};
use crate::app::{App, first_log_id};
use crate::caller::Caller;
use crate::fault::Fault;

/// How many events one read brings, and how many reads one look has at most.
const PER_READ: u32 = 100;
const READS: u32 = 100;
/// How many events are kept in mind that the tip has not passed; beyond that, what comes has to wait for it.
const MOST_UNSETTLED: usize = 20_000;
/// How far the time in an id may be behind that of the commit, for what is read by id and by commit.
const SLACK: Lifetime = Lifetime::from_seconds(600);

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
        caller.may_any(READING)?;
        let mut reader = Reader::begin(app, caller, query.clone()).await?;
        // What is there by now was there.
        reader.read_newest(app).await?;
        reader.found.clear();
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
        events.iter().for_each(|event| reader.note(event));
        Ok((Self(reader), events))
    }

    /// Begins with the events at or after `since`; they come with the first looks.
    ///
    /// # Errors
    /// [`Fault::Forbidden`], or trouble with the store.
    pub async fn since(
        app: &App,
        caller: &Caller,
        query: EventQuery,
        since: Timestamp,
    ) -> Result<Self, Fault> {
        caller.may_any(READING)?;
        let mut reader = Reader::begin(app, caller, query).await?;
        reader.walk = Some(first_log_id(since));
        Ok(Self(reader))
    }

    /// What came since the last look, from oldest to newest: at most some ten thousand events, so that
    /// who reads them begins at once; look again for the rest.
    ///
    /// # Errors
    /// Trouble with the store; whoever looks again after it misses nothing.
    pub async fn look(&mut self, app: &App) -> Result<Vec<Event>, Fault> {
        self.0.look(app).await
    }
}

/// The log of a tenant, read as it grows.
pub(super) struct Reader {
    tenant: TenantId,
    query: EventQuery,
    of_people: bool,
    /// How far events that were there at the start were read, by id; none when all were.
    walk: Option<LogId>,
    /// From here on what was read by id may come by its commit as well.
    recent: LogId,
    /// Nothing comes to stand before this any more, and all before it was given.
    settled: Checkpoint,
    /// How far was read beyond that.
    seen: Checkpoint,
    /// What was given of what may come once more, with its count.
    given: HashMap<LogId, i64>,
    /// What is to be given next.
    found: Vec<Event>,
}

impl Reader {
    async fn begin(app: &App, caller: &Caller, query: EventQuery) -> Result<Self, Fault> {
        let of_people = sees_people_only(caller);
        Self::of(app, caller.tenant.tenant.id.clone(), (query, of_people), None).await
    }

    /// For the process itself, which gives no more of it to anybody than they may see. Begins behind what is
    /// there, or with what was there at `since`.
    pub(super) async fn of(
        app: &App,
        tenant: TenantId,
        (query, of_people): (EventQuery, bool),
        since: Option<Timestamp>,
    ) -> Result<Self, Fault> {
        let tip = committed::tip(&app.db().tenant(&tenant)).await?;
        let start = behind(tip);
        Ok(Self {
            tenant,
            query,
            of_people,
            walk: since.map(first_log_id),
            recent: first_log_id(app.now().before(SLACK)),
            seen: start.clone(),
            settled: start,
            given: HashMap::new(),
            found: Vec::new(),
        })
    }

    /// What was found before some trouble is given first.
    pub(super) async fn look(&mut self, app: &App) -> Result<Vec<Event>, Fault> {
        match self.read(app).await {
            Err(fault) if self.found.is_empty() => Err(fault),
            Ok(()) | Err(_) => Ok(std::mem::take(&mut self.found)),
        }
    }

    async fn read(&mut self, app: &App) -> Result<(), Fault> {
        self.read_what_was_there(app).await?;
        if self.walk.is_none() {
            self.read_newest(app).await?;
            self.read_settled(app).await?;
        }
        Ok(())
    }

    async fn read_what_was_there(&mut self, app: &App) -> Result<(), Fault> {
        let filter = self.query.clone().filter(self.of_people);
        for _ in 0..READS {
            let Some(place) = &self.walk else { break };
            let scope = app.db().tenant(&self.tenant);
            let found = logs::list_after(&scope, &filter, Some(place), PER_READ).await?;
            let is_all = found.len() < PER_READ as usize;
            self.walk = found.last().map(|event| event.id.clone()).filter(|_| !is_all);
            for event in found {
                if event.id >= self.recent {
                    self.note(&event);
                }
                self.found.push(event);
            }
        }
        Ok(())
    }

    /// Reads what is committed by now.
    async fn read_newest(&mut self, app: &App) -> Result<(), Fault> {
        let tenant = self.tenant.clone();
        let scope = app.db().tenant(&tenant);
        self.seen = self.seen.clone().max(self.settled.clone());
        while self.given.len() < MOST_UNSETTLED {
            let page = committed::newest_after(&scope, &self.seen, PER_READ).await?;
            let is_all = page.len() < PER_READ as usize;
            for placed in page {
                self.seen = placed.checkpoint();
                let known = self.given.insert(placed.event.id.clone(), placed.event.count);
                self.give(placed.event, known);
            }
            if is_all {
                break;
            }
        }
        Ok(())
    }

    /// Reads up to the tip, as far as one look goes: what was committed late comes to stand there.
    async fn read_settled(&mut self, app: &App) -> Result<(), Fault> {
        let tenant = self.tenant.clone();
        let scope = app.db().tenant(&tenant);
        let tip = committed::tip(&scope).await?;
        // Where all events were deleted, positions begin anew.
        self.settled = self.settled.clone().min(behind(tip));
        for _ in 0..READS {
            let page = outbox::after(&scope, &self.settled, PER_READ).await?;
            let is_all = page.len() < PER_READ as usize;
            for placed in page {
                self.settled = placed.checkpoint();
                let known = self.given.remove(&placed.event.id);
                self.give(placed.event, known);
            }
            if is_all {
                // Whatever was kept in mind and did not come was deleted.
                if tip >= self.seen.position {
                    self.given.clear();
                }
                break;
            }
        }
        Ok(())
    }

    fn note(&mut self, event: &Event) {
        self.given.insert(event.id.clone(), event.count);
    }

    /// Gives an event unless it was given with this count, or is not asked for.
    fn give(&mut self, event: Event, known: Option<i64>) {
        let is_seen = !self.of_people || event.user.is_some();
        if known != Some(event.count) && is_seen && self.query.takes(&event) {
            self.found.push(event);
        }
    }
}

/// The checkpoint that has all events of a position, and before it, behind it.
fn behind(position: i64) -> Checkpoint {
    Checkpoint { position: position.saturating_add(1), event: None }
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
        clock.fetch_sub(3_600_000, Ordering::Relaxed);
        log(&kit, &neighbour, EventCode::Login, "behind").await;
        assert_eq!(told(&follower.look(&kit.app).await.unwrap()), [("behind", 1)]);
        assert!(follower.look(&kit.app).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn repeats_are_given_again_with_their_count() {
        let kit = Kit::new().await;
        let mut follower =
            Follower::since(&kit.app, &kit.shell(), EventQuery::default(), kit.app.now()).await.unwrap();
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
        let mut follower =
            Follower::since(&kit.app, &kit.shell(), EventQuery::default(), from).await.unwrap();
        let all = follower.look(&kit.app).await.unwrap();
        assert_eq!(all.iter().filter(|event| event.code == EventCode::Login).count(), 207);
        let query = EventQuery { codes: vec![EventCode::Logout], ..EventQuery::default() };
        let begun = Follower::from_the_end(&kit.app, &kit.shell(), query, 150).await;
        let (_, last) = begun.unwrap();
        assert_eq!((last.len(), last[0].description.as_str()), (23, "0"));
    }

    #[tokio::test]
    async fn only_what_is_asked_for_is_given_and_nothing_is_kept_in_mind_for_ever() {
        let kit = Kit::new().await;
        let query = EventQuery { codes: vec![EventCode::Logout], ..EventQuery::default() };
        let begun = Follower::from_the_end(&kit.app, &kit.shell(), query, 5).await;
        let (mut follower, last) = begun.unwrap();
        assert!(last.is_empty());
        log(&kit, &kit.app, EventCode::Login, "in").await;
        log(&kit, &kit.app, EventCode::Logout, "out").await;
        assert_eq!(told(&follower.look(&kit.app).await.unwrap()), [("out", 1)]);
        assert!(follower.look(&kit.app).await.unwrap().is_empty());
        assert!(follower.0.given.is_empty(), "{:?}", follower.0.given);
    }

    /// Whatever happened while what was there is still being read is given once.
    #[tokio::test]
    async fn what_comes_while_a_long_log_is_read_is_given_once() {
        let kit = Kit::new().await;
        let since = kit.app.now();
        let begun = Follower::since(&kit.app, &kit.shell(), EventQuery::default(), since).await;
        let mut follower = begun.unwrap();
        log(&kit, &kit.app, EventCode::Login, "between").await;
        let first = follower.look(&kit.app).await.unwrap();
        assert_eq!(first.iter().filter(|event| event.description == "between").count(), 1);
        assert!(follower.look(&kit.app).await.unwrap().is_empty());
    }
}
