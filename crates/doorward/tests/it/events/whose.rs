//! Whose a refusal is: whoever reads the log of a person, or may see the logs of people only, finds what happened to
//! their logins.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::explanations::shown;
use super::newest;
use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

const BOB: &str = "bob@example.com";

/// The events of a type in the log of a person, for a program that may see nothing else.
async fn of_person(house: &House, email: &str, code: &str) -> Vec<Value> {
    let reader = house.machine(&["read:logs_users"]).await;
    let path = format!("/api/v2/users/{}/logs", house.user_id(email).await);
    let events = reader.get(&path).await.is(200).json();
    events.as_array().unwrap().iter().filter(|event| event["type"] == code).cloned().collect()
}

/// The id of a person as events have it.
async fn id(house: &House, email: &str) -> String {
    house.user_id(email).await.replace("%7C", "|")
}

#[tokio::test]
async fn a_refresh_token_that_was_stolen_is_in_the_log_of_its_person() {
    let house = House::new().await;
    let admin = house.admin().await;
    house.user(BOB, PASSWORD).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let mut used = Vec::new();
    // Bob has two logins: each that ends is an event of its own.
    for email in [EMAIL, BOB, BOB] {
        let tokens = party.tokens(&Visitor::new(&house), email, PASSWORD).await;
        let first = tokens["refresh_token"].as_str().unwrap().to_owned();
        party.refresh(&first).await.is(200);
        used.push(first);
    }
    house.advance(3600);
    for first in &used {
        party.refresh(first).await.is(400);
    }
    for (email, logins) in [(EMAIL, 1), (BOB, 2)] {
        let stolen = of_person(&house, email, "ferrt").await;
        assert_eq!(stolen.len(), logins, "{stolen:#?}");
        let mut sessions: Vec<&str> =
            stolen.iter().map(|event| event["details"]["session_id"].as_str().unwrap()).collect();
        sessions.dedup();
        assert_eq!(sessions.len(), logins);
        for event in &stolen {
            assert_eq!(event["user_id"], id(&house, email).await.as_str());
            assert_eq!(event["connection"], "Username-Password-Authentication");
            assert!(event["details"].get("count").is_none(), "{event:#}");
            let path = format!("/manage/logs/{}", event["log_id"].as_str().unwrap());
            let page = admin.get(&path).await.is(200).text();
            let told = "A refresh token of Ada Lovelace was used twice at Single Page Application, so that login \
                        was ended";
            assert!(shown(&page).contains(told), "{page}");
        }
    }
}

#[tokio::test]
async fn codes_tokens_and_devices_name_their_person() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let visitor = Visitor::new(&house);
    let code = party.code(&visitor, EMAIL, PASSWORD).await;
    let tokens = party.swap(&code).await.is(200).json();
    party.swap(&code).await.is(400);
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    let question = visitor.type_code(&waiting).await.is(200);
    visitor.press(&question, "accept").await;
    television.poll(&waiting).await.is(200);
    house.advance(10);
    television.poll(&waiting).await.is(400);
    // Its family ended with the code.
    party.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(400);
    for code in ["feacft", "fede", "fertft"] {
        let own = of_person(&house, EMAIL, code).await;
        assert_eq!(own.len(), 1, "{code}");
        assert_eq!(own[0]["connection"], "Username-Password-Authentication", "{code}");
        assert!(own[0]["details"]["session_id"].is_string(), "{code}: {:#}", own[0]);
    }
    party.refresh("v1.nobodys").await.is(400);
    assert!(newest(&house, "fertft").await.get("user_id").is_none());
}

#[tokio::test]
async fn a_login_that_is_refused_names_who_is_logged_in() {
    let house = House::new().await;
    house.user(BOB, PASSWORD).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;

    let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let silent = visitor.get(&partner.authorize(&[("prompt", "none")])).await;
    assert_eq!(silent.query("error").as_deref(), Some("consent_required"));
    let asked = newest(&house, "fsa").await;
    assert_eq!(asked["user_id"], id(&house, EMAIL).await.as_str());
    assert!(asked["details"]["session_id"].is_string(), "{asked:#}");

    let api = "https://closed.test/";
    house.make_api(api, "Closed", &[("read:things", "Read")]).await;
    let machine = house.machine(&["update:resource_servers"]).await;
    let closed = json!({ "subject_type_authorization": { "user": { "policy": "deny_all" } } });
    machine.patch("/api/v2/resource-servers/https:%2F%2Fclosed.test%2F", &closed).await.is(200);
    let denied = visitor.get(&party.authorize(&[("audience", api)])).await;
    assert_eq!(denied.query("error").as_deref(), Some("access_denied"));
    assert_eq!(of_person(&house, EMAIL, "f").await.len(), 1);

    // Who was asked for is the one of the hint; Bob is told that he is another, and no session of his begins.
    let hint = [("id_token_hint", tokens["id_token"].as_str().unwrap())];
    let another = Visitor::new(&house).log_in(&party.authorize(&hint), BOB, PASSWORD).await;
    assert_eq!(another.query("error").as_deref(), Some("login_required"));
    let refused = of_person(&house, BOB, "f").await;
    assert_eq!(refused.len(), 1);
    assert!(refused[0]["details"].get("session_id").is_none(), "{:#}", refused[0]);

    let machine = house.machine(&["update:users"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    machine.patch(&path, &json!({ "blocked": true })).await.is(200);
    let silent = visitor.get(&party.authorize(&[("prompt", "none")])).await;
    assert_eq!(silent.query("error").as_deref(), Some("login_required"));
    let blocked = of_person(&house, EMAIL, "fsa").await;
    let why = blocked[0]["explanation"]["why"].as_str().unwrap();
    assert!(why.starts_with("The person of this browser is blocked"), "{why}");

    house.advance(60);
    Visitor::new(&house).get(&party.authorize(&[("prompt", "none")])).await;
    assert!(newest(&house, "fsa").await.get("user_id").is_none());
}

#[tokio::test]
async fn what_is_refused_at_the_page_for_devices_names_who_is_logged_in() {
    let house = House::new().await;
    house.user(BOB, PASSWORD).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let television = house.television(Via::None).await;
    let unknown = json!({ "user_code": "BCDF-GHJK" });
    let (ada, bob, nobody) = (Visitor::new(&house), Visitor::new(&house), Visitor::new(&house));
    for (visitor, email) in [(&ada, EMAIL), (&bob, BOB)] {
        party.code(visitor, email, PASSWORD).await;
        let waiting = television.wait().await;
        let question = visitor.type_code(&waiting).await.is(200);
        visitor.press(&question, "deny").await.is(200);
        // It is answered, and then one that leads nowhere; both at once, at one address.
        visitor.type_code(&waiting).await.is(400);
        visitor.type_code(&unknown).await.is(400);
    }
    for email in [EMAIL, BOB] {
        let login = &of_person(&house, email, "s").await[0];
        for (code, count) in [("fdecc", 1), ("fdeac", 2)] {
            let own = of_person(&house, email, code).await;
            assert_eq!(own.len(), count, "{code} of {email}: {own:#?}");
            for event in &own {
                assert_eq!(event["user_id"], id(&house, email).await.as_str());
                assert_eq!(event["connection"], "Username-Password-Authentication", "{event:#}");
                assert_eq!(event["details"]["session_id"], login["details"]["session_id"], "{event:#}");
                assert!(event["details"].get("count").is_none(), "{event:#}");
            }
        }
        assert_eq!(of_person(&house, email, "fdecc").await[0]["client_id"], television.client_id.as_str());
    }

    let waiting = television.wait().await;
    let question = bob.type_code(&waiting).await.is(200);
    let machine = house.machine(&["update:users"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(BOB).await);
    machine.patch(&path, &json!({ "blocked": true })).await.is(200);
    house.advance(60);
    bob.press(&question, "deny").await.is(200);
    assert_eq!(of_person(&house, BOB, "fdecc").await.len(), 2, "blocked meanwhile");

    let waiting = television.wait().await;
    let question = nobody.type_code(&waiting).await.is(200);
    nobody.press(&question, "deny").await.is(200);
    nobody.type_code(&unknown).await.is(400);
    for code in ["fdecc", "fdeac"] {
        let event = newest(&house, code).await;
        assert!(event.get("user_id").is_none() && event["details"].get("session_id").is_none(), "{event:#}");
    }
}
