//! A second application logs in without a page (OpenID Connect Core §3.1.2.1 `prompt=none`), by
//! redirect and by a message to the page that asked.

use doorward_model::client::kind::ClientKind;

use crate::kit::{EMAIL, House, PASSWORD, STATE, Via, Visitor};

#[tokio::test]
async fn without_a_session_the_answer_is_login_required_and_an_event() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let back = Visitor::new(&house).get(&party.authorize(&[("prompt", "none")])).await;
    assert!(back.location().starts_with(&party.callback));
    assert_eq!(back.query("error").as_deref(), Some("login_required"));
    assert_eq!(back.query("state").as_deref(), Some(STATE));
    assert_eq!(back.query("iss").as_deref(), Some(house.issuer()));
    assert!(house.log_types().await.contains(&"fsa".to_owned()));
}

#[tokio::test]
async fn a_second_application_is_logged_in_by_redirect() {
    let house = House::new().await;
    let first = house.party(ClientKind::RegularWeb, Via::Post).await;
    let second = house.party(ClientKind::Spa, Via::None).await;
    let visitor = Visitor::new(&house);
    let tokens = first.tokens(&visitor, EMAIL, PASSWORD).await;
    let back = visitor.get(&second.authorize(&[("prompt", "none")])).await;
    let code = back.query("code").unwrap_or_else(|| panic!("{}", back.location()));
    let silent = second.swap(&code).await.is(200).json();
    let sub = |tokens: &serde_json::Value| {
        crate::kit::jwt::decode(tokens["id_token"].as_str().unwrap()).1["sub"].clone()
    };
    assert_eq!(sub(&tokens), sub(&silent));
    assert!(house.log_types().await.contains(&"ssa".to_owned()));
}

#[tokio::test]
async fn a_second_application_is_logged_in_by_a_message_to_its_own_origin() {
    let house = House::new().await;
    let first = house.party(ClientKind::RegularWeb, Via::Post).await;
    let second = house.party(ClientKind::Spa, Via::None).await;
    let visitor = Visitor::new(&house);
    first.tokens(&visitor, EMAIL, PASSWORD).await;
    let page =
        visitor.get(&second.authorize(&[("prompt", "none"), ("response_mode", "web_message")])).await.is(200);
    let text = page.text();
    assert!(text.contains("authorization_response"), "{text}");
    assert!(text.contains(&house.party_origin(&second)), "{text}");
    // It must be allowed inside a frame of that origin, and run by a nonce, not by everything.
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(!policy.contains("'unsafe-inline'"), "{policy}");
    assert_ne!(page.header("x-frame-options"), Some("DENY"));
}

#[tokio::test]
async fn what_has_no_origin_gets_no_message() {
    let house = House::new().await;
    let callback = "com.example.app://host/callback";
    let party =
        house.party_with(ClientKind::Native, Via::None, serde_json::json!({ "callbacks": [callback] })).await;
    let party = crate::kit::RelyingParty { callback: callback.into(), ..party };
    let visitor = Visitor::new(&house);
    house.party(ClientKind::RegularWeb, Via::Post).await.tokens(&visitor, EMAIL, PASSWORD).await;
    let answer = visitor.get(&party.authorize(&[("prompt", "none"), ("response_mode", "web_message")])).await;
    assert!(!answer.status.is_server_error());
    assert!(!answer.text().contains("postMessage"), "{}", answer.text());
    assert!(answer.header("location").is_none_or(|to| !to.contains("code=")));
}

/// CVE-2025-12390: what comes after a logout has nothing of what was before.
#[tokio::test]
async fn after_a_logout_the_silent_login_asks_for_a_person() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let visitor = Visitor::new(&house);
    party.tokens(&visitor, EMAIL, PASSWORD).await;
    let old = visitor.session().unwrap();
    visitor.get("/v2/logout").await;
    let back = visitor.get(&party.authorize(&[("prompt", "none")])).await;
    assert_eq!(back.query("error").as_deref(), Some("login_required"));
    // The cookie is dead on the server too, not only forgotten by this browser.
    visitor.set_cookie("__Host-dw", &old);
    let back = visitor.get(&party.authorize(&[("prompt", "none")])).await;
    assert_eq!(back.query("error").as_deref(), Some("login_required"));
}

/// GHSA-gc52-xj6p-9pxp: a token in the cookie's place is no session.
#[tokio::test]
async fn a_token_in_the_session_cookie_is_no_session() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    for name in ["id_token", "access_token", "refresh_token"] {
        let visitor = Visitor::new(&house);
        visitor.set_cookie("__Host-dw", tokens[name].as_str().unwrap());
        let back = visitor.get(&party.authorize(&[("prompt", "none")])).await;
        assert_eq!(back.query("error").as_deref(), Some("login_required"), "{name}");
    }
}

/// `oidcc-id-token-hint`: the session counts for the person whom the ID token means, and for nobody else.
#[tokio::test]
async fn an_id_token_hint_says_who_is_meant() {
    let house = House::new().await;
    house.user("grace@example.com", PASSWORD).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let own = party.tokens(&visitor, EMAIL, PASSWORD).await["id_token"].as_str().unwrap().to_owned();
    let grace = party.tokens(&Visitor::new(&house), "grace@example.com", PASSWORD).await;
    let grace = grace["id_token"].as_str().unwrap();
    let silent = async |hint: &str| {
        let back = visitor.get(&party.authorize(&[("prompt", "none"), ("id_token_hint", hint)])).await;
        back.query("error").unwrap_or_else(|| "a code".to_owned())
    };
    assert_eq!(silent(&own).await, "a code");
    assert_eq!(silent(grace).await, "login_required");
    assert_eq!(silent("nonsense").await, "login_required");
    house.advance(100_000);
    assert_eq!(silent(&own).await, "a code", "its end does not matter");

    // Whoever is not meant may log in, and the application hears that it is somebody else.
    let asked = party.authorize(&[("id_token_hint", grace)]);
    let back = visitor.log_in(&asked, EMAIL, PASSWORD).await;
    assert_eq!(back.query("error").as_deref(), Some("login_required"));
    let back = visitor.log_in(&asked, "grace@example.com", PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    let subject = |token: &str| crate::kit::jwt::decode(token).1["sub"].clone();
    assert_eq!(subject(tokens["id_token"].as_str().unwrap()), subject(grace));
}

/// A key that another node made a moment ago is no reason to take an ID token for none of ours; and the token
/// is in no address and no cookie afterwards.
#[tokio::test]
async fn an_id_token_hint_is_read_with_the_newest_key_and_kept_nowhere() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let node = house.second_node().await;
    house.advance(100_000);
    let admin = house.machine(&["create:signing_keys", "update:signing_keys"]).await;
    admin.post("/api/v2/keys/signing/rotate", &serde_json::Value::Null).await.is(201);
    let visitor = Visitor::new(&house);
    let token = party.tokens(&visitor, EMAIL, PASSWORD).await["id_token"].as_str().unwrap().to_owned();
    let elsewhere = Visitor::new(&node);
    elsewhere.set_cookie("__Host-dw", &visitor.session().unwrap());
    let asked = party.authorize(&[("prompt", "none"), ("id_token_hint", &token)]);
    assert!(elsewhere.get(&asked).await.query("code").is_some());

    let page = visitor.to_login(&party.authorize(&[("prompt", "login"), ("id_token_hint", &token)])).await;
    house.advance(4000);
    let again = visitor.submit(&page, &[("username", EMAIL), ("password", PASSWORD)]).await.is(400).text();
    assert!(again.contains("/authorize?") && !again.contains("hint") && !again.contains("auth0"), "{again}");
}
