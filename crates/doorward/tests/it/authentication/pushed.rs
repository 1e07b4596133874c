//! Requests that a client pushes before it sends the person (RFC 9126).

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{
    Answer, Asked, EMAIL, House, NONCE, PASSWORD, RelyingParty, STATE, VERIFIER, Via, Visitor, challenge,
};

/// Pushes a usual request with changes; empty takes a parameter out.
async fn push(party: &RelyingParty<'_>, changes: &[(&str, &str)]) -> Answer {
    let challenge = challenge(VERIFIER);
    let mut fields = vec![
        ("client_id", party.client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", &party.callback),
        ("scope", "openid email"),
        ("state", STATE),
        ("nonce", NONCE),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    if !party.secret.is_empty() {
        fields.push(("client_secret", &party.secret));
    }
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    party.house.send(Asked::form("/oauth/par", &fields)).await
}

/// The address at which the person begins.
fn begin(client: &str, pushed: &Value) -> String {
    let name = pushed["request_uri"].as_str().unwrap();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", client), ("request_uri", name)])
        .finish();
    format!("/authorize?{query}")
}

#[tokio::test]
async fn a_pushed_request_is_the_request_and_what_the_browser_adds_counts_for_nothing() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let answer = push(&party, &[]).await.is(201);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let pushed = answer.json();
    assert_eq!(pushed["expires_in"], 30);
    assert!(pushed["request_uri"].as_str().unwrap().starts_with("urn:ietf:params:oauth:request_uri:"));
    let added = "&redirect_uri=https://evil.test/&scope=openid+profile&state=other&response_type=token";
    let address = format!("{}{added}", begin(&party.client_id, &pushed));
    let back = Visitor::new(&house).log_in(&address, EMAIL, PASSWORD).await;
    assert!(back.location().starts_with(&party.callback), "{}", back.location());
    assert_eq!(back.query("state").as_deref(), Some(STATE));
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    assert_eq!(tokens["scope"], "openid email");
    let claims = crate::kit::jwt::decode(tokens["id_token"].as_str().unwrap()).1;
    assert_eq!(claims["nonce"], NONCE);
}

/// CVE-2026-96446 and `par-attempt-reuse-request_uri`, `-to-use-expired-request_uri`, `-for-different-client`.
#[tokio::test]
async fn a_pushed_request_works_once_for_its_client_and_not_for_long() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let other = house.party(ClientKind::RegularWeb, Via::Post).await;
    let refused = async |address: &str| {
        let page = Visitor::new(&house).get(address).await.is(400);
        assert!(page.header("location").is_none());
        assert!(page.text().contains("Login request is over"), "{}", page.text());
    };
    let pushed = push(&party, &[]).await.is(201).json();
    refused(&begin(&other.client_id, &pushed)).await;
    Visitor::new(&house).to_login(&begin(&party.client_id, &pushed)).await;
    refused(&begin(&party.client_id, &pushed)).await;
    let pushed = push(&party, &[]).await.is(201).json();
    house.advance(30);
    refused(&begin(&party.client_id, &pushed)).await;
    refused(&begin(&party.client_id, &json!({ "request_uri": "urn:ietf:params:oauth:request_uri:x" }))).await;
    assert!(house.log_types().await.iter().any(|code| code == "f"));
}

#[tokio::test]
async fn what_the_authorization_endpoint_would_refuse_is_refused_at_once() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for (changes, status, error) in [
        (vec![("client_secret", "wrong")], 401, "invalid_client"),
        (vec![("client_secret", "")], 401, "invalid_client"),
        (vec![("redirect_uri", "https://evil.test/")], 400, "invalid_request"),
        (vec![("redirect_uri", "")], 400, "invalid_request"),
        (vec![("response_type", "")], 400, "invalid_request"),
        (vec![("response_type", "saml")], 400, "unsupported_response_type"),
        (vec![("response_type", "id_token")], 403, "unauthorized_client"),
        (vec![("code_challenge_method", "plain")], 400, "invalid_request"),
        (vec![("request_uri", "urn:ietf:params:oauth:request_uri:x")], 400, "request_uri_not_supported"),
        (vec![("request", "a.b.c")], 400, "request_not_supported"),
        (vec![("audience", "https://nowhere.test/")], 403, "access_denied"),
    ] {
        let answer = push(&party, &changes).await.is(status).json();
        assert_eq!(answer["error"], error, "{changes:?}");
    }
    push(&party, &[("prompt", "none")]).await.is(201);
    house.get("/oauth/par").await.is(405);
}

#[tokio::test]
async fn a_client_or_the_tenant_may_demand_it_and_say_how_long_a_request_waits() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let admin = house.machine(&["update:clients", "update:tenant_settings"]).await;
    let change = json!({ "require_pushed_authorization_requests": true, "par_request_expiry": 60 });
    admin.patch(&format!("/api/v2/clients/{}", party.client_id), &change).await.is(200);
    let back = Visitor::new(&house).get(&party.authorize(&[])).await;
    assert_eq!(back.query("error").as_deref(), Some("invalid_request"));
    let pushed = push(&party, &[]).await.is(201).json();
    assert_eq!(pushed["expires_in"], 60);
    Visitor::new(&house).to_login(&begin(&party.client_id, &pushed)).await;

    let other = house.party(ClientKind::RegularWeb, Via::Post).await;
    Visitor::new(&house).to_login(&other.authorize(&[])).await;
    let flag = json!({ "flags": { "require_pushed_authorization_requests": true } });
    admin.patch("/api/v2/tenants/settings", &flag).await.is(200);
    let back = Visitor::new(&house).get(&other.authorize(&[])).await;
    assert_eq!(back.query("error").as_deref(), Some("invalid_request"));
}

/// Nobody fills the disk who has proved nothing.
#[tokio::test]
async fn an_address_may_push_a_hundred_requests_of_clients_that_prove_nothing() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    for _ in 0..100 {
        push(&party, &[]).await.is(201);
    }
    let refused = push(&party, &[]).await.is(429);
    assert!(refused.header("retry-after").is_some());
    let confidential = house.party(ClientKind::RegularWeb, Via::Post).await;
    push(&confidential, &[]).await.is(201);
}
