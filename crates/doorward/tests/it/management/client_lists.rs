//! Lists of clients: filtered, searched, by checkpoint.

use serde_json::{Value, json};

use super::client_fields::{ALL, make, path};
use crate::kit::House;

#[tokio::test]
async fn lists_filter_by_party_and_type_and_walk_by_checkpoint() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    for (name, kind, first) in [("a", "zendesk", true), ("b", "spa", false), ("c", "native", false)] {
        make(&machine, &json!({ "name": name, "app_type": kind, "is_first_party": first })).await;
    }
    let names = async |query: &str| {
        let list = machine.get(&format!("/api/v2/clients?{query}")).await.is(200).json();
        let name = |client: &Value| client["name"].as_str().unwrap().to_owned();
        list.as_array().unwrap().iter().map(name).collect::<Vec<_>>()
    };
    // Made within the same millisecond, clients stand in the order of their ids.
    let sorted = async |query: &str| {
        let mut names = names(query).await;
        names.sort();
        names
    };
    assert_eq!(sorted("is_first_party=false").await, ["b", "c"]);
    assert_eq!(sorted("app_type=zendesk,spa").await, ["a", "b"]);
    assert_eq!(sorted("app_type=zendesk,spa&is_first_party=true").await, ["a"]);
    let everybody = names("per_page=100").await;
    assert_eq!(names("per_page=100&is_global=false").await.len() + 1, everybody.len());

    let mut walked = Vec::new();
    let mut query = "take=2".to_owned();
    loop {
        let part = machine.get(&format!("/api/v2/clients?{query}&fields=name")).await.is(200).json();
        walked.extend(
            part["clients"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()),
        );
        let Some(next) = part.get("next") else { break };
        assert_eq!(part["clients"].as_array().unwrap().len(), 2);
        query = format!("take=2&from={}", next.as_str().unwrap());
    }
    assert_eq!(walked, everybody);
}

/// CVE-2026-33503: a cursor is good for its list and its tenant.
#[tokio::test]
async fn a_checkpoint_that_was_made_up_or_belongs_elsewhere_is_refused() {
    let house = House::new().await;
    let other = house.second_tenant("other.test").await;
    let (machine, stranger) = (house.machine(ALL).await, other.machine(ALL).await);
    let next =
        machine.get("/api/v2/clients?take=1").await.is(200).json()["next"].as_str().unwrap().to_owned();
    machine.get(&format!("/api/v2/clients?from={next}")).await.is(200);
    for (asked, from) in
        [(&stranger, next.as_str()), (&machine, "MjAyNg"), (&machine, "0%20x"), (&machine, "a.b.c")]
    {
        let refused = asked.get(&format!("/api/v2/clients?from={from}")).await.is(400).json();
        assert_eq!(refused["errorCode"], "invalid_query_string", "{from}");
    }
    for take in ["0", "101", "x", "-1"] {
        machine.get(&format!("/api/v2/clients?take={take}")).await.is(400);
    }
}

#[tokio::test]
async fn lists_find_a_client_by_its_name_elsewhere_and_by_what_its_grants_say() {
    let house = House::new().await;
    let machine = house.machine(&[ALL, &["create:client_grants", "create:resource_servers"]].concat()).await;
    machine.post("/api/v2/resource-servers", &json!({ "identifier": "urn:api" })).await.is(201);
    let known =
        make(&machine, &json!({ "name": "known", "external_client_id": "https://a.test/client" })).await;
    let other =
        make(&machine, &json!({ "name": "other", "external_client_id": "https://b.test/client" })).await;
    for (client, any) in [(&known, json!(true)), (&other, json!(null))] {
        let body =
            json!({ "client_id": client["client_id"], "audience": "urn:api", "allow_any_organization": any });
        machine.post("/api/v2/client-grants", &body).await.is(201);
    }
    let names = async |query: &str| {
        let list = machine.get(&format!("/api/v2/clients?{query}")).await.is(200).json();
        list.as_array().unwrap().iter().map(|client| client["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names("external_client_id=https%3A%2F%2Fa.test%2Fclient").await, ["known"]);
    assert_eq!(names("external_client_id=https%3A%2F%2Fa.test").await, Vec::<Value>::new());
    machine.patch(&path(&known), &json!({ "external_client_id": "https://c.test/client" })).await.is(200);
    assert_eq!(names("external_client_id=https%3A%2F%2Fa.test%2Fclient").await, Vec::<Value>::new());
    assert_eq!(names("external_client_id=https%3A%2F%2Fc.test%2Fclient&is_global=false").await, ["known"]);
    machine.patch(&path(&known), &json!({ "external_client_id": null })).await.is(200);
    assert_eq!(names("external_client_id=https%3A%2F%2Fc.test%2Fclient").await, Vec::<Value>::new());

    let any = "client_grant.allow_any_organization";
    assert_eq!(names(&format!("q={any}:true")).await, ["known"]);
    assert_eq!(
        names(&format!("q={any}:false&is_global=false&app_type=regular_web")).await,
        Vec::<Value>::new()
    );
    assert!(names(&format!("q={any}:false")).await.contains(&json!("other")));
    assert_eq!(names("q=client_grant.organization_id:org_1").await, Vec::<Value>::new());
    assert_eq!(names(&format!("q=client_grant.organization_id:org_1%20OR%20{any}:true")).await, ["known"]);
    let part = machine.get(&format!("/api/v2/clients?q={any}:true&take=1")).await.is(200).json();
    assert_eq!((&part["clients"][0]["name"], part.get("next")), (&json!("known"), None));
    let counted =
        machine.get(&format!("/api/v2/clients?q={any}:true&include_totals=true")).await.is(200).json();
    assert_eq!(counted["total"], 1);
    for bad in
        ["name:x", "x", "client_grant.allow_any_organization:maybe", "(", "client_grant.organization_id"]
    {
        let body = machine.get(&format!("/api/v2/clients?q={bad}")).await.is(400).json();
        assert_eq!(body["errorCode"], "invalid_query_string", "{bad}");
    }
}
