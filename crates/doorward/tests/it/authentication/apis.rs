//! What an API says about its tokens, who may have them, and what they allow: acted upon from the
//! answer on, on every node.

use std::collections::HashSet;

use doorward_model::client::kind::ClientKind;
use doorward_model::secret::Secret;
use doorward_protocol::jose::{SecretKey, verify_hs256};
use serde_json::{Value, json};

use crate::kit::{EMAIL, House, Machine, PASSWORD, RelyingParty, Via, Visitor, jwt};

const ALL: &[&str] = &[
    "create:resource_servers",
    "update:resource_servers",
    "delete:resource_servers",
    "create:client_grants",
    "update:client_grants",
    "delete:client_grants",
    "create:roles",
    "update:roles",
    "delete:roles",
    "update:users",
];
const API: &str = "https://api.test/";
const API_PATH: &str = "/api/v2/resource-servers/https%3A%2F%2Fapi.test%2F";
const SCOPE: &str = "openid offline_access read:things write:things";

async fn api(machine: &Machine<'_>, more: Value) {
    let mut body = json!({
        "identifier": API, "name": "Things", "allow_offline_access": true,
        "scopes": [{ "value": "read:things" }, { "value": "write:things" }],
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    machine.post("/api/v2/resource-servers", &body).await.is(201);
}

async fn change(machine: &Machine<'_>, body: Value) {
    machine.patch(API_PATH, &body).await.is(200);
}

/// The same application at another node.
fn at<'h>(party: &RelyingParty<'_>, house: &'h House) -> RelyingParty<'h> {
    RelyingParty {
        house,
        client_id: party.client_id.clone(),
        secret: party.secret.clone(),
        callback: party.callback.clone(),
        via: party.via,
    }
}

/// Logs Ada in for the API and swaps the code.
async fn tokens(party: &RelyingParty<'_>) -> Value {
    let address = party.authorize(&[("audience", API), ("scope", SCOPE)]);
    let back = Visitor::new(party.house).log_in(&address, EMAIL, PASSWORD).await;
    let code = back.query("code").unwrap_or_else(|| panic!("no code: {}", back.location()));
    party.swap(&code).await.is(200).json()
}

fn claims(tokens: &Value) -> Value {
    jwt::decode(tokens["access_token"].as_str().unwrap()).1
}

async fn robot(party: &RelyingParty<'_>) -> crate::kit::Answer {
    party.token(&[("grant_type", "client_credentials"), ("audience", API)]).await
}

async fn grant(machine: &Machine<'_>, client: &str, more: Value) -> String {
    let mut body = json!({ "client_id": client, "audience": API, "scope": ["read:things", "write:things"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = machine.post("/api/v2/client-grants", &body).await.is(201).json();
    format!("/api/v2/client-grants/{}", made["id"].as_str().unwrap())
}

fn named(value: &str) -> Value {
    json!({ "permissions": [{ "resource_server_identifier": API, "permission_name": value }] })
}

#[tokio::test]
async fn an_api_decides_how_long_its_tokens_live() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    api(&machine, json!({ "token_lifetime": 600 })).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let given = tokens(&party).await;
    assert_eq!(given["expires_in"], 600);
    assert_eq!(claims(&given)["exp"].as_i64().unwrap(), house.now() + 600);
    change(&machine, json!({ "token_lifetime": 60 })).await;
    let fresh = party.refresh(given["refresh_token"].as_str().unwrap()).await.is(200).json();
    assert_eq!(fresh["expires_in"], 60);
    let robot_party = house.party(ClientKind::NonInteractive, Via::Post).await;
    grant(&machine, &robot_party.client_id, json!({})).await;
    assert_eq!(robot(&robot_party).await.is(200).json()["expires_in"], 60);
}

/// RFC 9068 §2: `at+jwt`, `jti`, `client_id`; and the token still opens userinfo.
#[tokio::test]
async fn an_api_may_want_the_profile_of_rfc_9068() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    api(&machine, json!({ "token_dialect": "rfc9068_profile" })).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let jwks = house.get("/.well-known/jwks.json").await.json();
    let given = tokens(&party).await;
    let mut seen = HashSet::new();
    let mut refresh = given["refresh_token"].as_str().unwrap().to_owned();
    let mut token = given["access_token"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        let claims = jwt::verify(&token, &jwks);
        assert_eq!(jwt::decode(&token).0["typ"], "at+jwt");
        assert_eq!(claims["client_id"], party.client_id);
        assert_eq!(claims["aud"], json!([API, format!("{}userinfo", house.issuer())]));
        assert!(claims.get("azp").is_none() && claims.get("gty").is_none(), "{claims}");
        assert!(seen.insert(claims["jti"].as_str().unwrap().to_owned()), "an id came twice");
        assert_eq!(house.userinfo(&token).await.is(200).json()["sub"], claims["sub"]);
        let next = party.refresh(&refresh).await.is(200).json();
        token = next["access_token"].as_str().unwrap().to_owned();
        refresh = next["refresh_token"].as_str().unwrap().to_owned();
    }
    let robot_party = house.party(ClientKind::NonInteractive, Via::Post).await;
    grant(&machine, &robot_party.client_id, json!({})).await;
    let own = robot(&robot_party).await.is(200).json();
    assert_eq!(jwt::decode(own["access_token"].as_str().unwrap()).0["typ"], "at+jwt");
    assert_eq!(claims(&own)["client_id"], robot_party.client_id);
}

#[tokio::test]
async fn an_api_may_check_its_tokens_with_a_secret_of_its_own() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let secret = "a secret of at least thirty-two bytes";
    api(&machine, json!({ "signing_alg": "HS256", "signing_secret": secret })).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let robot_party = house.party(ClientKind::NonInteractive, Via::Post).await;
    grant(&machine, &robot_party.client_id, json!({})).await;
    let key = |secret: &str| SecretKey::new(&Secret::new(secret.to_owned()), false).unwrap();
    for given in [tokens(&party).await, robot(&robot_party).await.is(200).json()] {
        let token = given["access_token"].as_str().unwrap();
        let claims = verify_hs256(token, &key(secret)).unwrap();
        assert_eq!(claims["aud"], API, "whoever cannot check it is no audience of it");
        assert!(jwt::decode(token).0.get("kid").is_none());
        house.userinfo(token).await.is(401);
    }
    let next = "another secret of at least thirty-two bytes";
    change(&machine, json!({ "signing_secret": next })).await;
    let token = robot(&robot_party).await.is(200).json();
    assert!(verify_hs256(token["access_token"].as_str().unwrap(), &key(next)).is_ok());
}

/// What people may do is read when the token is made: by themselves, by role, on every node.
#[tokio::test]
async fn people_get_what_they_hold_of_what_is_asked() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let node = house.second_node().await;
    api(&machine, json!({ "enforce_policies": true, "token_dialect": "access_token_authz" })).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let ada = house.user_id(EMAIL).await;
    let given = tokens(&party).await;
    assert_eq!(given["scope"], "openid offline_access");
    assert_eq!((&claims(&given)["scope"], &claims(&given)["permissions"]), (&given["scope"], &json!([])));

    let mut token = given["refresh_token"].as_str().unwrap().to_owned();
    let mut refreshed = async |door: &House| {
        let given = at(&party, door).refresh(&token).await.is(200).json();
        given["refresh_token"].as_str().unwrap().clone_into(&mut token);
        assert_eq!(claims(&given)["scope"], given["scope"]);
        format!("{} {}", given["scope"].as_str().unwrap(), claims(&given)["permissions"])
    };
    let path = format!("/api/v2/users/{ada}/permissions");
    machine.post(&path, &named("read:things")).await.is(201);
    for door in [&node, &house] {
        assert_eq!(refreshed(door).await, "openid offline_access read:things [\"read:things\"]");
    }
    let role = machine.post("/api/v2/roles", &json!({ "name": "Editor" })).await.is(200).json();
    let role = format!("/api/v2/roles/{}", role["id"].as_str().unwrap());
    machine.post(&format!("{role}/permissions"), &named("write:things")).await.is(201);
    let users = json!({ "users": [ada.replace("%7C", "|")] });
    machine.post(&format!("{role}/users"), &users).await.is(200);
    machine.delete_with(&path, &named("read:things")).await.is(204);
    for door in [&node, &house] {
        assert_eq!(refreshed(door).await, "openid offline_access write:things [\"write:things\"]");
    }
    machine.delete(&role).await.is(200);
    assert_eq!(refreshed(&node).await, "openid offline_access []");
    change(&machine, json!({ "enforce_policies": false })).await;
    for door in [&node, &house] {
        assert_eq!(refreshed(door).await, "openid offline_access read:things write:things null");
    }
    node.stop().await;
}

#[tokio::test]
async fn a_programs_permissions_are_what_it_was_granted() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    api(&machine, json!({ "enforce_policies": true, "token_dialect": "access_token_authz" })).await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    grant(&machine, &party.client_id, json!({ "scope": ["write:things"] })).await;
    let given = robot(&party).await.is(200).json();
    assert_eq!(claims(&given)["permissions"], json!(["write:things"]));
    assert_eq!(given["scope"], "write:things");
}

/// INV-08 and the other way round: what one node changed counts at the next in the same moment.
#[tokio::test]
async fn a_grant_that_changes_or_ends_counts_on_every_node_at_once() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let node = house.second_node().await;
    api(&machine, json!({})).await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    let there = at(&party, &node);
    assert_eq!(robot(&there).await.is(403).json()["error"], "access_denied");
    let path = grant(&machine, &party.client_id, json!({})).await;
    assert_eq!(robot(&there).await.is(200).json()["scope"], "read:things write:things");
    machine.patch(&path, &json!({ "scope": ["read:things"] })).await.is(200);
    assert_eq!(robot(&there).await.is(200).json()["scope"], "read:things");
    change(&machine, json!({ "token_lifetime": 60 })).await;
    assert_eq!(robot(&there).await.is(200).json()["expires_in"], 60);
    change(&machine, json!({ "scopes": [{ "value": "write:things" }] })).await;
    assert!(robot(&there).await.is(200).json().get("scope").is_none());
    machine.delete(&path).await.is(204);
    assert_eq!(robot(&there).await.is(403).json()["error"], "access_denied");
    grant(&machine, &party.client_id, json!({ "scope": ["write:things"] })).await;
    robot(&there).await.is(200);
    machine.delete(API_PATH).await.is(204);
    let refused = robot(&there).await.is(403).json();
    assert_eq!(refused["error_description"], format!("Service not found: {API}"));
    node.stop().await;
}

#[tokio::test]
async fn an_api_that_is_gone_gives_no_tokens_also_not_under_its_old_name() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let node = house.second_node().await;
    api(&machine, json!({})).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    // A node that never heard of the API redeems the code for it.
    let there = at(&party, &node);
    let address = party.authorize(&[("audience", API), ("scope", SCOPE)]);
    let visitor = Visitor::new(&house);
    let back = visitor.log_in(&address, EMAIL, PASSWORD).await;
    let given = there.swap(&back.query("code").unwrap()).await.is(200).json();
    assert_eq!(given["scope"], SCOPE);
    let code = visitor.get(&address).await.query("code").unwrap();

    house.advance(1);
    machine.delete(API_PATH).await.is(204);
    let token = given["refresh_token"].as_str().unwrap();
    assert_eq!(there.refresh(token).await.is(400).json()["error"], "invalid_grant");
    assert_eq!(there.swap(&code).await.is(400).json()["error"], "invalid_grant");
    assert!(visitor.get(&address).await.query("error").is_some());

    house.advance(1);
    api(&machine, json!({})).await;
    for door in [&party, &there] {
        assert_eq!(door.refresh(token).await.is(400).json()["error"], "invalid_grant");
    }
    tokens(&there).await;
    node.stop().await;
}

#[tokio::test]
async fn an_api_may_choose_which_clients_get_tokens_of_people() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let node = house.second_node().await;
    let policy = |word: &str| json!({ "subject_type_authorization": { "user": { "policy": word } } });
    api(&machine, json!({})).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let there = at(&party, &node);
    let token = tokens(&party).await["refresh_token"].as_str().unwrap().to_owned();
    change(&machine, policy("deny_all")).await;
    assert_eq!(there.refresh(&token).await.is(403).json()["error"], "access_denied");
    let visitor = Visitor::new(&house);
    visitor.log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    let address = party.authorize(&[("audience", API), ("scope", SCOPE)]);
    assert_eq!(visitor.get(&address).await.query("error").as_deref(), Some("access_denied"));

    change(&machine, policy("require_client_grant")).await;
    assert_eq!(there.refresh(&token).await.is(403).json()["error"], "access_denied");
    let for_people = json!({ "subject_type": "user", "scope": ["write:things"] });
    let path = grant(&machine, &party.client_id, for_people).await;
    let given = there.refresh(&token).await.is(200).json();
    assert_eq!(given["scope"], "openid offline_access write:things");
    assert_eq!(tokens(&party).await["scope"], "openid offline_access write:things");
    let token = given["refresh_token"].as_str().unwrap();
    machine.delete(&path).await.is(204);
    assert_eq!(there.refresh(token).await.is(403).json()["error"], "access_denied");
    // It is none for the client's own tokens either.
    let own = house.party(ClientKind::NonInteractive, Via::Post).await;
    grant(&machine, &own.client_id, json!({ "subject_type": "user" })).await;
    robot(&own).await.is(403);
    node.stop().await;
}

#[tokio::test]
async fn an_api_may_want_no_programs_and_no_refresh_tokens() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let client = json!({ "client": { "policy": "deny_all" } });
    api(&machine, json!({ "allow_offline_access": false, "subject_type_authorization": client })).await;
    let own = house.party(ClientKind::NonInteractive, Via::Post).await;
    grant(&machine, &own.client_id, json!({})).await;
    assert_eq!(robot(&own).await.is(403).json()["error"], "access_denied");
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let given = tokens(&party).await;
    assert!(given.get("refresh_token").is_none());
    assert_eq!(given["scope"], "openid read:things write:things");
}

/// Whoever checks such a token finds a key in the set whose `alg` is that of the token. Each key is there
/// as the current and as the next one; those of another kind stay, because tokens may be about that they signed.
#[tokio::test]
async fn a_further_algorithm_has_a_key_of_its_own_in_the_key_set() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    api(&machine, json!({ "signing_alg": "PS256", "token_dialect": "rfc9068_profile" })).await;
    let own = house.party(ClientKind::NonInteractive, Via::Post).await;
    grant(&machine, &own.client_id, json!({})).await;
    let published = async || house.get("/.well-known/jwks.json").await.json();
    for (algorithm, keys) in
        [("PS256", 4), ("RS384", 4), ("RS512", 4), ("RS256", 2), ("ES256", 4), ("EdDSA", 6)]
    {
        change(&machine, json!({ "signing_alg": algorithm })).await;
        let given = robot(&own).await.is(200).json();
        let (header, _) = jwt::decode(given["access_token"].as_str().unwrap());
        assert_eq!((&header["alg"], &header["typ"]), (&json!(algorithm), &json!("at+jwt")));
        let set = published().await;
        let found = set["keys"].as_array().unwrap().iter().filter(|key| key["kid"] == header["kid"]);
        assert_eq!(found.map(|key| key["alg"].clone()).collect::<Vec<_>>(), [json!(algorithm)]);
        assert_eq!(set["keys"].as_array().unwrap().len(), keys, "{algorithm}: {set}");
    }
}
