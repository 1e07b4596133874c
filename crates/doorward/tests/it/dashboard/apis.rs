//! Which APIs a program may call: the step after it was made, and its Connections tab.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::form::{hidden, owned};
use crate::kit::{Answer, Asked, House, RelyingParty, Via, Visitor};

const API: &str = "https://orders.test/";

async fn house() -> House {
    let house = House::new().await;
    house.make_api(API, "Orders", &[("read:orders", "See orders"), ("write:orders", "Change orders")]).await;
    house
}

/// The id of the API in the form.
fn id_of(page: &Answer) -> String {
    let html = page.text();
    let (before, _) = html.split_once("<b>Orders</b>").unwrap();
    before.rsplit_once("name=\"api\" value=\"").unwrap().1.split('"').next().unwrap().to_owned()
}

async fn choose(
    admin: &Visitor<'_>,
    page: &Answer,
    action: &str,
    (had, ticked): (&[&str], &[(&str, &str)]),
) -> Answer {
    let api = id_of(page);
    let mut fields = hidden(page, action);
    fields.push(("shown".to_owned(), api.clone()));
    fields.extend(had.iter().map(|_| ("had".to_owned(), api.clone())));
    for (name, value) in owned(ticked) {
        match name.as_str() {
            "api" => fields.push((name, api.clone())),
            "scope" => fields.push((format!("scopes-{api}"), value)),
            _ => fields.push((name, value)),
        }
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    admin.post(action, &fields).await
}

async fn token(house: &House, party: &RelyingParty<'_>) -> (u16, Value) {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &party.client_id),
        ("client_secret", &party.secret),
        ("audience", API),
    ];
    let answer = house.send(Asked::form("/oauth/token", &fields)).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn after_a_program_was_made_its_apis_are_chosen_or_skipped() {
    let house = house().await;
    let admin = house.admin().await;
    let page = admin.get("/manage/clients/new").await.is(200);
    let fields = [("name", "Robot"), ("type", "non_interactive")];
    let made = super::form::post(&admin, &page, "/manage/clients", &fields).await.is(303);
    let step = made.location().to_owned();
    assert!(step.ends_with("/apis"), "{step}");
    let page = admin.get(&step).await.is(200);
    let html = page.text();
    assert!(html.contains("Which APIs may it call?") && html.contains("See orders"), "{html}");
    let skip = step.replace("/apis", "/quickstart");
    assert!(html.contains(&format!("href=\"{skip}\">Skip</a>")), "{html}");

    let ticked = [("api", ""), ("scope", "read:orders"), ("is_new", "on")];
    let saved = choose(&admin, &page, &step, (&[], &ticked)).await.is(303);
    assert_eq!(saved.location(), skip);
    let next = admin.get(&skip).await.is(200).text();
    assert!(next.contains("Robot may call 1 API."), "{next}");
    let tab = admin.get(&step.replace("/apis", "/connections")).await.is(200).text();
    assert!(tab.contains("1 of 2 scopes"), "{tab}");
}

#[tokio::test]
async fn the_connections_tab_of_a_program_gives_changes_and_takes_apis() {
    let house = house().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    let (tab, action) = (
        format!("/manage/clients/{}/connections", party.client_id),
        format!("/manage/clients/{}/apis", party.client_id),
    );
    let page = admin.get(&tab).await.is(200);
    assert!(page.text().contains("This client logs in as itself, so it has no connections."));
    assert_eq!(token(&house, &party).await.0, 403);

    choose(&admin, &page, &action, (&[], &[("api", ""), ("scope", "read:orders")])).await.is(303);
    let (status, given) = token(&house, &party).await;
    assert_eq!((status, given["scope"].as_str()), (200, Some("read:orders")));

    let both = [("api", ""), ("scope", "read:orders"), ("scope", "write:orders"), ("scope", "made:up")];
    let page = admin.get(&tab).await.is(200);
    choose(&admin, &page, &action, (&["Orders"], &both)).await.is(303);
    let scope = token(&house, &party).await.1["scope"].clone();
    assert_eq!(scope, "read:orders write:orders", "what the API does not know is left out");

    // A form that was made before the grant was takes nothing away.
    let page = admin.get(&tab).await.is(200);
    choose(&admin, &page, &action, (&[], &[])).await.is(303);
    assert_eq!(token(&house, &party).await.0, 200);
    let page = admin.get(&tab).await.is(200);
    choose(&admin, &page, &action, (&["Orders"], &[])).await.is(303);
    assert_eq!(token(&house, &party).await.0, 403);
    let log = admin.get(&format!("/manage/logs?client={}&kind=admin", party.client_id)).await.text();
    assert!(log.contains("allowed an API to") && log.contains("took an API from"), "{log}");
}

#[tokio::test]
async fn an_api_that_gives_no_tokens_to_programs_says_so() {
    let house = house().await;
    let admin = house.admin().await;
    let machine = house.machine(&["read:resource_servers", "update:resource_servers"]).await;
    let all = machine.get("/api/v2/resource-servers").await.is(200).json();
    let orders = all.as_array().unwrap().iter().find(|api| api["identifier"] == API).unwrap();
    let closed = json!({ "subject_type_authorization": { "client": { "policy": "deny_all" } } });
    let path = format!("/api/v2/resource-servers/{}", orders["id"].as_str().unwrap());
    machine.patch(&path, &closed).await.is(200);
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    let tab = admin.get(&format!("/manage/clients/{}/connections", party.client_id)).await.is(200).text();
    assert!(tab.contains("It gives no tokens to programs."), "{tab}");
}

#[tokio::test]
async fn clients_of_people_have_no_such_page() {
    let house = house().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    admin.get(&format!("/manage/clients/{}/apis", party.client_id)).await.is(404);
}
