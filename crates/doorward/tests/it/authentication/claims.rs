//! Claims that are asked for one by one, and how the person is to prove themselves (OpenID Connect Core §5.5).

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Asked, EMAIL, Engine, House, NONCE, PASSWORD, RelyingParty, STATE, VERIFIER, Via, Visitor};
use crate::kit::{challenge, jwt};

/// A login with `claims`; gives the tokens, with consent where somebody asks for it.
async fn tokens(party: &RelyingParty<'_>, visitor: &Visitor<'_>, claims: &Value, scope: &str) -> Value {
    let claims = claims.to_string();
    let asked = party.authorize(&[("claims", &claims), ("scope", scope)]);
    let mut back = visitor.log_in(&asked, EMAIL, PASSWORD).await;
    if back.location().contains("/u/consent?") {
        let page = visitor.get(back.location()).await.is(200);
        back = visitor.press(&page, "accept").await;
    }
    let code = back.query("code").unwrap_or_else(|| panic!("no code: {}", back.location()));
    party.swap(&code).await.is(200).json()
}

fn id_token(tokens: &Value) -> Value {
    jwt::decode(tokens["id_token"].as_str().unwrap()).1
}

async fn userinfo(house: &House, tokens: &Value) -> Value {
    house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(200).json()
}

#[tokio::test]
async fn oidcc_claims_essential_gives_the_name_at_userinfo_and_nowhere_else() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = house.third_party(ClientKind::RegularWeb, Via::Post).await;
        let claims = json!({ "userinfo": { "name": { "essential": true } } });
        let tokens = tokens(&party, &Visitor::new(&house), &claims, "openid offline_access").await;
        assert_eq!(id_token(&tokens).get("name"), None);
        let told = userinfo(&house, &tokens).await;
        assert_eq!(told["name"], "Ada Lovelace");
        assert_eq!(told.as_object().unwrap().len(), 2, "the subject and the name: {told}");
        // What was asked for holds for as long as the login does.
        let renewed = party.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(200).json();
        assert_eq!(userinfo(&house, &renewed).await["name"], "Ada Lovelace");
    }
}

#[tokio::test]
async fn claims_of_the_id_token_are_in_it_whoever_the_client_is() {
    let house = House::new().await;
    let claims = json!({ "id_token": { "email": null, "acr": null, "auth_time": { "essential": true } } });
    let third = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    for party in [house.party(ClientKind::RegularWeb, Via::Post).await, third] {
        let tokens = tokens(&party, &Visitor::new(&house), &claims, "openid offline_access").await;
        let told = id_token(&tokens);
        assert_eq!((&told["email"], &told["acr"]), (&json!(EMAIL), &json!("pwd")));
        assert_eq!(told["auth_time"], house.now());
        assert_eq!(userinfo(&house, &tokens).await.get("email"), None);
        let renewed = party.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(200).json();
        assert_eq!(id_token(&renewed)["acr"], "pwd");
    }
}

#[tokio::test]
async fn the_consent_page_names_what_is_asked_for_by_name() {
    let house = House::new().await;
    let party = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let claims = json!({ "userinfo": { "email": null } }).to_string();
    let asked = party.authorize(&[("claims", &claims), ("scope", "openid")]);
    let redirect = visitor.log_in(&asked, EMAIL, PASSWORD).await;
    let page = visitor.get(redirect.location()).await.is(200);
    assert!(page.text().contains("your email address"), "{}", page.text());
    let back = visitor.press(&page, "accept").await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    assert_eq!(tokens["scope"], "openid", "the scope stays what was asked for");
    // Without the claim the same consent is more than enough; with another one it is not.
    let silent = visitor.get(&party.authorize(&[("scope", "openid"), ("prompt", "none")])).await;
    assert!(silent.query("code").is_some(), "{}", silent.location());
    let other = json!({ "userinfo": { "name": null } }).to_string();
    let more = party.authorize(&[("claims", &other), ("scope", "openid"), ("prompt", "none")]);
    assert_eq!(visitor.get(&more).await.query("error").as_deref(), Some("consent_required"));
}

/// OpenID Connect Core §3.1.2.1: nobody gets the tokens of somebody else.
#[tokio::test]
async fn a_login_for_one_person_gives_nothing_to_another() {
    let house = House::new().await;
    house.user("bob@example.com", PASSWORD).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let bob = house.user_id("bob@example.com").await.replace("%7C", "|");
    let claims = json!({ "id_token": { "sub": { "value": bob } } }).to_string();
    let visitor = Visitor::new(&house);
    visitor.log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    let silent = visitor.get(&party.authorize(&[("claims", &claims), ("prompt", "none")])).await;
    assert_eq!(silent.query("error").as_deref(), Some("login_required"));
    let asked = party.authorize(&[("claims", &claims)]);
    let wrong = visitor.log_in(&asked, EMAIL, PASSWORD).await;
    assert_eq!(wrong.query("error").as_deref(), Some("login_required"), "{}", wrong.location());
    assert!(wrong.query("code").is_none());
    let right = visitor.log_in(&asked, "bob@example.com", PASSWORD).await;
    assert!(right.query("code").is_some(), "{}", right.location());
}

#[tokio::test]
async fn what_cannot_be_read_or_given_goes_back_to_the_client() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let strong = json!({ "id_token": { "acr": { "essential": true, "values": ["urn:mfa"] } } }).to_string();
    let deep = "{\"userinfo\":".repeat(600);
    for (claims, expected) in [
        ("{", "invalid_request"),
        ("[]", "invalid_request"),
        (&deep, "invalid_request"),
        (&strong, "unmet_authentication_requirements"),
    ] {
        let back = Visitor::new(&house).get(&party.authorize(&[("claims", claims)])).await;
        assert!(back.location().starts_with(&party.callback), "{}", back.location());
        assert_eq!(back.query("error").as_deref(), Some(expected), "{claims}");
        assert_eq!(back.query("state").as_deref(), Some(STATE));
    }
    let twice = format!("{}&claims={{}}&claims={{}}", party.authorize(&[])).replace(['{', '}'], "%20");
    assert_eq!(Visitor::new(&house).get(&twice).await.query("error").as_deref(), Some("invalid_request"));
    let (challenge, callback) = (challenge(VERIFIER), party.callback.clone());
    let push = |claims: &str| {
        let fields = [
            ("client_id", party.client_id.as_str()),
            ("client_secret", &party.secret),
            ("response_type", "code"),
            ("redirect_uri", &callback),
            ("scope", "openid"),
            ("nonce", NONCE),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("claims", claims),
        ];
        house.send(Asked::form("/oauth/par", &fields))
    };
    assert_eq!(push("{").await.is(400).json()["error"], "invalid_request");
    let pushed = push("{\"userinfo\":{\"name\":null}}").await.is(201).json();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", party.client_id.as_str()),
            ("request_uri", pushed["request_uri"].as_str().unwrap()),
        ])
        .finish();
    let back = Visitor::new(&house).log_in(&format!("/authorize?{query}"), EMAIL, PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    assert_eq!(userinfo(&house, &tokens).await["name"], "Ada Lovelace");
}

/// `oidcc-ensure-request-with-acr-values-succeeds`, `-ui-locales`, `-claims-locales`, `-display-…`.
#[tokio::test]
async fn acr_values_are_answered_and_locales_and_display_do_no_harm() {
    let house = House::new().await;
    let party = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let document = house.get("/.well-known/openid-configuration").await.is(200).json();
    assert_eq!(document["claims_parameter_supported"], true);
    let supported = document["acr_values_supported"][0].as_str().unwrap();
    let asked = party.authorize(&[
        ("acr_values", supported),
        ("ui_locales", "se xx"),
        ("claims_locales", "se"),
        ("display", "popup"),
    ]);
    let visitor = Visitor::new(&house);
    let redirect = visitor.log_in(&asked, EMAIL, PASSWORD).await;
    let page = visitor.get(redirect.location()).await.is(200);
    let back = visitor.press(&page, "accept").await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    assert_eq!(id_token(&tokens)["acr"], supported);
    let plain = visitor.get(&party.authorize(&[])).await;
    let tokens = party.swap(&plain.query("code").unwrap()).await.is(200).json();
    assert_eq!(id_token(&tokens).get("acr"), None, "nobody asked");
}
