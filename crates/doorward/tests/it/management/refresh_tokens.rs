//! `/api/v2/refresh-tokens` and those of a person: seen without their text, and revoked.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::error;
use crate::kit::{EMAIL, Engine, House, Machine, PASSWORD, RelyingParty, Via, Visitor, jwt};

const ALL: &[&str] = &["read:refresh_tokens", "update:refresh_tokens", "delete:refresh_tokens"];
const PATH: &str = "/api/v2/refresh-tokens";

async fn tokens(house: &House, party: &RelyingParty<'_>) -> Value {
    party.tokens(&Visitor::new(house), EMAIL, PASSWORD).await
}

fn user(tokens: &Value) -> String {
    jwt::decode(tokens["id_token"].as_str().unwrap()).1["sub"].as_str().unwrap().replace('|', "%7C")
}

async fn of_user(machine: &Machine<'_>, user: &str) -> Vec<Value> {
    let list = machine.get(&format!("/api/v2/users/{user}/refresh-tokens")).await.is(200).json();
    list["tokens"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_refresh_token_keeps_its_id_while_it_rotates_and_shows_no_text() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let first = tokens(&house, &party).await;
    let user = user(&first);
    let before = of_user(&machine, &user).await.remove(0);
    assert_eq!((&before["client_id"], &before["rotating"]), (&json!(party.client_id), &json!(true)));
    assert_eq!(before["last_exchanged_at"], Value::Null);
    house.advance(10);
    let second = party.refresh(first["refresh_token"].as_str().unwrap()).await.is(200).json();
    let found = of_user(&machine, &user).await;
    assert_eq!(found.len(), 1);
    let after = &found[0];
    assert_eq!((&after["id"], &after["created_at"]), (&before["id"], &before["created_at"]));
    assert!(after["last_exchanged_at"].is_string());
    for text in [&first["refresh_token"], &second["refresh_token"]] {
        assert!(!after.to_string().contains(text.as_str().unwrap()));
    }
    let path = format!("{PATH}/{}", after["id"].as_str().unwrap());
    assert_eq!(&machine.get(&path).await.is(200).json(), after);

    let facts = json!({ "refresh_token_metadata": { "phone": "old" } });
    let changed = machine.patch(&path, &facts).await.is(200).json();
    assert_eq!(changed["refresh_token_metadata"], json!({ "phone": "old" }));
    party.refresh(second["refresh_token"].as_str().unwrap()).await.is(200);
    let kept = machine.get(&path).await.is(200).json();
    assert_eq!(kept["refresh_token_metadata"], json!({ "phone": "old" }), "it outlives a rotation");
    error(machine.patch(&path, &json!({ "client_id": "x" })).await, 400, "invalid_body");
}

#[tokio::test]
async fn a_revoked_refresh_token_gives_nothing_and_closes_what_it_gave() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let machine = house.machine(ALL).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let (one, other) = (tokens(&house, &party).await, tokens(&house, &party).await);
        let found = of_user(&machine, &user(&one)).await;
        let path = format!("{PATH}/{}", found[0]["id"].as_str().unwrap());
        for _ in 0..2 {
            machine.delete(&path).await.is(202);
        }
        error(machine.get(&path).await, 404, "inexistent_refresh_token");
        error(
            machine.patch(&path, &json!({ "refresh_token_metadata": {} })).await,
            404,
            "inexistent_refresh_token",
        );
        let mut answers = Vec::new();
        for tokens in [&one, &other] {
            let refreshed = party.refresh(tokens["refresh_token"].as_str().unwrap()).await.status.as_u16();
            let userinfo = house.userinfo(tokens["access_token"].as_str().unwrap()).await.status.as_u16();
            answers.push((refreshed, userinfo));
        }
        answers.sort_unstable();
        assert_eq!(answers, [(200, 200), (400, 401)], "one of the two, and all of it");
    }
}

#[tokio::test]
async fn refresh_tokens_are_listed_by_person_and_client_and_paged() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let (one, two) =
        (house.party(ClientKind::RegularWeb, Via::Post).await, house.party(ClientKind::Spa, Via::None).await);
    let mut user_id = String::new();
    for party in [&one, &two, &one] {
        house.advance(1);
        user_id = user(&tokens(&house, party).await);
    }
    let list =
        async |query: &str| machine.get(&format!("{PATH}?user_id={user_id}{query}")).await.is(200).json();
    assert_eq!(list("").await["refresh_tokens"].as_array().unwrap().len(), 3);
    let of_two = list(&format!("&client_id={}", two.client_id)).await;
    assert_eq!(of_two["refresh_tokens"].as_array().unwrap().len(), 1);
    let named = list("&fields=id,client_id&take=1").await["refresh_tokens"][0].clone();
    assert_eq!(named.as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "client_id"]);
    let others = list("&fields=id,device&include_fields=false").await["refresh_tokens"][0].clone();
    assert!(others.get("id").is_none() && others["client_id"].is_string(), "{others}");
    let first = list("&take=2").await;
    let next = first["next"].as_str().unwrap().to_owned();
    let rest = list(&format!("&take=2&from={next}")).await;
    assert_eq!(rest["refresh_tokens"].as_array().unwrap().len(), 1);
    assert!(rest.get("next").is_none());
    error(machine.get(PATH).await, 400, "invalid_query_string");
    error(machine.get(&format!("{PATH}?user_id=auth0%7Cnobody")).await, 404, "inexistent_user");
    // go-auth0 names no `take` but what it sends to every list.
    let path = format!("/api/v2/users/{user_id}/refresh-tokens?include_totals=true&per_page=2");
    let part = machine.get(&path).await.is(200).json();
    assert!(part["tokens"].as_array().unwrap().len() == 2 && part["next"].is_string(), "{part}");
    // A checkpoint of the one list opens nothing in the other.
    let foreign = machine.get(&format!("/api/v2/users/{user_id}/refresh-tokens?from={next}")).await;
    error(foreign, 400, "invalid_query_string");
}

#[tokio::test]
async fn refresh_tokens_are_revoked_by_id_by_person_and_by_client() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let (one, two) =
        (house.party(ClientKind::RegularWeb, Via::Post).await, house.party(ClientKind::Spa, Via::None).await);
    let mut user_id = String::new();
    for party in [&one, &two, &one, &two] {
        user_id = user(&tokens(&house, party).await);
    }
    let revoke = async |body: Value| machine.post(&format!("{PATH}/revoke"), &body).await;
    let left = async || of_user(&machine, &user_id).await.len();
    let plain = user_id.replace("%7C", "|");
    // Of the first application one goes by its id.
    let first = of_user(&machine, &user_id).await;
    let own = first.iter().find(|token| token["client_id"] == one.client_id).unwrap();
    revoke(json!({ "ids": [own["id"], "unknown"] })).await.is(202);
    assert_eq!(left().await, 3);
    revoke(json!({ "user_id": plain, "client_id": "other" })).await.is(202);
    assert_eq!(left().await, 3);
    revoke(json!({ "client_id": two.client_id })).await.is(202);
    assert_eq!(left().await, 1);
    revoke(json!({ "user_id": plain })).await.is(202);
    assert_eq!(left().await, 0);
    tokens(&house, &one).await;
    machine.delete(&format!("/api/v2/users/{user_id}/refresh-tokens")).await.is(202);
    assert_eq!(left().await, 0);
    for body in [json!({}), json!({ "ids": [] }), json!({ "ids": ["a"], "user_id": "b" }), json!([])] {
        error(revoke(body).await, 400, "invalid_body");
    }
    let writes = house.logs().await.iter().filter(|event| event["type"] == "sapi").count();
    assert!(writes >= 4);
}
