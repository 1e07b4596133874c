//! `/api/v2/keys/signing`: rotation without a gap, revocation without delay (the original's wire).

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, EMAIL, House, PASSWORD, RelyingParty, Via, Visitor, jwt};

const KEYS: &str = "/api/v2/keys/signing";
const ALL: &[&str] = &["read:signing_keys", "create:signing_keys", "update:signing_keys", "read:clients"];

async fn published(house: &House) -> Vec<String> {
    let set = house.get("/.well-known/jwks.json").await.is(200).json();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(answer: &Answer) -> String {
    answer.json()["kid"].as_str().unwrap().to_owned()
}

fn is(keys: &Value, state: &str) -> Vec<String> {
    let keys = keys.as_array().unwrap().iter().filter(|key| key[state] == true);
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn keys_are_shown_with_their_certificates_and_without_their_private_parts() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let answer = machine.get(KEYS).await.is(200);
    assert!(!answer.text().contains("PRIVATE") && !answer.text().contains("sealed"), "CVE-2026-90942");
    let keys = answer.json();
    assert_eq!(keys.as_array().unwrap().len(), 2);
    let (current, next) = (&keys[0], &keys[1]);
    assert_eq!((&current["current"], &current["next"]), (&json!(true), &json!(false)));
    assert_eq!((&next["current"], &next["next"]), (&json!(false), &json!(true)));
    assert!(current["current_since"].is_string() && next.get("current_since").is_none());
    assert!(current["cert"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(current["pkcs7"].as_str().unwrap().starts_with("-----BEGIN PKCS7-----"));
    let fingerprint = current["fingerprint"].as_str().unwrap();
    assert_eq!(fingerprint.replace(':', ""), current["thumbprint"].as_str().unwrap());
    assert_eq!(published(&house).await, [current["kid"].as_str().unwrap(), next["kid"].as_str().unwrap()]);
    let path = format!("{KEYS}/{}", current["kid"].as_str().unwrap());
    assert_eq!(&machine.get(&path).await.is(200).json(), current);
    let missing = machine.get(&format!("{KEYS}/nobody")).await.is(404).json();
    assert_eq!(missing["errorCode"], "inexistent_signing_key");
}

#[tokio::test]
async fn a_rotation_leaves_no_gap_and_what_was_signed_before_stays_good() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let before = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let first = machine.get(KEYS).await.is(200).json();

    let early = machine.post(&format!("{KEYS}/rotate"), &json!({})).await.is(429);
    assert_eq!(early.json()["errorCode"], "too_many_requests");
    let wait: u32 = early.header("retry-after").unwrap().parse().unwrap();
    assert!(wait > 300, "a key is published for longer than the key set may be kept: {wait}");
    house.advance(wait);

    let known = published(&house).await;
    let rotated = machine.post(&format!("{KEYS}/rotate"), &json!({})).await.is(201);
    assert_eq!(is(&first, "next"), [kid(&rotated)]);
    let second = machine.get(KEYS).await.is(200).json();
    assert_eq!(is(&second, "current"), [kid(&rotated)]);
    assert_eq!(is(&second, "previous"), is(&first, "current"));
    assert!(!is(&first, "next").contains(&is(&second, "next")[0]), "there is always another one");
    assert_eq!(published(&house).await.len(), 3);

    // Whoever fetched the key set before the rotation knows the key that signs now.
    let after = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let (header, _) = jwt::decode(after["id_token"].as_str().unwrap());
    assert_eq!(header["kid"], kid(&rotated));
    assert!(known.contains(&kid(&rotated)));
    let set = house.get("/.well-known/jwks.json").await.json();
    jwt::verify(before["id_token"].as_str().unwrap(), &set);
    jwt::verify(after["id_token"].as_str().unwrap(), &set);
    machine.get("/api/v2/clients").await.is(200);
}

#[tokio::test]
async fn what_a_revoked_key_signed_works_no_more() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let node = house.second_node().await;
    let old = is(&machine.get(KEYS).await.json(), "current").remove(0);
    let revoke = |kid: &str| format!("{KEYS}/{kid}/revoke");
    let refused = machine.put(&revoke(&old), &json!({})).await.is(400).json();
    assert_eq!(refused["errorCode"], "operation_not_supported");
    house.advance(310);
    machine.post(&format!("{KEYS}/rotate"), &json!({})).await.is(201);
    let fresh = house.machine(ALL).await;
    let revoked = fresh.put(&revoke(&old), &json!({})).await.is(200);
    assert_eq!(kid(&revoked), old);
    assert!(!published(&house).await.contains(&old));
    // The token of the old key is nobody's now, at once here and at other nodes when they have read
    // the tenant again, which they do within a second; that of the new key is good.
    machine.get(KEYS).await.is(401);
    node.app.reload(&house.caller().tenant.tenant.id).await.unwrap();
    let bearer = format!("Bearer {}", machine.token);
    let asked = crate::kit::Asked::get(KEYS).header("authorization", &bearer);
    node.send(asked).await.is(401);
    let keys = fresh.get(KEYS).await.is(200).json();
    assert_eq!(is(&keys, "revoked"), [old.as_str()]);
    assert_eq!(kid(&fresh.put(&revoke(&old), &json!({})).await.is(200)), old, "twice is once");
    fresh.put(&revoke("nobody"), &json!({})).await.is(404);
    node.stop().await;
}

#[tokio::test]
async fn a_next_key_that_is_revoked_is_replaced() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let next = is(&machine.get(KEYS).await.json(), "next").remove(0);
    machine.put(&format!("{KEYS}/{next}/revoke"), &json!({})).await.is(200);
    let keys = machine.get(KEYS).await.is(200).json();
    assert_eq!(is(&keys, "revoked"), [next.as_str()]);
    assert_eq!((is(&keys, "next").len(), is(&keys, "current").len()), (1, 1));
    assert!(!published(&house).await.contains(&next));
}

/// Decision 0025: whoever turns a client to ES256 finds the key in the set before the first token, the old way to
/// sign is gone from that token on, and the keys live as the RSA keys do.
#[tokio::test]
async fn a_client_that_turns_to_es256_finds_its_key_published_before_its_first_token() {
    let house = House::new().await;
    let scopes: Vec<&str> = [ALL, &["update:clients"]].concat();
    let machine = house.machine(&scopes).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let before = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let path = format!("/api/v2/clients/{}", party.client_id);
    let alg = |alg: &str| json!({ "jwt_configuration": { "alg": alg, "secret_encoded": false } });
    machine.patch(&path, &alg("ES256")).await.is(200);
    let set = house.get("/.well-known/jwks.json").await.json();
    let after = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    jwt::verify_as("ES256", after["id_token"].as_str().unwrap(), &set);
    jwt::verify(before["id_token"].as_str().unwrap(), &set);

    let keys = machine.get(KEYS).await.is(200).json();
    let current = is(&keys, "current");
    assert_eq!(current.len(), 2, "one of each kind, the RSA key first");
    assert_eq!(set["keys"][0]["kid"], current[0].as_str());
    let (header, _) = jwt::decode(after["id_token"].as_str().unwrap());
    assert_eq!(header["kid"], current[1].as_str());
    house.advance(310);
    let rotated = machine.post(&format!("{KEYS}/rotate"), &json!({})).await.is(201);
    assert_eq!(kid(&rotated), is(&keys, "next")[0]);
    let next = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    jwt::verify_as("ES256", next["id_token"].as_str().unwrap(), &set);
    let (header, _) = jwt::decode(next["id_token"].as_str().unwrap());
    assert_eq!(header["kid"], is(&keys, "next")[1].as_str());
    // The key that signs for somebody stays.
    let path = format!("{KEYS}/{}/revoke", header["kid"].as_str().unwrap());
    assert_eq!(machine.put(&path, &json!({})).await.is(400).json()["errorCode"], "operation_not_supported");
}

/// Two nodes, the second of which has not heard of the change: its first token makes no second key.
#[tokio::test]
async fn two_nodes_make_one_key_of_a_kind() {
    let house = House::new().await;
    let node = house.second_node().await;
    let changes = json!({ "jwt_configuration": { "alg": "EdDSA" } });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, changes).await;
    let here = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let there = RelyingParty { house: &node, ..party }.tokens(&Visitor::new(&node), EMAIL, PASSWORD).await;
    let kid = |tokens: &Value| jwt::decode(tokens["id_token"].as_str().unwrap()).0["kid"].clone();
    assert_eq!(kid(&here), kid(&there));
    node.stop().await;
}
