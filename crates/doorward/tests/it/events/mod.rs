//! The log as a whole: which request makes which event, what its record holds, why and what to do, that
//! strangers cannot fill it, and that it reads after what it names is gone.

mod codes;
mod explanations;
mod folding;
mod names;
mod records;

use serde_json::Value;

use crate::kit::House;

/// The newest event of that type that a request made: what the kit does itself has no address.
async fn newest(house: &House, code: &str) -> Value {
    let events = house.logs().await;
    let found = events.iter().find(|event| event["type"] == code && event.get("ip").is_some());
    found.unwrap_or_else(|| panic!("there is no {code} in {events:#?}")).clone()
}
