//! Asking about a token (RFC 7662): its own client, the server of its API, and nobody else.

use doorward_model::client::kind::ClientKind;
use doorward_model::secret::Secret;
use doorward_protocol::jose::{SecretKey, sign_hs256};
use serde_json::{Value, json};

use crate::kit::{
    ASSERTION, Answer, Asked, ClientKey, EMAIL, Engine, House, PASSWORD, RelyingParty, Via, Visitor,
    asking_with, jwt,
};

const API: &str = "https://things.test/";

async fn ask(party: &RelyingParty<'_>, token: &str) -> Answer {
    let fields =
        [("token", token), ("client_id", party.client_id.as_str()), ("client_secret", &party.secret)];
    let sent = if party.secret.is_empty() { &fields[..2] } else { &fields[..] };
    party.house.send(Asked::form("/oauth/introspect", sent)).await
}

/// What a client hears of a token that it may know.
async fn active(party: &RelyingParty<'_>, token: &str) -> Value {
    let answer = ask(party, token).await.is(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let said = answer.json();
    assert_eq!(said["active"], true, "{said}");
    said
}

async fn is_nothing(party: &RelyingParty<'_>, token: &str) {
    assert_eq!(ask(party, token).await.is(200).json(), json!({ "active": false }), "{token}");
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap()
}

/// Ada's tokens for an API.
async fn tokens(party: &RelyingParty<'_>) -> Value {
    let asked = party.authorize(&[("audience", API), ("scope", "openid offline_access read:things")]);
    let back = Visitor::new(party.house).log_in(&asked, EMAIL, PASSWORD).await;
    party.swap(&back.query("code").unwrap()).await.is(200).json()
}

/// The same application, asking another node.
fn at<'n>(node: &'n House, party: &RelyingParty<'_>) -> RelyingParty<'n> {
    let (client_id, secret) = (party.client_id.clone(), party.secret.clone());
    RelyingParty { house: node, client_id, secret, callback: party.callback.clone(), via: party.via }
}

async fn with_api(house: &House) -> RelyingParty<'_> {
    house.make_api(API, "Things", &[("read:things", "See things")]).await;
    house.party(ClientKind::RegularWeb, Via::Post).await
}

#[tokio::test]
async fn a_client_hears_everything_about_its_own_tokens() {
    let house = House::new().await;
    let party = with_api(&house).await;
    let tokens = tokens(&party).await;
    let access = active(&party, text(&tokens, "access_token")).await;
    let claims = jwt::decode(text(&tokens, "access_token")).1;
    for name in ["sub", "iss", "exp", "iat", "scope", "aud"] {
        assert_eq!(access[name], claims[name], "{name}");
    }
    assert_eq!((&access["client_id"], &access["token_type"]), (&json!(party.client_id), &json!("Bearer")));
    let refresh = active(&party, text(&tokens, "refresh_token")).await;
    assert_eq!((&refresh["sub"], &refresh["aud"]), (&claims["sub"], &json!([API])));
    assert!(refresh.get("token_type").is_none() && refresh["exp"].is_i64() && refresh["sid"].is_string());

    let plain = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let opaque = active(&party, text(&plain, "access_token")).await;
    assert_eq!(opaque["aud"], json!([format!("{}userinfo", house.issuer())]));
    assert_eq!(opaque["exp"], house.now() + 86_400);
    is_nothing(&party, text(&plain, "id_token")).await;
    is_nothing(&party, "nonsense").await;
    is_nothing(&party, &format!("{}x", text(&plain, "access_token"))).await;
}

/// Like the other endpoints of programs, it takes what SDKs send as JSON.
#[tokio::test]
async fn a_question_may_come_as_json() {
    let house = House::new().await;
    let party = with_api(&house).await;
    let tokens = tokens(&party).await;
    let token = text(&tokens, "access_token");
    let asked = json!({ "token": token, "client_id": party.client_id, "client_secret": party.secret, "token_type_hint": null });
    let said = house.send(Asked::json("POST", "/oauth/introspect", &asked)).await.is(200).json();
    assert_eq!((&said["active"], &said["client_id"]), (&json!(true), &json!(party.client_id)));
    let without = json!({ "client_id": party.client_id, "client_secret": party.secret });
    let refused = house.send(Asked::json("POST", "/oauth/introspect", &without)).await.is(400).json();
    assert_eq!(refused["error"], "invalid_request");
}

#[tokio::test]
async fn the_server_of_an_api_hears_about_its_access_tokens_and_strangers_nothing() {
    let house = House::new().await;
    let party = with_api(&house).await;
    let tokens = tokens(&party).await;
    let server = house
        .party_with(ClientKind::NonInteractive, Via::Basic, json!({ "resource_server_identifier": API }))
        .await;
    let other = house.party(ClientKind::RegularWeb, Via::Post).await;
    let said = active(&server, text(&tokens, "access_token")).await;
    assert_eq!(said["client_id"], party.client_id.as_str());
    is_nothing(&server, text(&tokens, "refresh_token")).await;
    for name in ["access_token", "refresh_token", "id_token"] {
        is_nothing(&other, text(&tokens, name)).await;
    }
    let machine = house.machine(&["read:clients"]).await;
    is_nothing(&server, &machine.token).await;
}

/// Of APIs that sign in another way, and of programs.
#[tokio::test]
async fn a_token_is_known_however_its_api_signs_it() {
    let house = House::new().await;
    let admin = house.machine(&["create:resource_servers", "create:client_grants"]).await;
    let program = house.party(ClientKind::NonInteractive, Via::Post).await;
    for alg in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA", "HS256"] {
        let api = format!("https://{}.test/", alg.to_lowercase());
        let mut body = json!({ "identifier": api, "name": alg, "signing_alg": alg });
        if alg == "HS256" {
            body["signing_secret"] = json!("a secret of an API that is long enough");
        } else if alg == "RS512" {
            body["token_dialect"] = json!("rfc9068_profile");
        }
        admin.post("/api/v2/resource-servers", &body).await.is(201);
        let grant = json!({ "client_id": program.client_id, "audience": api, "scope": [] });
        admin.post("/api/v2/client-grants", &grant).await.is(201);
        let fields = [("grant_type", "client_credentials"), ("audience", api.as_str())];
        let tokens = program.token(&fields).await.is(200).json();
        let said = active(&program, text(&tokens, "access_token")).await;
        assert_eq!(said["aud"], json!([api]));
        assert_eq!(said["sub"], format!("{}@clients", program.client_id));
        assert_eq!(said["jti"].is_string(), alg == "RS512", "{said}");
        house.advance(1);
    }
}

/// CVE-2026-8922: whatever ended since counts at once.
#[tokio::test]
async fn introspection_heeds_whatever_ended() {
    let house = House::new().await;
    let party = with_api(&house).await;
    let rotated = tokens(&party).await;
    let next = party.refresh(text(&rotated, "refresh_token")).await.is(200).json();
    is_nothing(&party, text(&rotated, "refresh_token")).await;
    active(&party, text(&next, "refresh_token")).await;

    let plain = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let revoked = [
        ("token", text(&plain, "access_token")),
        ("client_id", &party.client_id),
        ("client_secret", &party.secret),
    ];
    house.send(Asked::form("/oauth/revoke", &revoked)).await.is(200);
    is_nothing(&party, text(&plain, "access_token")).await;

    // A token for an API ends with its family, too.
    for name in ["refresh_token", "access_token"] {
        let ended = tokens(&party).await;
        active(&party, text(&ended, "access_token")).await;
        let handed = [
            ("token", text(&ended, "refresh_token")),
            ("client_id", &party.client_id),
            ("client_secret", &party.secret),
        ];
        house.send(Asked::form("/oauth/revoke", &handed)).await.is(200);
        is_nothing(&party, text(&ended, name)).await;
    }

    let ended = tokens(&party).await;
    house.advance(86_400);
    is_nothing(&party, text(&ended, "access_token")).await;
    let kept = tokens(&party).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    let admin_now = house
        .machine(&["update:users", "delete:clients", "delete:resource_servers", "read:resource_servers"])
        .await;
    for (is_blocked, expected) in [(true, false), (false, true)] {
        admin_now.patch(&path, &json!({ "blocked": is_blocked })).await.is(200);
        let said = ask(&party, text(&kept, "access_token")).await.is(200).json();
        assert_eq!(said["active"], expected, "{said}");
    }
    let apis = admin_now.get("/api/v2/resource-servers").await.is(200).json();
    let api = apis.as_array().unwrap().iter().find(|api| api["identifier"] == API).unwrap();
    admin_now.delete(&format!("/api/v2/resource-servers/{}", text(api, "id"))).await.is(204);
    is_nothing(&party, text(&kept, "access_token")).await;
}

/// What is deleted is gone for the server of an API, too, at a node that did not delete it.
#[tokio::test]
async fn a_deleted_client_and_connection_end_what_the_server_of_an_api_believed() {
    let house = House::new().await;
    let party = with_api(&house).await;
    let server = json!({ "resource_server_identifier": API });
    let server = house.party_with(ClientKind::NonInteractive, Via::Post, server).await;
    let admin = house.machine(&["delete:clients", "delete:connections"]).await;
    let node = house.second_node().await;
    let at_node = at(&node, &server);
    let token = tokens(&party).await;
    active(&at_node, text(&token, "access_token")).await;
    admin.delete(&format!("/api/v2/clients/{}", party.client_id)).await.is(204);
    is_nothing(&at_node, text(&token, "access_token")).await;
    is_nothing(&server, text(&token, "access_token")).await;

    let other = house.party(ClientKind::RegularWeb, Via::Post).await;
    let token = tokens(&other).await;
    active(&at_node, text(&token, "access_token")).await;
    let connection = house.app.tenants()[0].connections[0].id.to_string();
    admin.delete(&format!("/api/v2/connections/{connection}")).await.is(202);
    is_nothing(&at_node, text(&token, "access_token")).await;
    is_nothing(&other, text(&token, "refresh_token")).await;
}

/// What was good a moment ago, at this node and at another, is signed by nobody any more.
#[tokio::test]
async fn a_key_that_is_taken_back_ends_tokens_that_were_asked_about_before() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = with_api(&house).await;
        let (secret, own) = ("a secret of an API that is long enough", "https://own.test/");
        let scopes = ["create:resource_servers", "update:resource_servers", "create:client_grants"];
        let admin = house.machine(&scopes).await;
        let body =
            json!({ "identifier": own, "name": "Own", "signing_alg": "HS256", "signing_secret": secret });
        let api = admin.post("/api/v2/resource-servers", &body).await.is(201).json();
        let program = house.party(ClientKind::NonInteractive, Via::Post).await;
        let grant = json!({ "client_id": program.client_id, "audience": own, "scope": [] });
        admin.post("/api/v2/client-grants", &grant).await.is(201);
        let fields = [("grant_type", "client_credentials"), ("audience", own)];
        let of_program = program.token(&fields).await.is(200).json();
        let of_ada = tokens(&party).await;
        let node = house.second_node().await;
        for (party, tokens) in [(&party, &of_ada), (&program, &of_program)] {
            active(party, text(tokens, "access_token")).await;
            active(&at(&node, party), text(tokens, "access_token")).await;
        }
        for house in [&house, &node] {
            house.userinfo(text(&of_ada, "access_token")).await.is(200);
        }

        let path = format!("/api/v2/resource-servers/{}", text(&api, "id"));
        let other = json!({ "signing_secret": "another secret that is long enough" });
        admin.patch(&path, &other).await.is(200);
        is_nothing(&at(&node, &program), text(&of_program, "access_token")).await;
        is_nothing(&program, text(&of_program, "access_token")).await;

        let keys = ["read:signing_keys", "update:signing_keys", "create:signing_keys"];
        let keeper = house.machine(&keys).await;
        let kid = jwt::decode(text(&of_ada, "access_token")).0["kid"].clone();
        house.advance(310);
        keeper.post("/api/v2/keys/signing/rotate", &json!({})).await.is(201);
        active(&at(&node, &party), text(&of_ada, "access_token")).await;
        let revoke = format!("/api/v2/keys/signing/{}/revoke", kid.as_str().unwrap());
        house.machine(&keys).await.put(&revoke, &json!({})).await.is(200);
        node.userinfo(text(&of_ada, "access_token")).await.is(401);
        is_nothing(&at(&node, &party), text(&of_ada, "access_token")).await;
        house.userinfo(text(&of_ada, "access_token")).await.is(401);
        is_nothing(&party, text(&of_ada, "access_token")).await;
        node.stop().await;
    }
}

/// Who knows the secret of one API signs nothing that the server of another would believe.
#[tokio::test]
async fn the_secret_of_one_api_vouches_for_no_other() {
    let house = House::new().await;
    with_api(&house).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let server = json!({ "resource_server_identifier": API });
    let server = house.party_with(ClientKind::NonInteractive, Via::Post, server).await;
    let admin = house.machine(&["create:resource_servers"]).await;
    let (secret, own) = ("a secret of an API that is long enough", "https://own.test/");
    let body = json!({ "identifier": own, "name": "Own", "signing_alg": "HS256", "signing_secret": secret });
    admin.post("/api/v2/resource-servers", &body).await.is(201);
    let key = SecretKey::new(&Secret::new(secret.to_owned()), false).unwrap();
    let sign = |aud: Value| {
        let claims = json!({
            "iss": house.issuer(), "sub": format!("{}@clients", party.client_id), "azp": party.client_id,
            "aud": aud, "iat": house.now(), "exp": house.now() + 60, "scope": "read:things",
        });
        sign_hs256(&key, &claims).unwrap()
    };
    active(&party, &sign(json!(own))).await;
    let userinfo = format!("{}userinfo", house.issuer());
    for aud in [json!([own, API]), json!([API, own]), json!(API), json!([own, userinfo])] {
        is_nothing(&server, &sign(aud.clone())).await;
        is_nothing(&party, &sign(aud)).await;
    }
}

/// A node that has not heard of the API yet knows the first token for it all the same, and how its family stands.
#[tokio::test]
async fn a_token_for_an_api_that_memory_does_not_know_is_looked_for() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let node = house.second_node().await;
        house.make_api(API, "Things", &[("read:things", "See things")]).await;
        let tokens = tokens(&party).await;
        active(&at(&node, &party), text(&tokens, "access_token")).await;
        node.stop().await;
    }
}

/// Whoever signs tokens for their own API says of nobody that they are in by the family of somebody else.
#[tokio::test]
async fn the_family_of_one_person_stands_for_no_other() {
    let house = House::new().await;
    let party = with_api(&house).await;
    let (secret, own) = ("a secret of an API that is long enough", "https://own.test/");
    let admin = house.machine(&["create:resource_servers"]).await;
    let body = json!({ "identifier": own, "name": "Own", "signing_alg": "HS256", "signing_secret": secret });
    admin.post("/api/v2/resource-servers", &body).await.is(201);
    let of_ada = jwt::decode(text(&tokens(&party).await, "access_token")).1;
    house.user("bob@example.com", PASSWORD).await;
    let bob = house.user_id("bob@example.com").await;
    let key = SecretKey::new(&Secret::new(secret.to_owned()), false).unwrap();
    let sign = |sub: &Value| {
        let claims = json!({
            "iss": house.issuer(), "sub": sub, "azp": party.client_id, "aud": own,
            "exp": house.now() + 60, "jti": of_ada["jti"],
        });
        sign_hs256(&key, &claims).unwrap()
    };
    active(&party, &sign(&of_ada["sub"])).await;
    is_nothing(&party, &sign(&json!(bob))).await;
}

/// One of two questions at once: the proof of a client counts once, and that is no mistake of ours.
#[tokio::test]
async fn of_two_questions_with_one_assertion_one_is_refused() {
    let house = House::new().await;
    let (party, key) = with_key(&house).await;
    let assertion = key.assertion(&house, &party.client_id, "jti-2", &json!({}));
    let fields =
        [("token", "x"), ("client_assertion", assertion.as_str()), ("client_assertion_type", ASSERTION)];
    let asked = Asked::form("/oauth/introspect", &fields);
    let (one, other) = tokio::join!(house.send(asked.clone()), house.send(asked));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn whoever_proves_nothing_may_not_ask() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let spa = house.party(ClientKind::Spa, Via::None).await;
    let tokens = spa.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let refused = ask(&spa, text(&tokens, "access_token")).await.is(403).json();
    assert_eq!(refused["error"], "unauthorized_client");
    let wrong = RelyingParty {
        secret: "wrong".to_owned(),
        house: &house,
        ..house.party(ClientKind::RegularWeb, Via::Post).await
    };
    assert_eq!(ask(&wrong, "x").await.is(401).json()["error"], "invalid_client");
    let secret = party.secret.as_str();
    let who = [("client_id", party.client_id.as_str()), ("client_secret", secret)];
    for more in [&[][..], &[("token", "")], &[("token", "a"), ("token", "b")]] {
        let answer = house.send(Asked::form("/oauth/introspect", &[&who[..], more].concat())).await.is(400);
        assert_eq!(answer.json()["error"], "invalid_request", "{more:?}");
    }
    house.get("/oauth/introspect").await.is(405);
    assert!(house.log_types().await.iter().any(|code| code == "f"));
}

/// A client that proves itself by a key of its own.
async fn with_key(house: &House) -> (RelyingParty<'_>, ClientKey) {
    let key = ClientKey::new();
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let admin =
        house.machine(&["create:client_credentials", "update:client_credentials", "update:clients"]).await;
    let path = format!("/api/v2/clients/{}", party.client_id);
    let made = json!({ "credential_type": "public_key", "pem": key.pem() });
    let made = admin.post(&format!("{path}/credentials"), &made).await.is(201).json();
    let method = json!({
        "token_endpoint_auth_method": null,
        "client_authentication_methods": { "private_key_jwt": { "credentials": [{ "id": made["id"] }] } },
    });
    admin.patch(&path, &method).await.is(200);
    (party, key)
}

/// The proof of a client is used up by asking, too.
#[tokio::test]
async fn an_assertion_asks_once() {
    let house = House::new().await;
    let (party, key) = with_key(&house).await;
    let assertion = key.assertion(&house, &party.client_id, "jti-1", &json!({}));
    let asked = || {
        let fields = [
            ("token", "nonsense"),
            ("client_assertion", assertion.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ];
        Asked::form("/oauth/introspect", &fields)
    };
    assert_eq!(house.send(asked()).await.is(200).json(), json!({ "active": false }));
    house.send(asked()).await.is(401);
    house.send(asking_with(&house, &assertion)).await.is(401);
}
