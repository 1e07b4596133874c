//! Log streams at work: receivers on this machine, leases between nodes, and everything that goes wrong.

mod endless;
mod failures;
mod kinds;
mod nodes;
mod numbers;
mod odd_hosts;
mod slow;

use doorward_engine::streams;
use doorward_model::ids::StreamId;
use doorward_model::log::event::Event;
use serde_json::{Map, Value, json};

use crate::kit::receiver::Receiver;
use crate::kit::{Engine, House};

/// A house whose events can be delivered at once. On PostgreSQL they wait for every transaction of the server,
/// also those of the tests next door; what runs on both engines reckons with that.
async fn alone() -> House {
    House::on(Engine::Sqlite).await
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("an object is wanted") };
    object
}

/// A stream to a receiver, with changes to its sink.
async fn stream_to(house: &House, receiver: &Receiver, changes: Value) -> StreamId {
    let mut sink = json!({ "httpEndpoint": format!("{}/in", receiver.origin) });
    sink.as_object_mut().unwrap().extend(object(changes));
    made(house, json!({ "name": "Mine", "type": "http", "sink": sink })).await
}

async fn made(house: &House, body: Value) -> StreamId {
    let (app, caller) = house.app_and_caller();
    streams::create(app, &caller, &object(body)).await.unwrap().id
}

async fn patch(house: &House, id: &StreamId, body: Value) {
    let (app, caller) = house.app_and_caller();
    streams::update(app, &caller, id, &object(body)).await.unwrap();
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
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the stream stays like that: {:#?}", health(house, id).await);
}

/// Things that happen: each is an event of its own.
async fn happen(house: &House, from: usize, count: usize) {
    for number in from..from + count {
        house.user(&format!("person{number}@example.com"), crate::kit::PASSWORD).await;
    }
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
