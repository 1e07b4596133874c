//! The log as it grows, for many who watch at once.
//!
//! One task per tenant that is watched looks into the store at short intervals, so that what other processes
//! write is seen, too; everybody who watches gets their part of what it finds. It ends when nobody watches any
//! more. How many may watch is bounded. Source: UX §1.9, "Live".

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use doorward_model::ids::TenantId;
use doorward_model::log::event::Event;
use doorward_model::time::{Lifetime, Timestamp};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};
use tokio::time::sleep;

use super::follow::Reader;
use super::list::{EventQuery, READING, sees_people_only};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// How often the store is looked into: for so long an event waits to be told of, and for one look.
pub const PAUSE: Duration = Duration::from_millis(400);
/// How many may watch at once in this process.
pub const MOST: usize = 100;
/// How many events are kept for one who is slow; who is slower is told that there were many.
const KEPT: usize = 1024;
/// How far before the first watcher the task begins.
const BEFORE: Lifetime = Lifetime::from_seconds(5);

/// Who watches in this process.
pub(crate) struct Live {
    tenants: Mutex<HashMap<TenantId, broadcast::Sender<Arc<Event>>>>,
    places: Arc<Semaphore>,
    ending: watch::Sender<bool>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            tenants: Mutex::default(),
            places: Arc::new(Semaphore::new(MOST)),
            ending: watch::Sender::new(false),
        }
    }
}

impl Live {
    /// Ends all watching, because the process ends.
    pub(crate) fn end(&self) {
        self.ending.send_replace(true);
    }
}

/// What one who watches is told.
#[derive(Debug)]
pub enum News {
    /// These events happened, or counted repeats.
    Events(Vec<Arc<Event>>),
    /// More happened than was kept.
    Many,
    /// The process ends.
    End,
}

/// Somebody who watches.
pub struct Watching {
    query: EventQuery,
    of_people: bool,
    events: broadcast::Receiver<Arc<Event>>,
    ending: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

/// Begins to watch; none when [`MOST`] watch already.
///
/// # Errors
/// [`Fault::Forbidden`].
pub fn watch(app: &App, caller: &Caller, query: EventQuery) -> Result<Option<Watching>, Fault> {
    caller.may_any(READING)?;
    let live = app.live();
    let Ok(place) = Arc::clone(&live.places).try_acquire_owned() else { return Ok(None) };
    let events = subscribe(app, &caller.tenant.tenant.id);
    let ending = live.ending.subscribe();
    let of_people = sees_people_only(caller);
    Ok(Some(Watching { query, of_people, events, ending, _place: place }))
}

/// Listens to the task of the tenant, and starts it for the first.
fn subscribe(app: &App, tenant: &TenantId) -> broadcast::Receiver<Arc<Event>> {
    let mut tenants = app.live().tenants.lock();
    if let Some(known) = tenants.get(tenant) {
        return known.subscribe();
    }
    let (sender, events) = broadcast::channel(KEPT);
    tenants.insert(tenant.clone(), sender.clone());
    tokio::spawn(look(app.clone(), tenant.clone(), sender));
    events
}

/// Looks into the store until nobody listens.
async fn look(app: App, tenant: TenantId, sender: broadcast::Sender<Arc<Event>>) {
    let begin = app.now().before(BEFORE);
    let mut reader: Option<Reader> = None;
    let mut ending = app.live().ending.subscribe();
    loop {
        match look_once(&app, &tenant, &mut reader, begin).await {
            // Who stopped listening meanwhile misses nothing that they want.
            Ok(found) => found.into_iter().for_each(|event| drop(sender.send(Arc::new(event)))),
            Err(fault) => tracing::warn!(cause = fault.cause(), "the log cannot be watched for the moment"),
        }
        {
            let mut tenants = app.live().tenants.lock();
            if sender.receiver_count() == 0 || *ending.borrow() {
                tenants.remove(&tenant);
                return;
            }
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            _ = ending.changed() => {}
        }
    }
}

/// Reads on; the first time from where watching began.
async fn look_once(
    app: &App,
    tenant: &TenantId,
    reader: &mut Option<Reader>,
    begin: Timestamp,
) -> Result<Vec<Event>, Fault> {
    let known = match reader.take() {
        Some(known) => known,
        None => Reader::of(app, tenant.clone(), (EventQuery::default(), false), Some(begin)).await?,
    };
    reader.insert(known).look(app).await
}

impl Watching {
    /// Waits until something happens that matches.
    pub async fn next(&mut self) -> News {
        loop {
            if *self.ending.borrow() {
                return News::End;
            }
            let first = tokio::select! {
                received = self.events.recv() => received,
                _ = self.ending.changed() => return News::End,
            };
            match first {
                Ok(event) => {
                    let mut found = vec![event];
                    // What was found in one look is told at once.
                    while let Ok(more) = self.events.try_recv() {
                        found.push(more);
                    }
                    found.retain(|event| self.takes(event));
                    if !found.is_empty() {
                        return News::Events(found);
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => return News::Many,
                Err(broadcast::error::RecvError::Closed) => return News::End,
            }
        }
    }

    fn takes(&self, event: &Event) -> bool {
        (!self.of_people || event.user.is_some()) && self.query.takes(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::RequestInfo;
    use crate::kit::Kit;
    use crate::logs::record::{EventDraft, alone};
    use doorward_model::log::code::EventCode;
    use tokio::time::timeout;

    async fn log(kit: &Kit, app: &App, code: EventCode, text: &str) {
        let info = RequestInfo::default();
        alone(app, &kit.tenant(), &info, EventDraft::new(code, text)).await.unwrap();
    }

    /// The texts of what comes, until the last of them is there.
    async fn told(watching: &mut Watching, last: &str) -> Vec<String> {
        let mut all = Vec::new();
        while all.last().is_none_or(|text| text != last) {
            let news = timeout(Duration::from_secs(20), watching.next()).await.expect("nothing came");
            let News::Events(events) = news else { panic!("{news:?}") };
            all.extend(events.iter().map(|event| event.description.clone()));
        }
        all
    }

    #[tokio::test]
    async fn everybody_who_watches_gets_their_part_of_what_any_node_writes() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        kit.clock.advance(Lifetime::from_seconds(60));
        let all = watch(&kit.app, &kit.shell(), EventQuery::default()).unwrap();
        let only = EventQuery { codes: vec![EventCode::Logout], ..EventQuery::default() };
        let some = watch(&kit.app, &kit.shell(), only).unwrap();
        let (mut all, mut some) = (all.unwrap(), some.unwrap());
        assert_eq!(kit.app.live().tenants.lock().len(), 1, "one task for both");
        log(&kit, &kit.app, EventCode::Login, "one").await;
        log(&kit, &neighbour, EventCode::Logout, "two").await;
        log(&kit, &kit.app, EventCode::Login, "three").await;
        assert_eq!(told(&mut all, "three").await, ["one", "two", "three"]);
        assert_eq!(told(&mut some, "two").await, ["two"]);
    }

    /// One look brings whatever any node has committed; how frequent looks are is [`PAUSE`].
    #[tokio::test]
    async fn what_another_node_writes_comes_with_the_next_look() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        let (tenant, now) = (kit.tenant().tenant.id.clone(), kit.app.now());
        let mut reader = None;
        look_once(&kit.app, &tenant, &mut reader, now).await.unwrap();
        for text in ["one", "two"] {
            log(&kit, &neighbour, EventCode::Login, text).await;
            let found = look_once(&kit.app, &tenant, &mut reader, now).await.unwrap();
            let told: Vec<&str> = found.iter().map(|event| event.description.as_str()).collect();
            assert_eq!(told, [text]);
        }
    }

    #[tokio::test]
    async fn watching_ends_with_the_process_and_has_so_many_places() {
        let kit = Kit::new().await;
        let mut all: Vec<Watching> = Vec::new();
        while let Some(one) = watch(&kit.app, &kit.shell(), EventQuery::default()).unwrap() {
            all.push(one);
        }
        assert_eq!(all.len(), MOST);
        all.pop();
        all.push(watch(&kit.app, &kit.shell(), EventQuery::default()).unwrap().expect("a place was free"));
        kit.app.wind_down();
        for one in &mut all {
            let news = timeout(Duration::from_secs(20), async {
                loop {
                    match one.next().await {
                        News::Events(_) => {}
                        other => break other,
                    }
                }
            });
            assert!(matches!(news.await, Ok(News::End)));
        }
    }
}
