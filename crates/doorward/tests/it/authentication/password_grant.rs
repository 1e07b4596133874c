//! A person's password typed into the client itself (RFC 6749 §4.3), at the tenant's default directory or
//! at a realm that the request names: off unless a client holds the grant.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, EMAIL, House, PASSWORD, RelyingParty, Via, jwt};

const REALM: &str = "http://auth0.com/oauth/grant-type/password-realm";
const DATABASE: &str = "Username-Password-Authentication";

async fn old_app(house: &House) -> RelyingParty<'_> {
    let grants = json!({ "grant_types": ["password", REALM, "refresh_token"] });
    house.party_with(ClientKind::RegularWeb, Via::Post, grants).await
}

async fn at_realm(party: &RelyingParty<'_>, username: &str, password: &str) -> Answer {
    let fields = [("grant_type", REALM), ("realm", DATABASE), ("username", username), ("password", password)];
    party.token(&[&fields[..], &[("scope", "openid email offline_access")]].concat()).await
}

fn error(answer: Answer, status: u16) -> Value {
    answer.is(status).json()["error"].clone()
}

#[tokio::test]
async fn a_password_gives_tokens_at_a_realm_and_at_the_default_directory() {
    let house = House::new().await;
    let party = old_app(&house).await;
    let tokens = at_realm(&party, EMAIL, PASSWORD).await.is(200).json();
    let jwks = house.get("/.well-known/jwks.json").await.is(200).json();
    let claims = jwt::verify(tokens["id_token"].as_str().unwrap(), &jwks);
    assert_eq!((&claims["email"], &claims["aud"]), (&json!(EMAIL), &json!(party.client_id)));
    let userinfo = house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(200).json();
    assert_eq!(userinfo["sub"], claims["sub"]);
    party.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(200);

    let plain =
        [("grant_type", "password"), ("username", EMAIL), ("password", PASSWORD), ("scope", "openid")];
    assert_eq!(error(party.token(&plain).await, 400), "invalid_request");
    let admin = house.machine(&["update:tenant_settings"]).await;
    admin.patch("/api/v2/tenants/settings", &json!({ "default_directory": DATABASE })).await.is(200);
    let tokens = party.token(&plain).await.is(200).json();
    assert!(tokens["id_token"].is_string() && tokens["refresh_token"].is_null(), "{tokens}");
    let logs = house.log_types().await;
    assert_eq!(logs.iter().filter(|code| *code == "sepft").count(), 2, "{logs:?}");
    assert!(logs.iter().any(|code| code == "fepft"), "{logs:?}");
}

#[tokio::test]
async fn without_a_scope_an_api_gives_all_that_it_has() {
    let house = House::new().await;
    let party = old_app(&house).await;
    house.make_api("https://things.test/", "Things", &[("read:things", ""), ("write:things", "")]).await;
    let fields = [("grant_type", REALM), ("realm", DATABASE), ("username", EMAIL), ("password", PASSWORD)];
    let answer = party.token(&[&fields[..], &[("audience", "https://things.test/")]].concat()).await;
    let tokens = answer.is(200).json();
    let (_, claims) = jwt::decode(tokens["access_token"].as_str().unwrap());
    assert_eq!((&claims["scope"], &claims["gty"]), (&json!("read:things write:things"), &json!("password")));
    assert!(tokens["id_token"].is_null());
}

#[tokio::test]
async fn a_client_without_the_grant_and_a_third_party_get_nothing() {
    let house = House::new().await;
    let usual = house.party(ClientKind::RegularWeb, Via::Post).await;
    assert_eq!(error(at_realm(&usual, EMAIL, PASSWORD).await, 403), "unauthorized_client");
    let third = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let admin = house.machine(&["update:clients"]).await;
    let path = format!("/api/v2/clients/{}", third.client_id);
    admin.patch(&path, &json!({ "grant_types": [REALM] })).await.is(200);
    assert_eq!(error(at_realm(&third, EMAIL, PASSWORD).await, 403), "unauthorized_client");
}

/// Nobody learns who has an account, and guesses are counted together with those at our own page.
#[tokio::test]
async fn guesses_are_counted_and_all_wrong_answers_are_alike() {
    let house = House::new().await;
    let party = old_app(&house).await;
    let wrong = at_realm(&party, EMAIL, "wrong").await.is(400);
    let nobody = at_realm(&party, "nobody@example.com", "wrong").await.is(400);
    assert_eq!(wrong.json()["error"], "invalid_grant");
    assert_eq!(wrong.body, nobody.body);
    for _ in 1..10 {
        at_realm(&party, EMAIL, "wrong").await.is(400);
    }
    let locked = at_realm(&party, EMAIL, PASSWORD).await;
    assert_eq!(error(locked, 429), "too_many_attempts");
    let at_page = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = crate::kit::Visitor::new(&house);
    visitor.log_in(&at_page.authorize(&[]), EMAIL, PASSWORD).await.is(429);
    let logs = house.log_types().await;
    for code in ["fp", "fu", "limit_wc"] {
        assert!(logs.iter().any(|known| known == code), "{code}: {logs:?}");
    }
}

#[tokio::test]
async fn a_blocked_user_is_told_so_only_with_the_right_password() {
    let house = House::new().await;
    let party = old_app(&house).await;
    let admin = house.machine(&["update:users"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    admin.patch(&path, &json!({ "blocked": true })).await.is(200);
    assert_eq!(error(at_realm(&party, EMAIL, "wrong").await, 400), "invalid_grant");
    let blocked = at_realm(&party, EMAIL, PASSWORD).await.is(403).json();
    assert_eq!(
        (&blocked["error"], &blocked["error_description"]),
        (&json!("access_denied"), &json!("user is blocked"))
    );
}

#[tokio::test]
async fn what_is_missing_or_not_there_is_said() {
    let house = House::new().await;
    let party = old_app(&house).await;
    for fields in [
        vec![("username", EMAIL), ("password", PASSWORD)],
        vec![("realm", "nobody"), ("username", EMAIL), ("password", PASSWORD)],
        vec![("realm", DATABASE), ("password", PASSWORD)],
        vec![("realm", DATABASE), ("username", EMAIL), ("password", "")],
    ] {
        let answer = party.token(&[&fields[..], &[("grant_type", REALM)]].concat()).await;
        assert_eq!(error(answer, 400), "invalid_request", "{fields:?}");
    }
    let long = "p".repeat(1_000_000);
    let answer = at_realm(&party, EMAIL, &long).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
}
