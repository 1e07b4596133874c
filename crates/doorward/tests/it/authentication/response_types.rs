//! Tokens in the response itself: the implicit and the hybrid flow, by fragment, form and message
//! (OpenID Connect Core §3.2, §3.3; OAuth 2.0 Multiple Response Types; OAuth 2.0 Form Post Response Mode).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_model::client::kind::ClientKind;
use doorward_protocol::digest::sha256;
use serde_json::{Value, json};

use crate::kit::{Answer, EMAIL, House, NONCE, PASSWORD, RelyingParty, STATE, Via, Visitor, jwt};

const ALL: [&str; 7] =
    ["code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

type Fields = BTreeMap<String, String>;

/// A client that may do everything, with a secret and without PKCE.
async fn hybrid(house: &House) -> RelyingParty<'_> {
    let grants = json!({ "grant_types": ["authorization_code", "implicit", "refresh_token"] });
    house.party_with(ClientKind::RegularWeb, Via::Post, grants).await
}

/// The address of a request without PKCE.
fn asking(party: &RelyingParty<'_>, response_type: &str, more: &[(&str, &str)]) -> String {
    let mut changes =
        vec![("response_type", response_type), ("code_challenge", ""), ("code_challenge_method", "")];
    changes.extend(more);
    party.authorize(&changes)
}

/// What came back by the way that fits the response type and the mode, and by no other.
fn fields(back: &Answer, party: &RelyingParty<'_>, mode: &str) -> Fields {
    if mode == "form_post" {
        let form = back.clone().is(200).form();
        assert_eq!((form.method.as_str(), form.action.as_str()), ("post", party.callback.as_str()));
        return form.fields.into_iter().collect();
    }
    let url = url::Url::parse(back.location()).unwrap();
    assert!(back.location().starts_with(&party.callback), "{url}");
    let (used, other) =
        if mode == "query" { (url.query(), url.fragment()) } else { (url.fragment(), url.query()) };
    assert_eq!(other, None, "{url}");
    url::form_urlencoded::parse(used.unwrap_or_default().as_bytes()).into_owned().collect()
}

fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(text.as_bytes())[..16])
}

async fn verified(house: &House, fields: &Fields) -> Value {
    let jwks = house.get("/.well-known/jwks.json").await.is(200).json();
    jwt::verify(&fields["id_token"], &jwks)
}

/// What is in the response is what was asked for, and all of it works.
async fn holds(house: &House, party: &RelyingParty<'_>, (response_type, fields): (&str, &Fields)) {
    let asked: Vec<&str> = response_type.split(' ').collect();
    let (code, access, id_token) = (fields.get("code"), fields.get("access_token"), fields.get("id_token"));
    assert_eq!(code.is_some(), asked.contains(&"code"), "{response_type}: {fields:?}");
    assert_eq!(access.is_some(), asked.contains(&"token"), "{response_type}: {fields:?}");
    assert_eq!(id_token.is_some(), asked.contains(&"id_token"), "{response_type}: {fields:?}");
    assert_eq!((fields["state"].as_str(), fields["iss"].as_str()), (STATE, house.issuer()));
    assert!(!fields.contains_key("refresh_token"), "{fields:?}");
    let mut person = None;
    if id_token.is_some() {
        let claims = verified(house, fields).await;
        assert_eq!((&claims["aud"], &claims["nonce"]), (&json!(party.client_id), &json!(NONCE)));
        assert_eq!(claims["at_hash"], json!(access.map(|token| half_hash(token))));
        assert_eq!(claims["c_hash"], json!(code.map(|code| half_hash(code))));
        person = Some(claims["sub"].clone());
    }
    if let Some(access) = access {
        assert_eq!(fields["token_type"], "Bearer");
        assert!(fields["expires_in"].parse::<u32>().unwrap() > 0);
        assert!(!fields["scope"].contains("offline_access"), "{fields:?}");
        let userinfo = house.userinfo(access).await.is(200).json();
        assert!(person.as_ref().is_none_or(|person| *person == userinfo["sub"]), "{userinfo}");
    }
    if let Some(code) = code {
        let fields =
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &party.callback)];
        let tokens = party.token(&fields).await.is(200).json();
        let claims = jwt::decode(tokens["id_token"].as_str().unwrap()).1;
        assert!(person.is_none_or(|person| person == claims["sub"]), "{claims}");
        assert!(tokens["refresh_token"].is_string());
    }
}

#[tokio::test]
async fn oidcc_server_for_every_response_type_in_every_mode() {
    let house = House::new().await;
    let party = hybrid(&house).await;
    for response_type in ALL {
        let usual = if response_type == "code" { "query" } else { "fragment" };
        for (asked, mode) in [("", usual), ("fragment", "fragment"), ("form_post", "form_post")] {
            let visitor = Visitor::new(&house);
            let ask = asking(&party, response_type, &[("response_mode", asked)]);
            let back = visitor.log_in(&ask, EMAIL, PASSWORD).await;
            holds(&house, &party, (response_type, &fields(&back, &party, mode))).await;
            let silent = asking(&party, response_type, &[("response_mode", asked), ("prompt", "none")]);
            let back = visitor.get(&silent).await;
            holds(&house, &party, (response_type, &fields(&back, &party, mode))).await;
        }
    }
    let types = house.log_types().await;
    assert!(types.iter().any(|code| code == "s") && types.iter().any(|code| code == "ssa"), "{types:?}");
}

#[tokio::test]
async fn a_single_page_application_gets_tokens_by_a_message_without_pkce() {
    let house = House::new().await;
    let grants = json!({ "grant_types": ["implicit"] });
    let party = house.party_with(ClientKind::Spa, Via::None, grants).await;
    let visitor = Visitor::new(&house);
    let back = visitor.log_in(&asking(&party, "token id_token", &[]), EMAIL, PASSWORD).await;
    holds(&house, &party, ("token id_token", &fields(&back, &party, "fragment"))).await;
    let silent = [("prompt", "none"), ("response_mode", "web_message")];
    let page = visitor.get(&asking(&party, "token id_token", &silent)).await.is(200).text();
    assert!(page.contains("access_token") && page.contains("id_token"), "{page}");
}

#[tokio::test]
async fn what_the_client_may_not_have_is_refused_where_tokens_would_have_come() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for response_type in ALL.into_iter().filter(|kind| *kind != "code") {
        let back = Visitor::new(&house).get(&asking(&party, response_type, &[])).await;
        let refused = fields(&back, &party, "fragment");
        assert_eq!(refused["error"], "unauthorized_client", "{response_type}");
        assert!(refused["error_description"].contains("implicit"), "{refused:?}");
        assert_eq!(refused["state"], STATE);
    }
    let back = Visitor::new(&house).get(&asking(&party, "token", &[("response_mode", "form_post")])).await;
    assert_eq!(fields(&back, &party, "form_post")["error"], "unauthorized_client");
    let party = hybrid(&house).await;
    let back = Visitor::new(&house).get(&asking(&party, "token", &[("response_mode", "query")])).await;
    assert_eq!(fields(&back, &party, "fragment")["error"], "invalid_request");
}

/// OpenID Connect Core §5.4: with an access token the claims are read at userinfo; first parties read
/// them in the token all the same.
#[tokio::test]
async fn a_third_party_reads_the_profile_in_an_id_token_that_comes_alone() {
    let house = House::new().await;
    let third = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let machine = house.machine(&["update:clients"]).await;
    let grants = json!({ "grant_types": ["authorization_code", "implicit"] });
    machine.patch(&format!("/api/v2/clients/{}", third.client_id), &grants).await.is(200);
    let visitor = Visitor::new(&house);
    for (response_type, has_profile) in
        [("id_token", true), ("id_token token", false), ("code id_token", false)]
    {
        let ask = asking(&third, response_type, &[("scope", "openid email")]);
        let first = visitor.get(&ask).await;
        let back = if first.location().contains("/u/login") {
            let asked = visitor.log_in(&ask, EMAIL, PASSWORD).await;
            let page = visitor.get(asked.location()).await.is(200);
            visitor.press(&page, "accept").await
        } else {
            first
        };
        let claims = verified(&house, &fields(&back, &third, "fragment")).await;
        assert_eq!(claims["email"].is_string(), has_profile, "{response_type}: {claims}");
    }
    let first = hybrid(&house).await;
    let back = visitor.get(&asking(&first, "id_token token", &[("prompt", "none")])).await;
    assert_eq!(verified(&house, &fields(&back, &first, "fragment")).await["email"], EMAIL);
}

#[tokio::test]
async fn a_token_of_the_response_ends_with_its_client_and_its_user() {
    let house = House::new().await;
    let party = hybrid(&house).await;
    let machine = house.machine(&["update:users", "delete:clients"]).await;
    let token = async || {
        let back = Visitor::new(&house).log_in(&asking(&party, "token", &[]), EMAIL, PASSWORD).await;
        fields(&back, &party, "fragment")["access_token"].clone()
    };
    let first = token().await;
    let user = house.userinfo(&first).await.is(200).json()["sub"].as_str().unwrap().to_owned();
    let path = format!("/api/v2/users/{user}");
    machine.patch(&path, &json!({ "blocked": true })).await.is(200);
    house.userinfo(&first).await.is(401);
    machine.patch(&path, &json!({ "blocked": false })).await.is(200);
    let second = token().await;
    house.userinfo(&second).await.is(200);
    machine.delete(&format!("/api/v2/clients/{}", party.client_id)).await.is(204);
    house.userinfo(&second).await.is(401);
}

#[tokio::test]
async fn an_api_gets_its_own_token_with_its_life_for_browsers() {
    let house = House::new().await;
    let party = hybrid(&house).await;
    let machine = house.machine(&["create:resource_servers"]).await;
    let api = json!({ "identifier": "https://things.test/", "name": "Things", "token_lifetime": 9000,
        "token_lifetime_for_web": 1234, "scopes": [{ "value": "read:things" }] });
    machine.post("/api/v2/resource-servers", &api).await.is(201);
    let more =
        [("audience", "https://things.test/"), ("scope", "openid read:things write:things offline_access")];
    let back = Visitor::new(&house).log_in(&asking(&party, "token id_token", &more), EMAIL, PASSWORD).await;
    let fields = fields(&back, &party, "fragment");
    let jwks = house.get("/.well-known/jwks.json").await.is(200).json();
    let claims = jwt::verify(&fields["access_token"], &jwks);
    assert_eq!(fields["expires_in"], "1234");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 1234);
    assert_eq!(
        (claims["scope"].as_str(), fields["scope"].as_str()),
        (Some("openid read:things"), "openid read:things")
    );
    assert_eq!(claims["azp"], json!(party.client_id));
}

/// The original's lives of a token that opens userinfo alone: two hours from the browser, a day from a code.
#[tokio::test]
async fn a_token_without_an_api_lives_for_two_hours_where_a_browser_got_it() {
    let house = House::new().await;
    let party = hybrid(&house).await;
    let back = Visitor::new(&house).log_in(&asking(&party, "code token", &[]), EMAIL, PASSWORD).await;
    let fields = fields(&back, &party, "fragment");
    assert_eq!(fields["expires_in"], "7200");
    let swapped =
        [("grant_type", "authorization_code"), ("code", &fields["code"]), ("redirect_uri", &party.callback)];
    let tokens = party.token(&swapped).await.is(200).json();
    assert_eq!(tokens["expires_in"], 86_400);
    house.advance(7199);
    house.userinfo(&fields["access_token"]).await.is(200);
    house.advance(1);
    house.userinfo(&fields["access_token"]).await.is(401);
    house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(200);
}
