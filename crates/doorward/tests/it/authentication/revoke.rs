//! `/oauth/revoke` (RFC 7009): a client hands a token back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{ASSERTION, Answer, Asked, ClientKey, EMAIL, House, PASSWORD, RelyingParty, Via, Visitor};

fn request(party: &RelyingParty<'_>, token: &str) -> Asked {
    let mut fields = vec![("client_id", party.client_id.as_str()), ("token", token)];
    if party.via != Via::None {
        fields.push(("client_secret", &party.secret));
    }
    Asked::form("/oauth/revoke", &fields)
}

async fn revoke(party: &RelyingParty<'_>, token: &str) -> Answer {
    party.house.send(request(party, token)).await
}

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap()
}

async fn ends(house: &House) -> usize {
    house.log_types().await.iter().filter(|code| *code == "srrt").count()
}

async fn is_alive(party: &RelyingParty<'_>, tokens: &Value) -> bool {
    party.house.userinfo(text(tokens, "access_token")).await.status == 200
}

#[tokio::test]
async fn a_refresh_token_that_is_handed_back_ends_with_all_that_was_given_for_it() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let first = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let second = party.refresh(text(&first, "refresh_token")).await.is(200).json();
    let elsewhere = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let answer = revoke(&party, text(&second, "refresh_token")).await.is(200);
    assert_eq!(answer.text(), "");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    for token in [&first, &second] {
        party.refresh(text(token, "refresh_token")).await.is(400);
        assert!(!is_alive(&party, token).await);
    }
    assert!(is_alive(&party, &elsewhere).await, "another login of the same person goes on");
    assert_eq!(ends(&house).await, 1);
    // RFC 7009 §2.2: what is ended already is no error, and no second event.
    revoke(&party, text(&second, "refresh_token")).await.is(200);
    assert_eq!(ends(&house).await, 1);
}

#[tokio::test]
async fn an_old_refresh_token_and_an_opaque_access_token_end_their_login_too() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for name in ["refresh_token", "access_token"] {
        let first = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let second = party.refresh(text(&first, "refresh_token")).await.is(200).json();
        revoke(&party, text(&first, name)).await.is(200);
        party.refresh(text(&second, "refresh_token")).await.is(400);
        assert!(!is_alive(&party, &second).await, "{name}");
    }
}

#[tokio::test]
async fn json_a_wrong_hint_and_every_way_to_prove_oneself_are_taken() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Basic).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let pair = STANDARD.encode(format!("{}:{}", party.client_id, party.secret));
    let by_header = Asked::form("/oauth/revoke", &[("token", text(&tokens, "refresh_token"))])
        .header("authorization", &format!("Basic {pair}"));
    house.send(by_header).await.is(200);
    assert!(!is_alive(&party, &tokens).await);
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let body = json!({
        "client_id": party.client_id, "client_secret": party.secret,
        "token": text(&tokens, "refresh_token"), "token_type_hint": "access_token", "more": null,
    });
    house.send(Asked::json("POST", "/oauth/revoke", &body)).await.is(200);
    assert!(!is_alive(&party, &tokens).await);
}

/// RFC 7009 §2.2: the client cannot do anything about it, and nobody learns what there is.
#[tokio::test]
async fn what_nobody_knows_is_200_and_no_event() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let good = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let good = text(&good, "refresh_token");
    for token in ["x", "a.b.c", "v1.", &good[1..], &good[..good.len() - 1], "\u{0}", "ü"] {
        assert_eq!(revoke(&party, token).await.is(200).text(), "", "{token}");
    }
    party.refresh(good).await.is(200);
    assert_eq!(ends(&house).await, 0);
}

#[tokio::test]
async fn a_token_of_another_client_is_refused_and_lives_on() {
    let house = House::new().await;
    let own = house.party(ClientKind::Spa, Via::None).await;
    let other = house.party(ClientKind::RegularWeb, Via::Post).await;
    let tokens = own.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    for name in ["refresh_token", "access_token"] {
        let error = revoke(&other, text(&tokens, name)).await.is(400).json();
        assert_eq!(error["error"], "invalid_grant");
    }
    assert!(is_alive(&own, &tokens).await);
    own.refresh(text(&tokens, "refresh_token")).await.is(200);
}

#[tokio::test]
async fn a_token_of_another_tenant_is_nothing_here() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let neighbour = house.second_tenant("other.test").await;
    let stranger = neighbour.party(ClientKind::Spa, Via::None).await;
    for name in ["refresh_token", "access_token"] {
        revoke(&stranger, text(&tokens, name)).await.is(200);
    }
    assert!(is_alive(&party, &tokens).await);
}

#[tokio::test]
async fn a_jwt_is_said_to_be_none_that_can_be_revoked() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let error = revoke(&party, text(&tokens, "id_token")).await.is(400).json();
    assert_eq!(error["error"], "unsupported_token_type");
}

#[tokio::test]
async fn who_proves_nothing_ends_nothing() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let (id, token) = (party.client_id.as_str(), text(&tokens, "refresh_token"));
    for (fields, status, error) in [
        (vec![("client_id", id), ("token", token)], 401, "invalid_client"),
        (vec![("client_id", id), ("client_secret", "wrong"), ("token", token)], 401, "invalid_client"),
        (vec![("client_id", "nobody"), ("token", token)], 401, "invalid_client"),
        (vec![("client_id", id), ("client_secret", &party.secret)], 400, "invalid_request"),
        (vec![("client_id", id), ("client_secret", &party.secret), ("token", "")], 400, "invalid_request"),
        (vec![("client_id", id), ("token", token), ("token", "x")], 400, "invalid_request"),
        (vec![("client_id", id), ("client_id", id), ("token", token)], 400, "invalid_request"),
    ] {
        let answer = house.send(Asked::form("/oauth/revoke", &fields)).await.is(status).json();
        assert_eq!(answer["error"], error, "{fields:?}");
    }
    assert!(is_alive(&party, &tokens).await);
}

/// RFC 7523 §3: an assertion is used up, whatever came of it.
#[tokio::test]
async fn an_assertion_ends_one_token_and_not_another() {
    let house = House::new().await;
    let key = ClientKey::new();
    let admin = house.machine(&["create:clients"]).await;
    let credential = json!({ "credential_type": "public_key", "pem": key.pem() });
    let body = json!({
        "name": "Robot",
        "client_authentication_methods": { "private_key_jwt": { "credentials": [credential] } },
    });
    let made = admin.post("/api/v2/clients", &body).await.is(201).json();
    let assertion = key.assertion(&house, text(&made, "client_id"), "one", &json!({}));
    let fields = [
        ("client_assertion_type", ASSERTION),
        ("client_assertion", assertion.as_str()),
        ("token", "unknown"),
    ];
    house.send(Asked::form("/oauth/revoke", &fields)).await.is(200);
    house.send(Asked::form("/oauth/revoke", &fields)).await.is(401);
}

#[tokio::test]
async fn with_the_switch_of_the_tenant_the_grant_goes_with_the_token() {
    let house = House::new().await;
    let party = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let machine = house.machine(&["read:grants", "update:tenant_settings"]).await;
    let visitor = Visitor::new(&house);
    let redirect = visitor.log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    let page = visitor.get(redirect.location()).await.is(200);
    let back = visitor.press(&page, "accept").await;
    let first = party.swap(&back.query("code").unwrap()).await.is(200).json();
    let again = async || {
        let back = visitor.get(&party.authorize(&[("prompt", "none")])).await;
        party.swap(&back.query("code").unwrap()).await.is(200).json()
    };
    let (second, third) = (again().await, again().await);
    let grants = async || machine.get("/api/v2/grants").await.is(200).json().as_array().unwrap().len();
    revoke(&party, text(&first, "refresh_token")).await.is(200);
    assert_eq!(grants().await, 1, "without the switch only the token ends");
    assert!(is_alive(&party, &second).await);
    let on = json!({ "flags": { "revoke_refresh_token_grant": true } });
    machine.patch("/api/v2/tenants/settings", &on).await.is(200);
    revoke(&party, text(&second, "refresh_token")).await.is(200);
    assert_eq!(grants().await, 0);
    assert!(!is_alive(&party, &third).await, "all tokens of the same person, client and API");
    let asked = visitor.get(&party.authorize(&[("prompt", "none")])).await;
    assert_eq!(asked.query("error").as_deref(), Some("consent_required"));
}

/// CVE-2020-15223: a client that hears 200 believes that the token is gone.
#[tokio::test]
async fn when_the_store_fails_the_answer_is_503_and_never_200() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    house.stop().await;
    let answer = revoke(&party, text(&tokens, "refresh_token")).await.is(503);
    assert!(answer.header("retry-after").is_some());
}

/// SDKS §1.10: pages hand back tokens across origins.
#[tokio::test]
async fn a_listed_origin_may_hand_back_and_read_the_answer() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let origin = house.party_origin(&party);
    let answer = house.send(request(&party, "unknown").header("origin", &origin)).await.is(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some(origin.as_str()));
    let answer = house.send(request(&party, "unknown").header("origin", "https://evil.test")).await.is(200);
    assert_eq!(answer.header("access-control-allow-origin"), None);
}
