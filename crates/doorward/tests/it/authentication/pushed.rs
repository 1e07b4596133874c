//! Requests that a client pushes before it sends the person (RFC 9126).

use doorward_model::client::kind::ClientKind;
use doorward_model::secret::Secret;
use doorward_protocol::jose::{SecretKey, sign_hs256};
use serde_json::{Value, json};

use crate::kit::{
    ASSERTION, Answer, Asked, EMAIL, House, NONCE, PASSWORD, RelyingParty, STATE, VERIFIER, Via, Visitor,
    challenge,
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

/// Pushes the same as JSON, with changes of any type.
async fn push_json(party: &RelyingParty<'_>, changes: &Value) -> Answer {
    let mut body = json!({
        "client_id": party.client_id, "client_secret": party.secret, "response_type": "code",
        "redirect_uri": party.callback, "scope": "openid email", "state": STATE, "nonce": NONCE,
        "code_challenge": challenge(VERIFIER), "code_challenge_method": "S256",
    });
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    party.house.send(Asked::json("POST", "/oauth/par", &body)).await
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

/// CVE-2026-96446: a pushed request is used up by a login without a page, too, and by one that fails.
#[tokio::test]
async fn a_pushed_request_is_used_up_silently_and_by_an_error() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    visitor.log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    for (browser, answer) in [(&visitor, "code"), (&Visitor::new(&house), "error")] {
        let pushed = push(&party, &[("prompt", "none")]).await.is(201).json();
        let address = begin(&party.client_id, &pushed);
        assert!(browser.get(&address).await.query(answer).is_some());
        let again = browser.get(&address).await.is(400);
        assert!(
            again.header("location").is_none() && again.text().contains("Login request is over"),
            "{answer}"
        );
    }
}

/// CVE-2026-9689: an address that names two clients or two requests is refused, and what was pushed stays good.
#[tokio::test]
async fn an_address_that_says_twice_which_request_it_means_uses_up_none() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let other = house.party(ClientKind::RegularWeb, Via::Post).await;
    let pushed = push(&party, &[]).await.is(201).json();
    let second = push(&party, &[]).await.is(201).json();
    let address = begin(&party.client_id, &pushed);
    let name = |pushed: &Value| begin("", pushed).split_once("&request_uri=").unwrap().1.to_owned();
    for more in [
        format!("client_id={}", other.client_id),
        format!("client_id={}", party.client_id),
        format!("request_uri={}", name(&second)),
        format!("request_uri={}", name(&pushed)),
        format!("client_id={}&request_uri={}", other.client_id, name(&second)),
    ] {
        let refused = Visitor::new(&house).get(&format!("{address}&{more}")).await.is(400);
        assert!(refused.header("location").is_none(), "{more}");
        assert!(refused.text().contains("says the same thing twice"), "{more}: {}", refused.text());
    }
    for pushed in [&pushed, &second] {
        Visitor::new(&house).to_login(&begin(&party.client_id, pushed)).await;
    }
}

/// What was pushed as JSON is all there, also a number; what is no text is refused and never left out.
#[tokio::test]
async fn what_is_pushed_as_json_is_read_whole() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    visitor.log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    let pushed = push_json(&party, &json!({})).await.is(201).json();
    assert!(visitor.get(&begin(&party.client_id, &pushed)).await.query("code").is_some());
    for fresh in [json!({ "max_age": 0 }), json!({ "max_age": "0" }), json!({ "prompt": "login" })] {
        let pushed = push_json(&party, &fresh).await.is(201).json();
        let answer = visitor.get(&begin(&party.client_id, &pushed)).await;
        assert!(answer.location().contains("/u/login?"), "{fresh}: {}", answer.location());
    }
    for name in ["max_age", "prompt", "nonce", "state", "resource", "code_challenge", "claims", "login_hint"]
    {
        let refused = push_json(&party, &json!({ name: ["login"] })).await.is(400).json();
        assert_eq!(refused["error"], "invalid_request", "{name}");
        let asked = json!({ "client_id": party.client_id, "client_secret": party.secret, name: {} });
        let refused = house.send(Asked::json("POST", "/oauth/device/code", &asked)).await.is(400).json();
        assert_eq!(refused["error_description"], format!("The member {name} must be a text."));
    }
}

/// RFC 9126 §2: the issuer, the token endpoint and the endpoint itself are each a good audience of an assertion.
#[tokio::test]
async fn an_assertion_for_the_endpoint_itself_proves_a_client_there() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let issuer = house.issuer().to_owned();
    let (token, par) = (format!("{issuer}oauth/token"), format!("{issuer}oauth/par"));
    let audiences = [
        (json!(issuer), 201),
        (json!(token), 201),
        (json!(par), 201),
        (json!([issuer, token]), 201),
        (json!([issuer, token, par]), 201),
        (json!([par, "https://other.test/"]), 401),
        (json!(format!("{issuer}oauth/revoke")), 401),
    ];
    let key = SecretKey::new(&Secret::new(party.secret.clone()), false).unwrap();
    for (number, (aud, status)) in audiences.into_iter().enumerate() {
        let claims = json!({
            "iss": party.client_id, "sub": party.client_id, "aud": aud, "jti": format!("par-{number}"),
            "exp": house.now() + 60,
        });
        let assertion = sign_hs256(&key, &claims).unwrap();
        let more =
            [("client_secret", ""), ("client_assertion_type", ASSERTION), ("client_assertion", &assertion)];
        push(&party, &more).await.is(status);
    }
}

/// What was pushed is not written into an address: the browser must not see it, and could not push it again.
#[tokio::test]
async fn a_pushed_request_is_not_offered_again_as_an_address() {
    let house = House::new().await;
    let party = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let login = async |address: &str| {
        let page = visitor.to_login(address).await;
        visitor.submit(&page, &[("username", EMAIL), ("password", PASSWORD)]).await
    };
    let plain = login(&party.authorize(&[])).await;
    let page = visitor.get(plain.location()).await.is(200).text();
    assert!(page.contains("Use another account") && page.contains("/authorize?"), "{page}");
    let pushed = push(&party, &[("prompt", "login")]).await.is(201).json();
    let asked = login(&begin(&party.client_id, &pushed)).await;
    let page = visitor.get(asked.location()).await.is(200).text();
    assert!(!page.contains("/authorize?") && !page.contains(NONCE), "{page}");

    for (address, is_offered) in [(party.authorize(&[("prompt", "login")]), true), (String::new(), false)] {
        let address = if is_offered {
            address
        } else {
            begin(&party.client_id, &push(&party, &[("prompt", "login")]).await.is(201).json())
        };
        let page = visitor.to_login(&address).await;
        house.advance(3600);
        let late = visitor.submit(&page, &[("username", EMAIL), ("password", PASSWORD)]).await;
        let text = late.text();
        assert!(text.contains("Start this login again"), "{text}");
        assert_eq!(text.contains("/authorize?"), is_offered, "{text}");
    }
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
        (vec![("resource", "https://nowhere.test/")], 400, "invalid_target"),
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
    let said = async || {
        let document = house.get("/.well-known/openid-configuration").await.is(200).json();
        document.get("require_pushed_authorization_requests").cloned()
    };
    assert_eq!(said().await, None);
    admin.patch("/api/v2/tenants/settings", &flag).await.is(200);
    assert_eq!(said().await, Some(json!(true)));
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
