//! `/api/v2/logs`: what happened is there, in order, and for those who may read it.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

#[tokio::test]
async fn a_login_is_an_event_with_person_client_and_connection() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let logs = house.logs().await;
    let event = logs.iter().find(|event| event["type"] == "s").expect("a login is an event");
    assert_eq!(event["client_id"], party.client_id);
    assert_eq!(event["connection"], "Username-Password-Authentication");
    assert_eq!(event["strategy"], "auth0");
    assert_eq!(event["ip"], "192.0.2.1");
    assert!(event["user_id"].as_str().unwrap().starts_with("auth0|"), "{event}");
    assert!(event["date"].as_str().unwrap().ends_with('Z'), "{event}");
    let id = event["log_id"].as_str().unwrap();
    let machine = house.machine(&["read:logs"]).await;
    assert_eq!(machine.get(&format!("/api/v2/logs/{id}")).await.is(200).json()["log_id"], id);
    machine.get("/api/v2/logs/90020000000000000000000").await.is(404);
}

#[tokio::test]
async fn pages_totals_and_checkpoints_walk_the_whole_log() {
    let house = House::new().await;
    let machine = house.machine(&["read:logs", "create:clients"]).await;
    for number in 0..7 {
        house.advance(1);
        machine.post("/api/v2/clients", &json!({ "name": format!("n{number}") })).await.is(201);
    }
    let all = machine.get("/api/v2/logs?per_page=100").await.is(200).json();
    let ids = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|event| event["log_id"].as_str().unwrap().to_owned()).collect()
    };
    let newest_first = ids(&all);
    assert!(newest_first.len() >= 8);
    let page = machine.get("/api/v2/logs?page=0&per_page=3&include_totals=true").await.is(200).json();
    assert_eq!(ids(&page["logs"]), newest_first[..3]);
    let mut oldest_first = newest_first.clone();
    oldest_first.reverse();
    let after = machine.get(&format!("/api/v2/logs?from={}&take=100", oldest_first[1])).await.is(200).json();
    let mut walked = ids(&after);
    walked.sort();
    assert_eq!(walked, oldest_first[2..]);
    for query in ["per_page=101", "take=0x", "nonsense=1", "page=-1"] {
        machine.get(&format!("/api/v2/logs?{query}")).await.is(400);
    }
}

#[tokio::test]
async fn refused_writes_are_events_too() {
    let house = House::new().await;
    let machine = house.machine(&["create:clients"]).await;
    machine.post("/api/v2/clients", &json!({ "name": 7 })).await.is(400);
    assert!(house.log_types().await.contains(&"fapi".to_owned()));
}
