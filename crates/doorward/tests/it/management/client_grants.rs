//! `/api/v2/client-grants`: which client may ask which API for what.

use serde_json::{Value, json};

use super::error;
use crate::kit::{Answer, Asked, House, Machine};

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
        with("authorization_details_types", json!(["payment", "payment"])),
        with("allow_all_scopes", json!("yes")),
        with("default_for", json!("third_party_clients")),
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
        "default_for=third_party_clients",
        "allow_any_organization=true",
    ] {
        assert_eq!(machine.get(&format!("{PATH}?{nothing}")).await.is(200).json(), json!([]), "{nothing}");
        let envelope = machine.get(&format!("{PATH}?{nothing}&include_totals=true")).await.is(200).json();
        assert_eq!(envelope["total"], 0, "{nothing}");
    }
    for query in
        ["nonsense=1", "default_for=everybody", "subject_type=robot", "take=0", "allow_any_organization=x"]
    {
        error(machine.get(&format!("{PATH}?{query}")).await, 400, "invalid_query_string");
    }
    machine.delete(&format!("/api/v2/clients/{client}")).await.is(204);
    assert_eq!(machine.get(&of_client).await.is(200).json(), json!([]));
}

/// The API gets a scope, and the next token has it.
#[tokio::test]
async fn a_grant_of_all_scopes_follows_the_api() {
    let house = House::new().await;
    let machine = house.machine(&[ALL, &["update:resource_servers"]].concat()).await;
    api(&machine, "https://api.test/").await;
    let robot = json!({ "name": "Robot", "app_type": "non_interactive" });
    let robot = machine.post("/api/v2/clients", &robot).await.is(201).json();
    let mut body = grant(robot["client_id"].as_str().unwrap(), "https://api.test/");
    body["allow_all_scopes"] = json!(true);
    let made = machine.post(PATH, &body).await.is(201).json();
    assert_eq!((&made["allow_all_scopes"], &made["scope"]), (&json!(true), &json!(["read:things"])));
    let scope = async || granted(&house, &robot, "https://api.test/").await.is(200).json()["scope"].clone();
    assert_eq!(scope().await, "read:things write:things");

    let scopes = ["a:new", "read:things"].map(|value| json!({ "value": value }));
    let path = "/api/v2/resource-servers/https%3A%2F%2Fapi.test%2F";
    machine.patch(path, &json!({ "scopes": scopes })).await.is(200);
    assert_eq!(scope().await, "a:new read:things");
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let cleared = machine.patch(&path, &json!({ "allow_all_scopes": null })).await.is(200).json();
    assert_eq!(cleared.get("allow_all_scopes"), None);
    assert_eq!(scope().await, "read:things");
}

async fn granted(house: &House, client: &Value, audience: &str) -> Answer {
    let body = json!({
        "grant_type": "client_credentials", "client_id": client["client_id"],
        "client_secret": client["client_secret"], "audience": audience,
    });
    house.send(Asked::json("POST", "/oauth/token", &body)).await
}

async fn denied(house: &House, client: &Value) {
    let answer = granted(house, client, "https://api.test/").await.is(403).json();
    assert_eq!(answer["error"], "access_denied", "{answer}");
}

/// A default serves clients of third parties, and those alone; a grant of their own goes before it.
#[tokio::test]
async fn a_default_serves_third_parties_without_a_grant_of_their_own() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    api(&machine, "https://api.test/").await;
    let mut clients = Vec::new();
    for is_first_party in [true, false] {
        let body = json!({
            "name": "R", "app_type": "non_interactive", "is_first_party": is_first_party,
            "grant_types": ["client_credentials"],
        });
        clients.push(machine.post("/api/v2/clients", &body).await.is(201).json());
    }
    let [own, third] = clients.as_slice() else { panic!("two were made") };
    denied(&house, third).await;
    let default = json!({
        "default_for": "third_party_clients", "audience": "https://api.test/", "scope": ["write:things"],
    });
    let made = machine.post(PATH, &default).await.is(201).json();
    assert_eq!((&made["default_for"], made.get("client_id")), (&json!("third_party_clients"), None));
    error(machine.post(PATH, &default).await, 409, "resource_already_exists");
    denied(&house, own).await;
    let token = granted(&house, third, "https://api.test/").await.is(200).json();
    assert_eq!(token["scope"], "write:things");

    let listed = machine.get(&format!("{PATH}?default_for=third_party_clients")).await.is(200).json();
    assert_eq!(listed, json!([made]));
    let third_id = third["client_id"].as_str().unwrap();
    let narrow = machine.post(PATH, &grant(third_id, "https://api.test/")).await.is(201).json();
    let token = granted(&house, third, "https://api.test/").await.is(200).json();
    assert_eq!(token["scope"], "read:things");
    machine.delete(&format!("{PATH}/{}", narrow["id"].as_str().unwrap())).await.is(204);
    granted(&house, third, "https://api.test/").await.is(200);
    // Who is searched for by grants is not hidden by one that has no client.
    let found = machine.get("/api/v2/clients?q=-client_grant.allow_any_organization%3Atrue").await.is(200);
    assert!(found.json().as_array().unwrap().iter().any(|client| client["client_id"] == third_id));
    machine.delete(&format!("{PATH}/{}", made["id"].as_str().unwrap())).await.is(204);
    denied(&house, third).await;
    let deeds: Vec<Value> = house.logs().await;
    let is_default = |event: &&Value| event["details"]["target"]["default_for"] == "third_party_clients";
    assert_eq!(deeds.iter().filter(is_default).count(), 2, "made and deleted");
}
