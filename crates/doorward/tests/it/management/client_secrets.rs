//! `/api/v2/clients/{id}/secrets` (ours), `rotate-secret` and `client_secret` by PATCH (the original's).

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{EMAIL, House, Machine, PASSWORD, RelyingParty, Via, Visitor};

const ALL: &[&str] = &["read:clients", "update:clients", "read:client_keys", "update:client_keys"];

fn path(party: &RelyingParty<'_>, rest: &str) -> String {
    format!("/api/v2/clients/{}{rest}", party.client_id)
}

async fn secrets(machine: &Machine<'_>, party: &RelyingParty<'_>) -> Vec<Value> {
    machine.get(&path(party, "/secrets")).await.is(200).json().as_array().unwrap().clone()
}

async fn works(party: &mut RelyingParty<'_>, secret: &str) -> bool {
    secret.clone_into(&mut party.secret);
    party.token(&[("grant_type", "refresh_token"), ("refresh_token", "x")]).await.status == 400
}

#[tokio::test]
async fn a_secret_is_shown_once_and_listed_without_its_value() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let body = json!({ "label": "server B", "expires_at": "2027-06-01T00:00:00+02:00" });
    let made = machine.post(&path(&party, "/secrets"), &body).await.is(201).json();
    let names: Vec<&String> = made.as_object().unwrap().keys().collect();
    let known = ["id", "label", "is_primary", "created_at", "expires_at", "last_used_at", "last_used_ip"];
    assert_eq!(names[..7], known);
    assert_eq!(names[7..], ["client_secret"]);
    assert_eq!((&made["label"], &made["is_primary"]), (&json!("server B"), &json!(false)));
    assert_eq!(made["expires_at"], "2027-05-31T22:00:00.000Z");
    let list = secrets(&machine, &party).await;
    assert_eq!(list.len(), 2);
    assert_eq!((&list[0]["is_primary"], &list[1]["id"]), (&json!(true), &made["id"]));
    let text = json!(list).to_string();
    assert!(!text.contains(&party.secret) && !text.contains(made["client_secret"].as_str().unwrap()));
    assert!(list.iter().all(|secret| secret.get("client_secret").is_none()));
    // *The* client secret stays what it was.
    assert_eq!(machine.get(&path(&party, "")).await.json()["client_secret"], party.secret);
}

#[tokio::test]
async fn what_a_secret_was_used_last_by_is_told_to_the_minute() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let mut party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let first = secrets(&machine, &party).await.remove(0);
    assert_eq!((&first["last_used_at"], &first["last_used_ip"]), (&Value::Null, &Value::Null));
    let (start, own) = (house.now(), party.secret.clone());
    let at = |seconds: i64| doorward_model::time::Timestamp::from_seconds(start + seconds).to_string();
    let ask = async |address: &str| {
        let asked = party.token_request(&[("grant_type", "refresh_token"), ("refresh_token", "x")]);
        house.send(asked.from(address)).await.is(400);
    };
    let seen = async || {
        let mut list = secrets(&machine, &party).await;
        let secret = list.remove(0);
        (secret["last_used_at"].clone(), secret["last_used_ip"].clone())
    };
    ask("203.0.113.8").await;
    assert_eq!(seen().await, (json!(at(0)), json!("203.0.113.8")));
    house.advance(59);
    ask("203.0.113.9").await;
    assert_eq!(seen().await, (json!(at(0)), json!("203.0.113.8")), "noted within the minute");
    house.advance(1);
    ask("203.0.113.9").await;
    assert_eq!(seen().await, (json!(at(60)), json!("203.0.113.9")));
    house.advance(600);
    assert!(!works(&mut party, "wrong").await);
    party.secret = own;
    let seen = secrets(&machine, &party).await;
    assert_eq!(seen[0]["last_used_at"], at(60), "a wrong secret is no use of the right one");
}

#[tokio::test]
async fn the_originals_calls_leave_one_secret() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let mut party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let first = party.secret.clone();
    let rotate = json!({ "is_primary": true, "keep_old_for": null });
    let second = machine.post(&path(&party, "/secrets"), &rotate).await.is(201).json();
    let second = second["client_secret"].as_str().unwrap().to_owned();
    assert!(works(&mut party, &first).await && works(&mut party, &second).await);
    let rotated = machine.post(&path(&party, "/rotate-secret"), &json!({})).await.is(200).json();
    let third = rotated["client_secret"].as_str().unwrap().to_owned();
    assert_eq!(rotated["name"], "Regular Web Application");
    assert!(!works(&mut party, &first).await && !works(&mut party, &second).await);
    assert!(works(&mut party, &third).await);

    let own = "LUFqPx+sRLjbL7peYRPFmFu-bbvE7u7og4YUNe_C345=683341";
    let change = json!({ "client_secret": own });
    assert_eq!(machine.patch(&path(&party, ""), &change).await.is(200).json()["client_secret"], own);
    assert!(!works(&mut party, &third).await && works(&mut party, own).await);
    let known = secrets(&machine, &party).await;
    machine.patch(&path(&party, ""), &change).await.is(200);
    let again = secrets(&machine, &party).await;
    assert_eq!(again[0]["id"], known[0]["id"], "the same secret again is no new one");
    assert_eq!(again.len(), 1);
}

#[tokio::test]
async fn what_a_secret_cannot_be_is_refused() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for body in [
        json!({ "label": 7 }),
        json!({ "label": "x".repeat(65) }),
        json!({ "expires_at": "2001-01-01T00:00:00Z" }),
        json!({ "expires_at": "never" }),
        json!({ "keep_old_for": 60 }),
        json!({ "is_primary": true, "keep_old_for": -1 }),
        json!({ "is_primary": true, "expires_at": "2030-01-01T00:00:00Z" }),
        json!({ "client_secret": "x".repeat(40) }),
    ] {
        let answer = machine.post(&path(&party, "/secrets"), &body).await.is(400).json();
        assert_eq!(answer["errorCode"], "invalid_body", "{body}");
    }
    for secret in [json!("short"), json!("x".repeat(31)), json!("x".repeat(513)), json!(null), json!(7)] {
        let answer = machine.patch(&path(&party, ""), &json!({ "client_secret": secret })).await;
        assert_eq!(answer.is(400).json()["errorCode"], "invalid_body", "{secret}");
    }
    // Of a secret that signs, the bytes it stands for count.
    let hs256 = json!({ "jwt_configuration": { "alg": "HS256", "secret_encoded": true } });
    machine.patch(&path(&party, ""), &hs256).await.is(200);
    for secret in ["x".repeat(40), "!".repeat(64)] {
        let answer = machine.patch(&path(&party, ""), &json!({ "client_secret": secret })).await;
        assert_eq!(answer.is(400).json()["errorCode"], "invalid_body", "{secret}");
    }
    machine.patch(&path(&party, ""), &json!({ "client_secret": "x".repeat(44) })).await.is(200);
    machine.patch(&path(&party, ""), &json!({ "jwt_configuration": { "alg": "RS256" } })).await.is(200);
    machine.post("/api/v2/clients", &json!({ "name": "x", "client_secret": "x".repeat(40) })).await.is(403);
    for number in 0..9 {
        machine.post(&path(&party, "/secrets"), &json!({ "label": format!("{number}") })).await.is(201);
    }
    let full = machine.post(&path(&party, "/secrets"), &json!({})).await.is(400).json();
    assert!(full["message"].as_str().unwrap().contains("at most 10 secrets"), "{full}");
    let list = secrets(&machine, &party).await;
    let primary = format!("{}/{}", path(&party, "/secrets"), list[0]["id"].as_str().unwrap());
    assert_eq!(machine.delete(&primary).await.is(400).json()["errorCode"], "operation_not_supported");
    let unknown = machine.delete(&path(&party, "/secrets/cs_nobody")).await.is(404).json();
    assert_eq!(unknown["errorCode"], "inexistent_client_secret");
}

/// What signs ID tokens can sign, whichever came first: the secret, the algorithm, or that there is a
/// secret at all. Otherwise the next login would find out.
#[tokio::test]
async fn a_secret_that_cannot_sign_never_has_to() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    // Forty characters give 30 bytes of base64url.
    let (short, plain) =
        (json!({ "client_secret": "x".repeat(40) }), json!({ "client_secret": "!".repeat(64) }));
    let encoded = json!({ "jwt_configuration": { "alg": "HS256", "secret_encoded": true } });
    let refused = |answer: crate::kit::Answer| {
        let body = answer.is(400).json();
        assert_eq!(body["errorCode"], "invalid_body", "{body}");
        body["message"].as_str().unwrap().to_owned()
    };
    for secret in [&short, &plain] {
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let path = path(&party, "");
        machine.patch(&path, secret).await.is(200);
        let why = refused(machine.patch(&path, &encoded).await);
        assert!(why.contains("jwt_configuration.alg") && why.contains("Rotate the secret"), "{why}");
        // The same in two steps: the encoding means nothing until the algorithm does.
        machine.patch(&path, &json!({ "jwt_configuration": { "secret_encoded": true } })).await.is(200);
        refused(machine.patch(&path, &json!({ "jwt_configuration": { "alg": "HS256" } })).await);
        // Without the encoding it can.
        let as_text = json!({ "jwt_configuration": { "alg": "HS256", "secret_encoded": false } });
        machine.patch(&path, &as_text).await.is(200);
        refused(machine.patch(&path, &encoded).await);
        // What is as it was is not accused, and a secret that can comes together with the settings.
        machine.patch(&path, &json!({ "name": "Other" })).await.is(200);
        let mut both = encoded.clone();
        both["client_secret"] = json!("y".repeat(44));
        machine.patch(&path, &both).await.is(200);
        let party = crate::kit::RelyingParty { secret: "y".repeat(44), ..party };
        party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    }
    // A client that keeps no secret signs with the tenant's key; the method makes its secret a key.
    let party = house.party(ClientKind::Spa, Via::None).await;
    let path = path(&party, "");
    machine.patch(&path, &short).await.is(200);
    machine.patch(&path, &encoded).await.is(200);
    refused(machine.patch(&path, &json!({ "token_endpoint_auth_method": "client_secret_post" })).await);
    machine.post(&format!("{path}/rotate-secret"), &json!({})).await.is(200);
    machine.patch(&path, &json!({ "token_endpoint_auth_method": "client_secret_post" })).await.is(200);
}

#[tokio::test]
async fn secrets_and_credentials_need_a_scope_of_their_own() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let parts = [
        (json!({ "name": "Other" }), ["update:clients", "update:client_keys"].as_slice()),
        (json!({ "client_secret": "y".repeat(40) }), &["update:client_keys"]),
        (json!({ "client_authentication_methods": null }), &["update:client_credentials"]),
        (
            json!({ "token_endpoint_auth_method": "client_secret_post" }),
            &["update:clients", "update:client_keys", "update:client_credentials"],
        ),
        (
            json!({ "token_vault_privileged_access": {} }),
            &["update:clients", "update:client_keys", "update:client_token_vault_privileged_access"],
        ),
    ];
    let vault = "update:client_token_vault_privileged_access";
    for scope in ["update:clients", "update:client_keys", "update:client_credentials", vault] {
        let machine = house.machine(&[scope]).await;
        for (body, needed) in &parts {
            let answer = machine.patch(&path(&party, ""), body).await;
            let expected = if needed.contains(&scope) { 200 } else { 403 };
            assert_eq!(answer.status.as_u16(), expected, "{scope}: {body}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn every_change_of_secrets_is_an_event_without_the_secret() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let made = machine.post(&path(&party, "/secrets"), &json!({ "label": "B" })).await.is(201).json();
    let rotated =
        machine.post(&path(&party, "/secrets"), &json!({ "is_primary": true })).await.is(201).json();
    machine.delete(&path(&party, &format!("/secrets/{}", made["id"].as_str().unwrap()))).await.is(204);
    machine.delete(&path(&party, &format!("/secrets/{}", rotated["id"].as_str().unwrap()))).await.is(400);
    machine.patch(&path(&party, ""), &json!({ "client_secret": "y".repeat(40) })).await.is(200);
    let logs = house.logs().await;
    let text = json!(logs).to_string();
    for secret in [&made["client_secret"], &rotated["client_secret"], &json!("y".repeat(40))] {
        assert!(!text.contains(secret.as_str().unwrap()));
    }
    let told: Vec<&str> = logs
        .iter()
        .filter(|event| event["type"] == "sapi" || event["type"] == "fapi")
        .filter_map(|event| event["description"].as_str())
        .collect();
    let expected = [
        "Update a client",
        "Stop a client secret",
        "Stop a client secret",
        "Rotate a client secret",
        "Add a client secret",
    ];
    let mut rest = told.iter();
    for wanted in expected {
        assert!(rest.any(|what| *what == wanted), "{wanted} is not in {told:?}");
    }
}
