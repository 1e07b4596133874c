//! A person logs in, by each kind of application (RFC 6749 §4.1, RFC 7636, OpenID Connect Core §3.1).

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use crate::kit::{EMAIL, Engine, House, NONCE, PASSWORD, RelyingParty, STATE, Via, Visitor, jwt};

async fn whole_line(house: &House, party: &RelyingParty<'_>) {
    let visitor = Visitor::new(house);
    let back = visitor.log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    assert!(back.location().starts_with(&format!("{}?", party.callback)), "{}", back.location());
    assert_eq!(back.query("state").as_deref(), Some(STATE));
    assert_eq!(back.query("iss").as_deref(), Some(house.issuer()));

    let answer = party.swap(&back.query("code").unwrap()).await.is(200);
    assert!(answer.header("content-type").unwrap().starts_with("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert!(tokens["expires_in"].is_number(), "{tokens}");

    let jwks = house.get("/.well-known/jwks.json").await.is(200).json();
    let claims = jwt::verify(tokens["id_token"].as_str().unwrap(), &jwks);
    assert_eq!(claims["iss"], house.issuer());
    assert_eq!(claims["aud"], party.client_id);
    assert_eq!(claims["nonce"], NONCE);
    assert_eq!(claims["email"], EMAIL);
    assert!(claims["sid"].is_string(), "{claims}");
    assert!(claims["exp"].as_i64() > claims["iat"].as_i64());

    let userinfo = house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(200).json();
    assert_eq!(userinfo["sub"], claims["sub"]);
    assert_eq!(userinfo["email"], EMAIL);

    let first = tokens["refresh_token"].as_str().unwrap();
    let again = party.refresh(first).await.is(200).json();
    assert_ne!(again["refresh_token"], first, "the refresh token did not rotate");
    assert_eq!(jwt::verify(again["id_token"].as_str().unwrap(), &jwks)["sub"], claims["sub"]);

    let types = house.log_types().await;
    for code in ["s", "seacft", "sertft"] {
        assert!(types.iter().any(|t| t == code), "no event {code} in {types:?}");
    }
}

#[tokio::test]
async fn a_regular_web_application_logs_a_person_in_with_its_secret_by_post() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        whole_line(&house, &party).await;
    }
}

#[tokio::test]
async fn a_regular_web_application_logs_a_person_in_with_its_secret_by_basic() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Basic).await;
    whole_line(&house, &party).await;
}

#[tokio::test]
async fn a_single_page_application_logs_a_person_in_without_a_secret() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = house.party(ClientKind::Spa, Via::None).await;
        whole_line(&house, &party).await;
    }
}

#[tokio::test]
async fn a_native_application_logs_a_person_in_without_a_secret() {
    let house = House::new().await;
    let party = house.party(ClientKind::Native, Via::None).await;
    whole_line(&house, &party).await;
}

/// RFC 8252 §7.3: the port of a loopback callback is chosen when the application starts.
#[tokio::test]
async fn a_native_application_may_come_back_to_any_port_of_its_own_machine() {
    let house = House::new().await;
    let mut party = house.party(ClientKind::Native, Via::None).await;
    party.callback = "http://127.0.0.1:49152/callback".into();
    let visitor = Visitor::new(&house);
    let code = party.code(&visitor, EMAIL, PASSWORD).await;
    party.swap(&code).await.is(200);
}

#[tokio::test]
async fn an_email_in_other_case_and_with_spaces_is_the_same_person() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    party.code(&visitor, &format!("  {} ", EMAIL.to_uppercase()), PASSWORD).await;
}

#[tokio::test]
async fn a_wrong_password_shows_the_page_again_and_is_an_event() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let again = visitor.log_in(&party.authorize(&[]), EMAIL, "not my password").await;
    assert!(!again.status.is_redirection() && !again.status.is_server_error(), "{}", again.status);
    assert!(again.text().contains("role=\"alert\""), "{}", again.text());
    assert_eq!(visitor.session(), None);
    let back = visitor.submit(&again, &[("username", EMAIL), ("password", PASSWORD)]).await;
    assert!(back.query("code").is_some());
    assert!(house.log_types().await.contains(&"fp".to_owned()));
}

#[tokio::test]
async fn the_session_cookie_is_host_bound_secure_and_for_servers_only() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let back = Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    let cookies = back.cookies();
    let cookie = cookies.iter().find(|cookie| cookie.starts_with("__Host-dw=")).expect("a session cookie");
    for attribute in ["Secure", "HttpOnly", "SameSite=None", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute} is missing: {cookie}");
    }
    // CVE-2024-28197: no Domain attribute, so no subdomain sees it.
    assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
}

#[tokio::test]
async fn max_age_and_prompt_login_ask_again_and_auth_time_is_told() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    party.code(&visitor, EMAIL, PASSWORD).await;
    house.advance(100);

    let silent = visitor.get(&party.authorize(&[("max_age", "200")])).await;
    assert!(silent.query("code").is_some(), "a young session was asked again: {}", silent.location());
    for again in [[("max_age", "50")], [("prompt", "login")], [("max_age", "0")]] {
        let redirect = visitor.get(&party.authorize(&again)).await;
        assert!(redirect.location().contains("/u/login?"), "{again:?}: {}", redirect.location());
    }
    let back = visitor.log_in(&party.authorize(&[("max_age", "50")]), EMAIL, PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    let (_, claims) = jwt::decode(tokens["id_token"].as_str().unwrap());
    assert_eq!(claims["auth_time"].as_i64(), Some(house.now()), "{claims}");
}

#[tokio::test]
async fn a_nonce_that_was_not_sent_is_not_invented() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let back = Visitor::new(&house).log_in(&party.authorize(&[("nonce", "")]), EMAIL, PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    let (_, claims) = jwt::decode(tokens["id_token"].as_str().unwrap());
    assert!(claims.get("nonce").is_none(), "{claims}");
}

#[tokio::test]
async fn an_answer_by_form_post_is_a_page_that_posts_itself() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let page = Visitor::new(&house)
        .log_in(&party.authorize(&[("response_mode", "form_post")]), EMAIL, PASSWORD)
        .await
        .is(200);
    let form = page.form();
    assert_eq!((form.method.as_str(), form.action.as_str()), ("post", party.callback.as_str()));
    let field = |name: &str| form.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    assert_eq!(field("state").as_deref(), Some(STATE));
    assert_eq!(field("iss").as_deref(), Some(house.issuer()));
    party.swap(&field("code").unwrap()).await.is(200);
}

/// OpenID Connect Core §4: a login that took too long begins again where the client begins its logins.
#[tokio::test]
async fn a_login_that_took_too_long_begins_again_where_the_client_says() {
    let house = House::new().await;
    let uri = json!({ "initiate_login_uri": "https://app.test/login?a=1" });
    let said = house.party_with(ClientKind::RegularWeb, Via::Post, uri).await;
    let silent = house.party(ClientKind::RegularWeb, Via::Post).await;
    for (party, again) in [(&said, "https://app.test/login?a=1&amp;iss="), (&silent, "/authorize?")] {
        let visitor = Visitor::new(&house);
        let address = visitor.get(&party.authorize(&[])).await.location().to_owned();
        house.advance(3 * 3600);
        let page = visitor.get(house.path(&address)).await.is(400).text();
        assert!(page.replace("&#38;", "&amp;").contains(&format!("href=\"{again}")), "{page}");
    }
}
