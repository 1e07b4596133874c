//! `/api/v2/grants`: filters, envelopes, and taking back by id and by person.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{EMAIL, House, PASSWORD, RelyingParty, Via, Visitor};

const PATH: &str = "/api/v2/grants";

async fn allow(house: &House, party: &RelyingParty<'_>, email: &str) {
    let visitor = Visitor::new(house);
    let redirect = visitor.log_in(&party.authorize(&[("scope", "openid")]), email, PASSWORD).await;
    let page = visitor.get(redirect.location()).await.is(200);
    assert!(visitor.press(&page, "accept").await.query("code").is_some());
}

#[tokio::test]
async fn grants_are_listed_by_person_client_and_api_and_taken_back() {
    let house = House::new().await;
    house.user("bob@example.com", PASSWORD).await;
    let one = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let two = house.third_party(ClientKind::Spa, Via::None).await;
    for (party, email) in [(&one, EMAIL), (&two, EMAIL), (&one, "bob@example.com")] {
        allow(&house, party, email).await;
    }
    let machine = house.machine(&["read:grants", "delete:grants"]).await;
    let list = async |query: &str| machine.get(&format!("{PATH}{query}")).await.is(200).json();
    let all = list("").await;
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 3);
    let ada = all.iter().find(|grant| grant["clientID"] == two.client_id).unwrap()["user_id"].clone();
    let ada = ada.as_str().unwrap();
    let names: Vec<&String> = all[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "clientID", "user_id", "audience", "scope"]);

    let count = |list: Value| list.as_array().unwrap().len();
    assert_eq!(count(list(&format!("?user_id={}", ada.replace('|', "%7C"))).await), 2);
    assert_eq!(count(list(&format!("?client_id={}", one.client_id)).await), 2);
    assert_eq!(
        count(list(&format!("?user_id={}&client_id={}", ada.replace('|', "%7C"), one.client_id)).await),
        1
    );
    assert_eq!(count(list(&format!("?audience={}userinfo", house.issuer())).await), 3);
    assert_eq!(count(list("?audience=https://other.test/").await), 0);
    let page = list("?page=1&per_page=2&include_totals=true").await;
    assert_eq!(
        (&page["start"], &page["limit"], &page["length"], &page["total"]),
        (&json!(2), &json!(2), &json!(1), &json!(3))
    );
    assert_eq!(count(page["grants"].clone()), 1);

    machine.delete(PATH).await.is(400);
    machine.delete(&format!("{PATH}?user_id={}", ada.replace('|', "%7C"))).await.is(204);
    let left = list("").await;
    assert_eq!(count(left.clone()), 1);
    machine.delete(&format!("{PATH}/{}", left[0]["id"].as_str().unwrap())).await.is(204);
    assert_eq!(count(list("").await), 0);
    let writes = house.logs().await.iter().filter(|event| event["type"] == "sapi").count();
    assert!(writes >= 2);
}

#[tokio::test]
async fn grants_go_with_their_client_and_with_their_person() {
    let house = House::new().await;
    house.user("bob@example.com", PASSWORD).await;
    let one = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let two = house.third_party(ClientKind::Spa, Via::None).await;
    allow(&house, &one, EMAIL).await;
    allow(&house, &two, "bob@example.com").await;
    let machine = house.machine(&["read:grants", "delete:clients", "read:connections", "delete:users"]).await;
    let count = async || machine.get(PATH).await.is(200).json().as_array().unwrap().len();
    assert_eq!(count().await, 2);
    machine.delete(&format!("/api/v2/clients/{}", one.client_id)).await.is(204);
    assert_eq!(count().await, 1);
    let connection = machine.get("/api/v2/connections").await.json()[0]["id"].as_str().unwrap().to_owned();
    machine.delete(&format!("/api/v2/connections/{connection}/users?email=bob@example.com")).await.is(204);
    assert_eq!(count().await, 0);
}
