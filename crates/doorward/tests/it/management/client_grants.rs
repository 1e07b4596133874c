//! `/api/v2/client-grants`: which client may ask which API for what.

use serde_json::{Value, json};

use super::error;
use crate::kit::{House, Machine};

const ALL: &[&str] = &[
    "read:client_grants",
    "create:client_grants",
    "update:client_grants",
    "delete:client_grants",
    "create:resource_servers",
    "read:clients",
    "create:clients",
    "delete:clients",
    "read:logs",
];
const PATH: &str = "/api/v2/client-grants";

async fn api(machine: &Machine<'_>, identifier: &str) {
    let scopes = ["read:things", "write:things"].map(|value| json!({ "value": value }));
    let body = json!({ "identifier": identifier, "scopes": scopes });
    machine.post("/api/v2/resource-servers", &body).await.is(201);
}

async fn client(machine: &Machine<'_>) -> String {
    let made = machine.post("/api/v2/clients", &json!({ "name": "Robot" })).await.is(201).json();
    made["client_id"].as_str().unwrap().to_owned()
}

fn grant(client: &str, audience: &str) -> Value {
    json!({ "client_id": client, "audience": audience, "scope": ["read:things"] })
}

#[tokio::test]
async fn a_grant_is_made_read_changed_and_deleted() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    api(&machine, "https://api.test/").await;
    let client = client(&machine).await;
    let made = machine.post(PATH, &grant(&client, "https://api.test/")).await.is(201).json();
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("cgr_") && id.len() == 20, "{id}");
    let mut expected = grant(&client, "https://api.test/");
    expected["id"] = json!(id);
    expected["subject_type"] = json!("client");
    assert_eq!(made, expected);
    let path = format!("{PATH}/{id}");
    assert_eq!(machine.get(&path).await.is(200).json(), made);
    let scope = json!({ "scope": ["write:things", "read:things"] });
    let changed = machine.patch(&path, &scope).await.is(200).json();
    assert_eq!(changed["scope"], scope["scope"], "in the order that was sent");
    assert_eq!(machine.get(&path).await.is(200).json(), changed);
    error(machine.post(PATH, &grant(&client, "https://api.test/")).await, 409, "resource_already_exists");
    let mut for_people = grant(&client, "https://api.test/");
    for_people["subject_type"] = json!("user");
    for_people["allow_any_organization"] = json!(false);
    for_people["organization_usage"] = json!("deny");
    let other = machine.post(PATH, &for_people).await.is(201).json();
    assert_eq!((&other["subject_type"], &other["organization_usage"]), (&json!("user"), &json!("deny")));
    assert_eq!(other["allow_any_organization"], false);
    assert!(machine.delete(&path).await.is(204).body.is_empty());
    machine.delete(&path).await.is(204);
    error(machine.get(&path).await, 404, "inexistent_client_grant");
    error(machine.patch(&path, &scope).await, 404, "inexistent_client_grant");
    let deeds: Vec<Value> = house.logs().await.iter().map(|event| event["description"].clone()).collect();
    for deed in ["Create a client grant", "Update a client grant", "Delete a client grant"] {
        assert!(deeds.contains(&json!(deed)), "{deed} is not in the log");
    }
}

#[tokio::test]
async fn a_grant_names_what_exists() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    api(&machine, "https://api.test/").await;
    let client = client(&machine).await;
    error(machine.post(PATH, &grant("nobody", "https://api.test/")).await, 404, "inexistent_client");
    error(machine.post(PATH, &grant(&client, "https://no.test/")).await, 404, "inexistent_resource_server");
    let global = machine.get("/api/v2/clients?is_global=true").await.is(200).json();
    let global = global[0]["client_id"].as_str().unwrap();
    error(machine.post(PATH, &grant(global, "https://api.test/")).await, 404, "inexistent_client");
    let with = |name: &str, value: Value| {
        let mut body = grant(&client, "https://api.test/");
        body[name] = value;
        body
    };
    for body in [
        json!({}),
        with("scope", json!(["read:things", "read:nothing"])),
        with("scope", json!("read:things")),
        with("scope", json!(["read:things", "read:things"])),
        with("subject_type", json!("robot")),
        with("organization_usage", json!("perhaps")),
        with("authorization_details_types", json!(["payment"])),
        with("id", json!("cgr_mine")),
    ] {
        error(machine.post(PATH, &body).await, 400, "invalid_body");
    }
    let made = machine.post(PATH, &grant(&client, "https://api.test/")).await.is(201).json();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    for body in
        [json!({ "scope": ["read:nothing"] }), json!({ "client_id": client }), json!({ "audience": "x" })]
    {
        error(machine.patch(&path, &body).await, 400, "invalid_body");
    }
    assert_eq!(machine.patch(&path, &json!({ "scope": [] })).await.is(200).json()["scope"], json!([]));
}

#[tokio::test]
async fn lists_come_in_three_forms_and_are_filtered() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let client = client(&machine).await;
    for number in 0..5 {
        let identifier = format!("https://{number}.test/");
        api(&machine, &identifier).await;
        machine.post(PATH, &grant(&client, &identifier)).await.is(201);
    }
    let of_client = format!("{PATH}?client_id={client}");
    let all = machine.get(&of_client).await.is(200).json();
    let all = all.as_array().expect("a bare array").clone();
    assert_eq!(all.len(), 5);
    let page =
        machine.get(&format!("{of_client}&page=1&per_page=2&include_totals=true")).await.is(200).json();
    assert_eq!(page["client_grants"].as_array().unwrap(), &all[2..4]);
    assert_eq!((&page["total"], &page["start"]), (&json!(5), &json!(2)));

    // As the SDKs page by checkpoint.
    let (mut walked, mut from) = (Vec::new(), String::new());
    loop {
        let page = machine.get(&format!("{of_client}&include_totals=true&take=2{from}")).await.is(200).json();
        walked.extend(page["client_grants"].as_array().unwrap().clone());
        match page.get("next") {
            Some(next) => from = format!("&from={}", next.as_str().unwrap()),
            None => break,
        }
    }
    assert_eq!(walked, all);
    error(machine.get(&format!("{PATH}?take=2&from=cgr_1")).await, 400, "invalid_query_string");

    let of_api = machine.get(&format!("{of_client}&audience=https%3A%2F%2F3.test%2F")).await.is(200).json();
    assert_eq!(of_api.as_array().unwrap().len(), 1);
    assert_eq!(of_api[0]["audience"], "https://3.test/");
    for nothing in [
        "client_id=nobody",
        "client_id=a%20b",
        "audience=x",
        "subject_type=user",
        "allow_any_organization=true",
    ] {
        assert_eq!(machine.get(&format!("{PATH}?{nothing}")).await.is(200).json(), json!([]), "{nothing}");
        let envelope = machine.get(&format!("{PATH}?{nothing}&include_totals=true")).await.is(200).json();
        assert_eq!(envelope["total"], 0, "{nothing}");
    }
    for query in ["nonsense=1", "subject_type=robot", "take=0", "allow_any_organization=x"] {
        error(machine.get(&format!("{PATH}?{query}")).await, 400, "invalid_query_string");
    }
    machine.delete(&format!("/api/v2/clients/{client}")).await.is(204);
    assert_eq!(machine.get(&of_client).await.is(200).json(), json!([]));
}
