//! The log as a whole: which request makes which event, what its record holds, why and what to do, that
//! strangers cannot fill it, and that it reads after what it names is gone.

mod codes;
mod explanations;
mod folding;
mod looked_up;
mod names;
mod reasons;
mod records;
mod references;
mod refusals;
mod twice;
mod whose;

use serde_json::Value;

use crate::kit::House;

/// Who may read everything beside the log that explains it.
const READER: [&str; 7] = [
    "read:logs",
    "read:clients",
    "read:client_grants",
    "read:connections",
    "read:resource_servers",
    "read:users",
    "read:client_keys",
];

/// The newest event of that type that a request made: what the kit does itself has no address.
pub async fn newest(house: &House, code: &str) -> Value {
    let machine = house.machine(&READER).await;
    let events = machine.get("/api/v2/logs?per_page=100").await.is(200).json();
    let mut events = events.as_array().unwrap().iter();
    let found = events.find(|event| event["type"] == code && event.get("ip").is_some());
    found.unwrap_or_else(|| panic!("there is no {code}")).clone()
}
