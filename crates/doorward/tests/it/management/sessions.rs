//! `/api/v2/sessions` and the sessions of a person: who is logged in where, and ending that.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::error;
use crate::kit::{Asked, EMAIL, Engine, House, Machine, PASSWORD, Via, Visitor, jwt};

const ALL: &[&str] =
    &["read:sessions", "update:sessions", "delete:sessions", "read:refresh_tokens", "delete:refresh_tokens"];

/// `sub` and `sid` of an ID token.
fn who(tokens: &Value) -> (String, String) {
    let (_, claims) = jwt::decode(tokens["id_token"].as_str().unwrap());
    let text = |name: &str| claims[name].as_str().unwrap().to_owned();
    (text("sub"), text("sid"))
}

async fn sessions(machine: &Machine<'_>, user: &str) -> Vec<Value> {
    let path = format!("/api/v2/users/{}/sessions", user.replace('|', "%7C"));
    machine.get(&path).await.is(200).json()["sessions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_session_says_since_when_from_where_and_for_which_clients() {
    let house = House::new().await;
    let (one, two) =
        (house.party(ClientKind::RegularWeb, Via::Post).await, house.party(ClientKind::Spa, Via::None).await);
    let visitor = Visitor::from(&house, "203.0.113.9");
    let tokens = one.tokens(&visitor, EMAIL, PASSWORD).await;
    let (user, sid) = who(&tokens);
    house.advance(5);
    let silent = Asked::get(&two.authorize(&[("prompt", "none")])).header("user-agent", "Phone");
    assert!(visitor.send(silent).await.query("code").is_some());
    let machine = house.machine(ALL).await;
    let shown = machine.get(&format!("/api/v2/sessions/{sid}")).await.is(200).json();
    assert_eq!((&shown["id"], &shown["user_id"]), (&json!(sid), &json!(user)));
    assert_eq!(shown["clients"], json!([{ "client_id": one.client_id }, { "client_id": two.client_id }]));
    assert_eq!(shown["device"]["initial_ip"], "203.0.113.9");
    assert_eq!(shown["device"]["last_user_agent"], "Phone");
    assert!(shown["authenticated_at"].as_str() < shown["last_interacted_at"].as_str(), "{shown}");
    assert_eq!(sessions(&machine, &user).await, std::slice::from_ref(&shown));
    assert!(!shown.to_string().contains(&visitor.session().unwrap()), "the cookie is nobody's business");

    let path = format!("/api/v2/sessions/{sid}");
    let changed = machine.patch(&path, &json!({ "session_metadata": { "ticket": 7 } })).await.is(200).json();
    assert_eq!(changed["session_metadata"], json!({ "ticket": 7 }));
    assert_eq!(machine.get(&path).await.is(200).json(), changed);
    let cleared = machine.patch(&path, &json!({ "session_metadata": null })).await.is(200).json();
    assert_eq!(cleared["session_metadata"], Value::Null);
    error(machine.patch(&path, &json!({ "user_id": "auth0|other" })).await, 400, "invalid_body");
    error(machine.patch("/api/v2/sessions/none", &json!({})).await, 404, "inexistent_session");
}

#[tokio::test]
async fn an_ended_session_asks_for_a_login_and_refresh_tokens_outlive_it_unless_it_is_revoked() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let machine = house.machine(ALL).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        for (revoked, path) in [(false, ""), (true, "/revoke")] {
            let visitor = Visitor::new(&house);
            let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
            let waiting = visitor.get(&party.authorize(&[])).await.query("code").unwrap();
            let (_, sid) = who(&tokens);
            let method = if revoked { "POST" } else { "DELETE" };
            for _ in 0..2 {
                machine.send(Asked::new(method, &format!("/api/v2/sessions/{sid}{path}"))).await.is(202);
            }
            error(machine.get(&format!("/api/v2/sessions/{sid}")).await, 404, "inexistent_session");
            let silent = visitor.get(&party.authorize(&[("prompt", "none")])).await;
            assert_eq!(silent.query("error").as_deref(), Some("login_required"));
            assert_eq!(party.swap(&waiting).await.is(400).json()["error"], "invalid_grant");
            let refreshed = party.refresh(tokens["refresh_token"].as_str().unwrap()).await;
            let userinfo = house.userinfo(tokens["access_token"].as_str().unwrap()).await;
            let expected = if revoked { (400, 401) } else { (200, 200) };
            assert_eq!((refreshed.status.as_u16(), userinfo.status.as_u16()), expected);
        }
        let writes = house.logs().await.iter().filter(|event| event["type"] == "sapi").count();
        assert!(writes >= 2);
    }
}

#[tokio::test]
async fn the_sessions_of_a_person_are_paged_and_ended_together() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let browsers = [Visitor::new(&house), Visitor::new(&house), Visitor::new(&house)];
    let mut user = String::new();
    for browser in &browsers {
        house.advance(1);
        user = who(&party.tokens(browser, EMAIL, PASSWORD).await).0;
    }
    let path = format!("/api/v2/users/{}/sessions", user.replace('|', "%7C"));
    let first = machine.get(&format!("{path}?take=2&include_totals=true")).await.is(200).json();
    let next = first["next"].as_str().unwrap();
    let rest = machine.get(&format!("{path}?take=2&from={next}")).await.is(200).json();
    assert_eq!(
        (first["sessions"].as_array().unwrap().len(), rest["sessions"].as_array().unwrap().len()),
        (2, 1)
    );
    assert!(rest.get("next").is_none());
    error(machine.get(&format!("{path}?from=forged")).await, 400, "invalid_query_string");
    error(machine.get("/api/v2/users/auth0%7Cnobody/sessions").await, 404, "inexistent_user");

    machine.delete(&path).await.is(202);
    assert!(sessions(&machine, &user).await.is_empty());
    for browser in &browsers {
        let silent = browser.get(&party.authorize(&[("prompt", "none")])).await;
        assert_eq!(silent.query("error").as_deref(), Some("login_required"));
    }
}

/// All that a person holds, or what belongs to one session; with the refresh tokens or without.
#[tokio::test]
async fn the_access_of_a_person_is_taken_back_at_once() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        house.user("eve@example.com", PASSWORD).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let (first, second, other) = (Visitor::new(&house), Visitor::new(&house), Visitor::new(&house));
        let of_eve = party.tokens(&other, "eve@example.com", PASSWORD).await;
        let scopes = ["delete:sessions", "delete:refresh_tokens"];
        for (scope, keeps) in [(scopes[0], false), (scopes[1], false), (scopes[0], true)] {
            let machine = house.machine(&[scope]).await;
            let (one, two) =
                (party.tokens(&first, EMAIL, PASSWORD).await, party.tokens(&second, EMAIL, PASSWORD).await);
            let (user, sid) = who(&one);
            let path = format!("/api/v2/users/{}/revoke-access", user.replace('|', "%7C"));
            let body = |session: Option<&str>| match session {
                Some(id) => json!({ "session_id": id, "preserve_refresh_tokens": keeps }),
                None => json!({ "preserve_refresh_tokens": keeps }),
            };
            let is_in = async |visitor: &Visitor<'_>| {
                visitor.get(&party.authorize(&[("prompt", "none")])).await.query("code").is_some()
            };
            let refreshes = async |tokens: &Value| {
                party.refresh(tokens["refresh_token"].as_str().unwrap()).await.status == 200
            };
            // Sessions of others, and what is none, are nobody's here.
            for nothing in [who(&of_eve).1.as_str(), "nobody", "a b"] {
                machine.post(&path, &body(Some(nothing))).await.is(202);
            }
            assert!(is_in(&first).await && is_in(&second).await && is_in(&other).await);
            machine.post(&path, &body(Some(&sid))).await.is(202);
            assert!(!is_in(&first).await && is_in(&second).await);
            assert_eq!(refreshes(&one).await, keeps);
            machine.post(&path, &body(None)).await.is(202);
            assert!(!is_in(&second).await && is_in(&other).await);
            assert_eq!(refreshes(&two).await, keeps);
            machine.post(&path, &json!({ "everything": true })).await.is(400);
        }
        assert!(party.refresh(of_eve["refresh_token"].as_str().unwrap()).await.status == 200);
        let told = house.logs().await;
        let told = told.iter().filter(|event| event["description"] == "Revoke the access of a user");
        assert_eq!(
            told.filter(|event| event["type"] == "sapi").count(),
            6,
            "what changed nothing is no event"
        );
    }
}

/// CVE-2025-64708: what is over is over, whether it was cleaned away or not.
#[tokio::test]
async fn a_session_that_is_over_is_not_shown() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let (user, sid) = who(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
    house.advance(72 * 3600);
    let machine = house.machine(ALL).await;
    assert!(sessions(&machine, &user).await.is_empty());
    error(machine.get(&format!("/api/v2/sessions/{sid}")).await, 404, "inexistent_session");
}
