//! What records hold beside their type: the original's `details`.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::newest;
use crate::kit::{Asked, EMAIL, House, OWNER, PASSWORD, Via, Visitor};

#[tokio::test]
async fn a_write_shows_its_request_and_what_was_answered() {
    let house = House::new().await;
    let machine = house.machine(&["create:clients"]).await;
    let body = json!({ "name": "Shop", "client_secret": "a secret of the admin's own choosing 4711" });
    let asked = Asked::json("POST", "/api/v2/clients?x=1", &body).header("user-agent", "curl/8.5.0");
    machine.send(asked).await.is(400);
    let refused = newest(&house, "fapi").await;
    let request = &refused["details"]["request"];
    assert_eq!((&request["method"], &request["path"]), (&json!("post"), &json!("/api/v2/clients")));
    assert_eq!(
        (&request["query"], &request["channel"]),
        (&json!({ "x": "1" }), &json!("https://id.test/api/v2/"))
    );
    assert_eq!((&request["ip"], &request["userAgent"]), (&json!("192.0.2.1"), &json!("curl/8.5.0")));
    assert_eq!(request["body"], json!({ "name": "Shop", "client_secret": "***" }));
    assert_eq!(request["auth"]["strategy"], "jwt");
    assert_eq!(request["auth"]["credentials"]["scopes"], json!(["create:clients"]));
    let response = &refused["details"]["response"];
    assert_eq!((&response["statusCode"], &response["body"]["error"]), (&json!(400), &json!("Bad Request")));
    assert_eq!(response["body"]["errorCode"], "invalid_query_string");

    machine.post("/api/v2/clients", &json!({ "name": "Shop" })).await.is(201);
    let done = newest(&house, "sapi").await;
    assert_eq!(done["details"]["request"]["body"], json!({ "name": "Shop" }));
    assert_eq!(done["details"]["response"], json!({ "statusCode": 201 }));
}

#[tokio::test]
async fn every_way_to_be_refused_shows_what_was_answered() {
    let house = House::new().await;
    let machine = house.machine(&["create:clients"]).await;
    let answered = async |asked: Asked, status: u16| {
        house.advance(60);
        let answer = machine.send(asked).await.is(status);
        let event = newest(&house, "fapi").await;
        let response = &event["details"]["response"];
        assert_eq!(response["statusCode"], status, "{event:#}");
        let told = answer.json();
        for member in ["error", "message", "errorCode"] {
            assert_eq!(response["body"].get(member), told.get(member), "{member}: {event:#}");
        }
    };
    answered(Asked::json("POST", "/api/v2/clients", &json!({ "name": 7 })), 400).await;
    answered(
        Asked::new("POST", "/api/v2/clients").header("content-type", "application/json").body(b"{".into()),
        400,
    )
    .await;
    answered(
        Asked::new("POST", "/api/v2/clients").header("content-type", "text/plain").body(b"x".into()),
        415,
    )
    .await;
    answered(Asked::json("POST", "/api/v2/clients", &json!({ "name": "x".repeat(300 * 1024) })), 413).await;
    answered(Asked::get("/api/v2/clients"), 403).await;
    let forged = Asked::get("/api/v2/clients").header("authorization", "Bearer none.of.ours");
    house.advance(60);
    house.send(forged).await.is(401);
    let event = newest(&house, "fapi").await;
    assert_eq!(event["details"]["response"]["statusCode"], 401, "{event:#}");
    assert_eq!(event["details"]["request"]["path"], "/api/v2/clients");
    assert!(event["details"]["request"].get("auth").is_none(), "nobody was proven: {event:#}");
}

#[tokio::test]
async fn what_an_admin_did_shows_the_door_and_the_person() {
    let house = House::new().await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    let admin = house.admin().await;
    let settings = format!("/manage/clients/{}/settings", party.client_id);
    let page = admin.get(&settings).await.is(200);
    let reveal = format!("/manage/clients/{}/secret", party.client_id);
    admin.send_form(&page.form_to(&settings), &reveal, &[("reveal", "on")]).await.is(200);
    let request = newest(&house, "mgmt_api_read").await["details"]["request"].clone();
    assert_eq!((&request["channel"], &request["path"]), (&json!("https://id.test/manage/"), &json!(reveal)));
    assert_eq!(request["auth"]["user"]["email"], OWNER);
}

#[tokio::test]
async fn a_login_shows_its_steps_and_an_exchange_the_end_of_its_code() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let page = visitor.to_login(&party.authorize(&[])).await;
    house.advance(7);
    let back = visitor.submit(&page, &[("username", EMAIL), ("password", PASSWORD)]).await;
    let code = back.query("code").unwrap();
    let tokens = party.swap(&code).await.is(200).json();
    party.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(200);

    let event = newest(&house, "s").await;
    let details = &event["details"];
    let prompts = details["prompts"].as_array().unwrap();
    assert_eq!(prompts[0]["connection"], "Username-Password-Authentication");
    assert_eq!(format!("auth0|{}", prompts[0]["identity"].as_str().unwrap()), event["user_id"]);
    assert_eq!((&prompts[1]["elapsedTime"], &details["elapsedTime"]), (&json!(7000), &json!(7000)));
    assert_eq!(details["completedAt"].as_i64().unwrap() - details["initiatedAt"].as_i64().unwrap(), 7000);
    assert_eq!(details["stats"]["loginsCount"], 1);
    assert!(details["session_id"].is_string(), "{event:#}");

    let exchanged = newest(&house, "seacft").await["details"]["code"].clone();
    assert_eq!(exchanged, format!("***{}", &code[code.len() - 3..]));
    let renewed = newest(&house, "sertft").await["details"]["refresh_token"].clone();
    assert!(renewed.as_str().is_some_and(|text| text.starts_with("***") && text.len() == 6), "{renewed}");
}

#[tokio::test]
async fn a_failure_shows_what_was_asked_and_hides_what_proves() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    Visitor::new(&house).get(&party.authorize(&[("prompt", "none"), ("scope", "openid email")])).await;
    let silent = newest(&house, "fsa").await;
    assert_eq!(silent["details"]["qs"]["scope"], "openid email");
    assert_eq!(
        (&silent["details"]["qs"]["state"], &silent["details"]["qs"]["nonce"]),
        (&json!("***"), &json!("***"))
    );
    assert_eq!(silent["details"]["error"]["oauthError"], "login_required");
    assert_eq!(silent["details"]["error"]["type"], "oauth-authorization");
    party.swap("a code that nobody got").await.is(400);
    let body = newest(&house, "feacft").await["details"]["body"].clone();
    assert_eq!(
        (&body["grant_type"], &body["client_id"]),
        (&json!("authorization_code"), &json!(party.client_id))
    );
    assert_eq!((&body["code"], &body["client_secret"]), (&json!("***"), &json!("***")));
}

#[tokio::test]
async fn a_browser_is_told_in_words_and_kept_as_it_was_sent() {
    const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                         Gecko) Version/17.1.2 Mobile/15E148 Safari/604.1";
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let asked = Asked::get(&party.authorize(&[("prompt", "none")]));
    house.send(asked.header("user-agent", PHONE)).await;
    let event = newest(&house, "fsa").await;
    assert_eq!(
        (&event["user_agent"], &event["isMobile"]),
        (&json!("Mobile Safari 17.1.2 / iOS 17.1.2"), &json!(true))
    );
    assert_eq!(event["details"]["user_agent"], PHONE);
}

/// A page of an origin that is on the list, or that is our own, makes no event.
#[tokio::test]
async fn only_an_origin_that_is_not_listed_is_an_event() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let asked = || party.token_request(&[("grant_type", "refresh_token"), ("refresh_token", "v1.nothing")]);
    for origin in ["https://spa.test", "https://id.test"] {
        house.send(asked().header("origin", origin)).await.is(400);
    }
    assert!(!house.log_types().await.contains(&"fco".to_owned()));
    for origin in ["https://evil.test", "https://spa.test.evil.test", "http://spa.test"] {
        let answer = house.send(asked().header("origin", origin)).await.is(400);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        house.advance(60);
        assert_eq!(newest(&house, "fco").await["details"]["origin"], origin);
    }
}
