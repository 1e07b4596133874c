//! What records hold beside their type: the original's `details`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::newest;
use crate::kit::{Asked, DEVICE_GRANT, EMAIL, House, OWNER, PASSWORD, Via, Visitor, jwt};

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

/// The address that was gone to, and the list that it stood on: that of the client, or of the tenant.
#[tokio::test]
async fn a_logout_shows_where_it_led_and_the_list_that_allowed_it() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let machine = house.machine(&["update:tenant_settings"]).await;
    let settings = json!({ "allowed_logout_urls": ["https://acme.test/", "https://acme.test/bye"] });
    machine.patch("/api/v2/tenants/settings", &settings).await.is(200);
    for (query, to, list) in [
        (
            format!("client_id={}&returnTo=https://app.test/bye", party.client_id),
            "https://app.test/bye",
            json!(["https://app.test/bye"]),
        ),
        (
            "returnTo=https://acme.test/bye".to_owned(),
            "https://acme.test/bye",
            settings["allowed_logout_urls"].clone(),
        ),
    ] {
        let visitor = Visitor::new(&house);
        party.code(&visitor, EMAIL, PASSWORD).await;
        visitor.get(&format!("/v2/logout?{query}")).await.is(302);
        let details = newest(&house, "slo").await["details"].clone();
        assert_eq!((&details["return_to"], &details["allowed_logout_url"]), (&json!(to), &list));
    }
    let visitor = Visitor::new(&house);
    let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let query = format!("id_token_hint={hint}&post_logout_redirect_uri=https://app.test/bye");
    visitor.get(&format!("/oidc/logout?{query}")).await.is(302);
    let details = newest(&house, "slo").await["details"].clone();
    assert_eq!(details["allowed_logout_url"], json!(["https://app.test/bye"]));
}

/// The id is that of the very token; one that is no JWT has none.
#[tokio::test]
async fn an_exchange_names_the_access_token_that_it_gave() {
    let house = House::new().await;
    let api = "https://orders.test/";
    house.make_api(api, "Orders", &[("read:orders", "Read")]).await;
    let grants = json!({ "grant_types": ["authorization_code", "refresh_token", "password", DEVICE_GRANT] });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, grants).await;
    let named = async |code: &str, tokens: &Value| {
        let (_, claims) = jwt::decode(tokens["access_token"].as_str().unwrap());
        assert!(claims["jti"].is_string(), "{code}: {claims}");
        assert_eq!(newest(&house, code).await["details"]["access_token_jti"], claims["jti"], "{code}");
    };
    let asked = party.authorize(&[("audience", api), ("scope", "openid offline_access read:orders")]);
    let back = Visitor::new(&house).log_in(&asked, EMAIL, PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    named("seacft", &tokens).await;
    let tokens = party.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(200).json();
    named("sertft", &tokens).await;
    let typed = [("grant_type", "password"), ("username", EMAIL), ("password", PASSWORD), ("audience", api)];
    let machine = house.machine(&["update:tenant_settings"]).await;
    let directory = json!({ "default_directory": "Username-Password-Authentication" });
    machine.patch("/api/v2/tenants/settings", &directory).await.is(200);
    let tokens = party.token(&typed).await.is(200).json();
    named("sepft", &tokens).await;
    let waiting = party.ask(&[("audience", api), ("scope", "openid")]).await.is(200).json();
    Visitor::new(&house).activate(&waiting).await.is(200);
    let tokens = party.poll(&waiting).await.is(200).json();
    named("sede", &tokens).await;

    party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    assert_eq!(newest(&house, "seacft").await["details"].get("access_token_jti"), None);
}

/// A program's token has an id in the profile of RFC 9068 only.
#[tokio::test]
async fn a_program_has_its_token_named_where_that_has_an_id() {
    let house = House::new().await;
    let machine = house.machine(&["create:resource_servers", "create:client_grants"]).await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    for (dialect, has_id) in [("access_token", false), ("rfc9068_profile", true)] {
        let audience = format!("https://{dialect}.test/");
        let scopes = json!([{ "value": "read:orders", "description": "Read" }]);
        let api =
            json!({ "identifier": audience, "name": dialect, "scopes": scopes, "token_dialect": dialect });
        machine.post("/api/v2/resource-servers", &api).await.is(201);
        let grant = json!({ "client_id": party.client_id, "audience": audience, "scope": ["read:orders"] });
        machine.post("/api/v2/client-grants", &grant).await.is(201);
        let tokens = party.token(&[("grant_type", "client_credentials"), ("audience", &audience)]).await;
        let (_, claims) = jwt::decode(tokens.is(200).json()["access_token"].as_str().unwrap());
        let events = house.logs().await;
        let mut given = events.iter().filter(|event| event["type"] == "seccft");
        let event = given.find(|event| event["audience"] == audience.as_str()).unwrap();
        assert_eq!(event["details"].get("access_token_jti"), claims.get("jti"), "{dialect}");
        assert_eq!(claims.get("jti").is_some(), has_id, "{dialect}");
    }
}

/// What the libraries of the original say of themselves, as a header or in the address.
#[tokio::test]
async fn an_event_names_the_library_that_asked() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let said = json!({ "name": "auth0.js", "version": "9.28.0", "env": { "browser": "x" } });
    let text = URL_SAFE_NO_PAD.encode(said.to_string());
    let asked = party.token_request(&[("grant_type", "authorization_code"), ("code", "nobody got it")]);
    house.send(asked.header("auth0-client", &text)).await.is(400);
    assert_eq!(newest(&house, "feacft").await["auth0_client"], said);
    let silent = party.authorize(&[("prompt", "none"), ("auth0Client", &text)]);
    Visitor::new(&house).get(&silent).await;
    assert_eq!(newest(&house, "fsa").await["auth0_client"], said);
    house.advance(60);
    party.swap("nobody got this one").await.is(400);
    assert_eq!(newest(&house, "feacft").await.get("auth0_client"), None);
}
