//! The token endpoint (RFC 6749 §3.2, §4.1.3, §4.4, §5.2): what swaps, and what is refused how.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Asked, EMAIL, House, PASSWORD, RelyingParty, VERIFIER, Via, Visitor, challenge, jwt};

async fn refused(answer: crate::kit::Answer, status: u16, error: &str) -> Value {
    let body = answer.is(status).json();
    assert_eq!(body["error"], error, "{body}");
    assert!(body["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    body
}

async fn party(house: &House) -> RelyingParty<'_> {
    house.party(ClientKind::RegularWeb, Via::Post).await
}

/// `oidcc-codereuse`; RFC 6749 §4.1.2: a code that comes twice takes its tokens with it.
#[tokio::test]
async fn a_code_works_once_and_its_second_use_revokes_what_the_first_gave() {
    let house = House::new().await;
    let party = party(&house).await;
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let tokens = party.swap(&code).await.is(200).json();
    refused(party.swap(&code).await, 400, "invalid_grant").await;
    refused(party.refresh(tokens["refresh_token"].as_str().unwrap()).await, 400, "invalid_grant").await;
    assert!(house.log_types().await.contains(&"feacft".to_owned()));
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let house = House::new().await;
    let party = party(&house).await;
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    house.advance(61);
    refused(party.swap(&code).await, 400, "invalid_grant").await;
}

/// CVE-2026-28513, CVE-2026-55672: a code is its client's own, and is burnt by the attempt.
#[tokio::test]
async fn a_code_of_one_client_is_nothing_to_another() {
    let house = House::new().await;
    let (own, other) = (party(&house).await, party(&house).await);
    let code = own.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    refused(other.swap(&code).await, 400, "invalid_grant").await;
    refused(own.swap(&code).await, 400, "invalid_grant").await;
}

/// CVE-2023-48228, CVE-2024-23647: the proof cannot be left out, made up or added later.
#[tokio::test]
async fn pkce_cannot_be_skipped_changed_or_added() {
    let house = House::new().await;
    let party = party(&house).await;
    let wrong = "a".repeat(43);
    for verifier in ["", wrong.as_str(), &challenge(VERIFIER)] {
        let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let answer = party.swap_with(&code, &[("code_verifier", verifier)]).await;
        refused(answer, 400, "invalid_grant").await;
    }
    let plain = party.authorize(&[("code_challenge", ""), ("code_challenge_method", "")]);
    let back = Visitor::new(&house).log_in(&plain, EMAIL, PASSWORD).await;
    refused(party.swap(&back.query("code").unwrap()).await, 400, "invalid_grant").await;
}

#[tokio::test]
async fn the_redirect_uri_of_the_request_must_come_again() {
    let house = House::new().await;
    let party = party(&house).await;
    for uri in ["https://app.test/other", "https://app.test/callback/", ""] {
        let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let answer = party.swap_with(&code, &[("redirect_uri", uri)]).await;
        assert_eq!(answer.status.as_u16(), 400, "{uri}: {}", answer.text());
    }
}

#[tokio::test]
async fn wrong_credentials_of_a_client_are_401_whatever_is_wrong() {
    let house = House::new().await;
    let mut party = party(&house).await;
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let secret = std::mem::replace(&mut party.secret, "wrong".into());
    let wrong_secret = refused(party.swap(&code).await, 401, "invalid_client").await;
    party.via = Via::Basic;
    let basic = party.swap(&code).await;
    assert!(basic.header("www-authenticate").is_some(), "RFC 6749 §5.2: Basic failed, Basic is named");
    refused(basic, 401, "invalid_client").await;
    party.via = Via::None;
    refused(party.swap(&code).await, 401, "invalid_client").await;
    party.via = Via::Post;
    let known = std::mem::replace(&mut party.client_id, "nobody".into());
    let unknown = refused(party.swap(&code).await, 401, "invalid_client").await;
    assert_eq!(wrong_secret, unknown, "the answer tells which clients exist");
    // None of this used the code up.
    (party.client_id, party.secret) = (known, secret);
    party.swap(&code).await.is(200);
}

/// RFC 6749 §2.3: one way of proving itself per request.
#[tokio::test]
async fn two_proofs_at_once_are_refused_unless_they_name_the_same_client() {
    let house = House::new().await;
    let mut party = party(&house).await;
    party.via = Via::Basic;
    let id = party.client_id.clone();
    // Go's x/oauth2 sends Basic plus client_id in the body.
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    party.swap_with(&code, &[("client_id", &id)]).await.is(200);
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let answer = party.swap_with(&code, &[("client_id", "another")]).await;
    assert!(answer.status.is_client_error(), "{}", answer.text());
}

#[tokio::test]
async fn a_json_body_with_nulls_is_as_good_as_a_form() {
    let house = House::new().await;
    let party = party(&house).await;
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let body = json!({
        "grant_type": "authorization_code", "code": code, "redirect_uri": party.callback,
        "code_verifier": VERIFIER, "client_id": party.client_id, "client_secret": party.secret,
        "realm": null, "scope": "", "audience": null, "something_else": { "a": [1] },
    });
    house.send(Asked::json("POST", "/oauth/token", &body)).await.is(200);
}

#[tokio::test]
async fn malformed_token_requests_are_refused_and_never_break_anything() {
    let house = House::new().await;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("grant_type={}", "a".repeat(200_000));
    let bodies: [(&str, Vec<u8>); 11] = [
        ("application/json", b"{".to_vec()),
        ("application/json", b"[1,2]".to_vec()),
        ("application/json", b"\"text\"".to_vec()),
        ("application/json", deep.into_bytes()),
        ("application/json", br#"{"grant_type":{"a":1},"client_id":7}"#.to_vec()),
        ("application/json", b"{\"grant_type\":\"\xff\"}".to_vec()),
        ("application/x-www-form-urlencoded", b"grant_type=a&grant_type=b&client_id=x".to_vec()),
        ("application/x-www-form-urlencoded", b"%ff%00=%zz&=&&&".to_vec()),
        ("application/x-www-form-urlencoded", long.into_bytes()),
        ("text/plain", b"grant_type=authorization_code".to_vec()),
        ("application/x-www-form-urlencoded", Vec::new()),
    ];
    for (kind, body) in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer =
            house.send(Asked::new("POST", "/oauth/token").header("content-type", kind).body(body)).await;
        assert!(answer.status.is_client_error(), "{shown}: {}", answer.status);
        assert_ne!(answer.status.as_u16(), 408, "{shown}");
        if answer.status != 413 && answer.status != 415 {
            assert!(answer.json()["error"].is_string(), "{shown}: {}", answer.text());
        }
    }
    for authorization in
        ["Basic", "Basic !!!", "Basic Og==", "Basic YQ==", "Bearer x", "Basic YTpi, Basic YTpi"]
    {
        let asked = Asked::form("/oauth/token", &[("grant_type", "client_credentials")]);
        let answer = house.send(asked.header("authorization", authorization)).await;
        assert!(answer.status.is_client_error(), "{authorization}: {}", answer.status);
    }
}

#[tokio::test]
async fn grants_are_refused_by_name() {
    let house = House::new().await;
    let web = party(&house).await;
    let spa = house.party(ClientKind::Spa, Via::None).await;
    let unknown = web.token(&[("grant_type", "urn:nobody:knows")]).await;
    assert_eq!(unknown.json()["error"], "unsupported_grant_type");
    assert!(unknown.status.is_client_error());
    let missing = web.token(&[]).await;
    assert_eq!(missing.is(400).json()["error"], "invalid_request");
    let not_granted = spa.token(&[("grant_type", "client_credentials"), ("audience", &house.api())]).await;
    assert!(not_granted.status.is_client_error(), "{}", not_granted.text());
    let not_allowed = house.party(ClientKind::NonInteractive, Via::Post).await;
    let answer = not_allowed.token(&[("grant_type", "authorization_code"), ("code", "x")]).await;
    assert_eq!(answer.is(403).json()["error"], "unauthorized_client");
}

#[tokio::test]
async fn a_program_gets_a_token_for_the_api_it_was_granted() {
    let house = House::new().await;
    let machine = house.machine(&["read:clients"]).await;
    let jwks = house.get("/.well-known/jwks.json").await.json();
    let claims = jwt::verify(&machine.token, &jwks);
    assert_eq!(claims["iss"], house.issuer());
    assert_eq!(claims["aud"], house.api());
    assert_eq!(claims["sub"], format!("{}@clients", machine.client_id));
    assert_eq!(claims["azp"], machine.client_id);
    assert_eq!(claims["gty"], "client-credentials");
    assert_eq!(claims["scope"], "read:clients");
    assert!(house.log_types().await.contains(&"seccft".to_owned()));
}

#[tokio::test]
async fn an_api_that_is_unknown_or_not_granted_is_403_access_denied() {
    let house = House::new().await;
    let machine = house.party(ClientKind::NonInteractive, Via::Post).await;
    for audience in ["https://nobody.test/", house.api().as_str()] {
        let answer = machine.token(&[("grant_type", "client_credentials"), ("audience", audience)]).await;
        refused(answer, 403, "access_denied").await;
    }
    assert!(house.log_types().await.contains(&"feccft".to_owned()));
}

/// RFC 8707 §2: `resource` names the API as `audience` does, and no other one.
#[tokio::test]
async fn resource_names_the_api_and_what_is_unknown_or_another_is_an_invalid_target() {
    let house = House::new().await;
    let machine = house.machine(&["read:clients"]).await;
    let program = house.party(ClientKind::NonInteractive, Via::Post).await;
    house.grant_management_api(&program.client_id, &["read:clients"]).await;
    let (api, grant) = (house.api(), ("grant_type", "client_credentials"));
    for fields in [vec![("resource", api.as_str())], vec![("resource", api.as_str()), ("audience", &api)]] {
        let tokens = program.token(&[&[grant][..], &fields].concat()).await.is(200).json();
        let (ours, theirs) = (tokens["access_token"].as_str().unwrap(), machine.token.as_str());
        assert_eq!(jwt::decode(ours).1["aud"], jwt::decode(theirs).1["aud"]);
    }
    for fields in [
        vec![("resource", "https://nobody.test/")],
        vec![("resource", "https://nobody.test/"), ("audience", api.as_str())],
        vec![("resource", api.as_str()), ("audience", "https://nobody.test/")],
    ] {
        refused(program.token(&[&[grant][..], &fields].concat()).await, 400, "invalid_target").await;
    }
    let party = party(&house).await;
    for (more, error) in [
        (vec![("resource", "https://nobody.test/")], "invalid_target"),
        (vec![("resource", api.as_str()), ("audience", "https://nobody.test/")], "invalid_target"),
        (vec![("audience", "https://nobody.test/")], "access_denied"),
    ] {
        let back = Visitor::new(&house).get(&party.authorize(&more)).await;
        assert_eq!(back.query("error").as_deref(), Some(error), "{more:?}");
    }
}

/// CVE-2026-55670: the id of a client that is gone is gone.
#[tokio::test]
async fn a_deleted_client_is_unknown_at_once() {
    let house = House::new().await;
    let party = party(&house).await;
    let visitor = Visitor::new(&house);
    let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
    let code = visitor.get(&party.authorize(&[])).await.query("code").unwrap();
    let machine = house.machine(&["delete:clients"]).await;
    machine.delete(&format!("/api/v2/clients/{}", party.client_id)).await.is(204);
    refused(party.swap(&code).await, 401, "invalid_client").await;
    refused(party.refresh(tokens["refresh_token"].as_str().unwrap()).await, 401, "invalid_client").await;
    let page = visitor.get(&party.authorize(&[])).await.is(400);
    assert!(page.header("location").is_none());
}

/// "Trust Token Endpoint IP Header": only of a client that proved itself with its secret.
#[tokio::test]
async fn a_trusted_server_says_for_whom_it_asks() {
    let house = House::new().await;
    let trust = json!({ "is_token_endpoint_ip_header_trusted": true });
    let trusted = house.party_with(ClientKind::RegularWeb, Via::Post, trust.clone()).await;
    let public = house.party_with(ClientKind::Spa, Via::None, trust).await;
    let plain = house.party(ClientKind::RegularWeb, Via::Basic).await;
    for (party, counts) in [(&trusted, true), (&public, false), (&plain, false)] {
        let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", party.callback.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let asked = party.token_request(&fields).header("auth0-forwarded-for", "198.51.100.7");
        house.send(asked).await.is(200);
        let events = house.logs().await;
        let swap =
            events.iter().find(|event| event["client_id"] == party.client_id && event["type"] == "seacft");
        assert_eq!(swap.unwrap()["ip"] == "198.51.100.7", counts, "{}", party.client_id);
    }
    let wrong = [("grant_type", "refresh_token"), ("client_id", &trusted.client_id), ("client_secret", "x")];
    let asked = Asked::form("/oauth/token", &wrong).header("auth0-forwarded-for", "198.51.100.9");
    house.send(asked).await.is(401);
    assert!(house.logs().await.iter().all(|event| event["ip"] != "198.51.100.9"), "nobody proved anything");
}
