//! Log streams at work: receivers on this machine, leases between nodes, and everything that goes wrong.

mod endless;
mod failures;
mod kinds;
mod nodes;
mod numbers;
mod odd_hosts;
mod services;
mod slow;

use std::time::Duration;

use doorward_engine::streams;
use doorward_model::ids::StreamId;
use doorward_model::log::event::Event;
use doorward_model::stream::Checkpoint;
use doorward_store::logs::committed;
use serde_json::{Map, Value, json};

use crate::kit::receiver::{Got, Receiver};
use crate::kit::{Engine, House};

/// Waits until all that happened so far can be delivered. On PostgreSQL an event waits for every writing
/// transaction of the server that began before it, also for those of the tests next door.
async fn all_shown(house: &House) {
    let (app, caller) = house.app_and_caller();
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let start = Checkpoint { position: 0, event: None };
    let newest = committed::newest_after(&scope, &start, 100_000).await.unwrap();
    let newest = newest.last().map_or(0, |placed| placed.position);
    for _ in 0..6000 {
        if committed::tip(&scope).await.unwrap() >= newest {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("what happened is held back for a minute");
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("an object is wanted") };
    object
}

/// A stream to a receiver, with changes to its sink.
async fn stream_to(house: &House, receiver: &Receiver, changes: Value) -> StreamId {
    house.searches(receiver);
    let mut sink = json!({ "httpEndpoint": format!("{}/in", receiver.origin) });
    sink.as_object_mut().unwrap().extend(object(changes));
    made(house, json!({ "name": "Mine", "type": "http", "sink": sink })).await
}

/// A stream that begins with the event of its own making: what was held back before that would come, too.
async fn made(house: &House, body: Value) -> StreamId {
    all_shown(house).await;
    let (app, caller) = house.app_and_caller();
    let id = streams::create(app, &caller, &object(body)).await.unwrap().id;
    all_shown(house).await;
    id
}

async fn patch(house: &House, id: &StreamId, body: Value) {
    let (app, caller) = house.app_and_caller();
    streams::update(app, &caller, id, &object(body)).await.unwrap();
    all_shown(house).await;
}

async fn health(house: &House, id: &StreamId) -> streams::Health {
    let (app, caller) = house.app_and_caller();
    streams::health(app, &caller, id).await.unwrap()
}

/// Waits until a stream is as wanted.
async fn until(house: &House, id: &StreamId, wanted: impl Fn(&streams::Health) -> bool) -> streams::Health {
    for _ in 0..6000 {
        let health = health(house, id).await;
        if wanted(&health) {
            return health;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the stream stays like that: {:#?}", health(house, id).await);
}

/// Things that happen: each is an event of its own, and can be delivered.
async fn happen(house: &House, from: usize, count: usize) {
    for number in from..from + count {
        house.user(&format!("person{number}@example.com"), crate::kit::PASSWORD).await;
    }
    all_shown(house).await;
}

/// How many events were taken with these requests.
fn taken(got: &[Got]) -> usize {
    got.iter().filter(|got| got.status == 200).map(|got| got.ids().len()).sum()
}

/// Whether all events of the log came, in order and once, that of the stream's own making first.
async fn complete(house: &House, id: &StreamId, receiver: &Receiver, count: usize) {
    let wanted = logged(house, id).await;
    assert!(wanted.len() >= count, "{wanted:?}");
    receiver.until(|got| taken(got) > wanted.len()).await;
    assert_eq!(receiver.taken()[1..], wanted, "the first is that of the stream's making");
}

/// The ids of all events of the log that were committed after the stream was made, in the order of their
/// commits.
async fn logged(house: &House, id: &StreamId) -> Vec<String> {
    let made = |event: &Event| {
        let target = event.details.get("target");
        target.is_some_and(|target| target["log_stream_id"] == id.as_str())
            && event.description == "Create a log stream"
    };
    let events = house.committed().await;
    let after = events.iter().skip_while(|event| !made(event)).skip(1);
    after.map(|event| event.id.as_str().to_owned()).collect()
}
