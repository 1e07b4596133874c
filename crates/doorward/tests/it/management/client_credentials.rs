//! `/api/v2/clients/{client_id}/credentials`, as terraform and the SDKs use it.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, ClientKey, House, Via};

const ALL: &[&str] = &[
    "read:clients",
    "create:clients",
    "update:clients",
    "read:client_keys",
    "read:client_credentials",
    "create:client_credentials",
    "update:client_credentials",
    "delete:client_credentials",
];

fn invalid(answer: Answer) -> String {
    let body = answer.is(400).json();
    assert_eq!(body["errorCode"], "invalid_body", "{body}");
    body["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_credential_is_made_read_changed_and_deleted() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let path = format!("/api/v2/clients/{}/credentials", party.client_id);
    assert_eq!(
        machine.get(&format!("{path}?include_totals=true&per_page=50")).await.is(200).json(),
        json!([])
    );
    let key = ClientKey::new();
    let body = json!({
        "name": "Key 1", "credential_type": "public_key", "pem": format!("{}\n\n", key.certificate()),
        "alg": "PS256", "parse_expiry_from_cert": true,
    });
    let made = machine.post(&path, &body).await.is(201).json();
    let names: Vec<&String> = made.as_object().unwrap().keys().collect();
    let known = [
        "id",
        "credential_type",
        "kid",
        "alg",
        "name",
        "thumbprint_sha256",
        "created_at",
        "updated_at",
        "expires_at",
    ];
    assert_eq!(names, known);
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("cred_") && id.len() == 27, "{id}");
    assert_eq!(made["kid"].as_str().unwrap().len(), 43);
    assert_eq!((&made["alg"], &made["expires_at"]), (&json!("PS256"), &json!("2040-01-01T00:00:00.000Z")));
    let one = format!("{path}/{id}");
    assert_eq!(machine.get(&one).await.is(200).json(), made);

    house.advance(5);
    let plain =
        json!({ "credential_type": "public_key", "pem": ClientKey::new().pem(), "kid": "my-own-kid-1" });
    let second = machine.post(&path, &plain).await.is(201).json();
    assert_eq!((&second["kid"], &second["alg"]), (&json!("my-own-kid-1"), &json!("RS256")));
    assert!(second.get("expires_at").is_none() && second.get("thumbprint_sha256").is_none());
    assert_eq!(machine.get(&path).await.is(200).json(), json!([second, made]), "newest first");
    let changed = machine.patch(&one, &json!({ "expires_at": "2030-01-01T00:00:00Z" })).await.is(200).json();
    assert_eq!(changed["expires_at"], "2030-01-01T00:00:00.000Z");
    assert_ne!(changed["updated_at"], made["updated_at"]);
    let endless = machine.patch(&one, &json!({ "expires_at": null })).await.is(200).json();
    assert!(endless.get("expires_at").is_none());
    assert!(machine.delete(&one).await.is(204).body.is_empty());
    machine.delete(&one).await.is(204);
    assert_eq!(machine.get(&one).await.is(404).json()["errorCode"], "inexistent_credential");
    let gone = machine.patch(&one, &json!({ "expires_at": null })).await.is(404).json();
    assert_eq!(gone["errorCode"], "inexistent_credential");
    let nobody = machine.post("/api/v2/clients/nobody/credentials", &plain).await.is(404).json();
    assert_eq!(nobody["errorCode"], "inexistent_client");
}

#[tokio::test]
async fn a_key_id_is_one_clients_own_and_their_number_is_bounded() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let (one, two) =
        (house.party(ClientKind::RegularWeb, Via::Post).await, house.party(ClientKind::Spa, Via::None).await);
    let path =
        |party: &crate::kit::RelyingParty<'_>| format!("/api/v2/clients/{}/credentials", party.client_id);
    let key = json!({ "credential_type": "public_key", "pem": ClientKey::new().pem() });
    machine.post(&path(&one), &key).await.is(201);
    let twice = machine.post(&path(&one), &key).await.is(409).json();
    assert_eq!(twice["errorCode"], "resource_already_exists");
    machine.post(&path(&two), &key).await.is(201);
    for number in 0..9 {
        let mut more = key.clone();
        more["kid"] = json!(format!("another-{number:03}"));
        machine.post(&path(&one), &more).await.is(201);
    }
    let mut more = key.clone();
    more["kid"] = json!("one-too-many");
    let text = invalid(machine.post(&path(&one), &more).await);
    assert!(text.contains("at most 10 credentials"), "{text}");
}

#[tokio::test]
async fn what_is_no_key_is_refused_with_what_would_be_one() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let path = format!("/api/v2/clients/{}/credentials", party.client_id);
    let key = ClientKey::new();
    let curve = rcgen::KeyPair::generate().unwrap();
    for pem in ["x", "-----BEGIN PUBLIC KEY-----", &curve.serialize_pem()] {
        let body = json!({ "credential_type": "public_key", "pem": pem });
        let text = invalid(machine.post(&path, &body).await);
        assert!(text.contains("on property pem (This is no public key"), "{text}");
    }
    let body = json!({ "credential_type": "public_key", "pem": curve.public_key_pem() });
    let text = invalid(machine.post(&path, &body).await);
    assert!(text.contains("a key on the curve P-256. Set alg to what it signs with: ES256"), "{text}");
    for (change, name) in [
        (json!({ "alg": "HS256" }), "alg"),
        (json!({ "credential_type": "x509_cert" }), "credential_type"),
        (json!({ "kid": "short" }), "kid"),
        (json!({ "expires_at": "2001-01-01T00:00:00Z" }), "expires_at"),
        (json!({ "parse_expiry_from_cert": true }), "parse_expiry_from_cert"),
        (json!({ "secret": "x" }), "secret"),
    ] {
        let mut body = json!({ "credential_type": "public_key", "pem": key.pem() });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let text = invalid(machine.post(&path, &body).await);
        assert!(text.contains(&format!("on property {name} ")), "{text}");
    }
    let other = machine.get(&format!("{path}?nonsense=1")).await.is(400).json();
    assert_eq!(other["errorCode"], "invalid_query_string");
}

/// A client proves itself by keys or by a method with a secret, never by both.
#[tokio::test]
async fn keys_and_methods_exclude_each_other() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let new = |more: Value| {
        let key = json!({ "credential_type": "public_key", "pem": ClientKey::new().pem() });
        let mut body = json!({
            "name": "Robot", "client_authentication_methods": { "private_key_jwt": { "credentials": [key] } },
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    invalid(machine.post("/api/v2/clients", &new(json!({ "token_endpoint_auth_method": "none" }))).await);
    let sent = new(json!({ "token_endpoint_auth_method": null }));
    let made = machine.post("/api/v2/clients", &sent).await.is(201).json();
    assert!(
        made.get("client_secret").is_none() && made.get("token_endpoint_auth_method").is_none(),
        "{made}"
    );
    let path = format!("/api/v2/clients/{}", made["client_id"].as_str().unwrap());
    let ids = &made["client_authentication_methods"]["private_key_jwt"]["credentials"];
    let listed = machine.get(&format!("{path}/credentials")).await.is(200).json();
    assert_eq!((ids.as_array().unwrap().len(), &ids[0]["id"]), (1, &listed[0]["id"]));
    invalid(machine.patch(&path, &json!({ "token_endpoint_auth_method": "client_secret_post" })).await);
    let methods = |ids: Value| json!({ "client_authentication_methods": { "private_key_jwt": { "credentials": ids } } });
    let text = invalid(machine.patch(&path, &methods(json!([{ "id": "cred_nobody" }]))).await);
    assert!(text.contains("no credential of this id"), "{text}");
    invalid(machine.patch(&path, &methods(json!([{ "id": "a" }, { "id": "b" }, { "id": "c" }]))).await);
    // As terraform detaches the last one.
    let none = machine.patch(&path, &methods(json!([]))).await.is(200).json();
    assert_eq!(none["client_authentication_methods"]["private_key_jwt"]["credentials"], json!([]));

    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let own = format!("/api/v2/clients/{}", party.client_id);
    let text = invalid(machine.patch(&own, &methods(json!([]))).await);
    assert!(text.contains("Set the other one to null"), "{text}");
    // The credential of another client proves this one as little as none at all.
    let foreign = json!({
        "token_endpoint_auth_method": null,
        "client_authentication_methods": { "private_key_jwt": { "credentials": [{ "id": listed[0]["id"] }] } },
    });
    invalid(machine.patch(&own, &foreign).await);
}

#[tokio::test]
async fn what_proves_a_client_is_shown_to_those_alone_who_may_see_it() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let key = json!({ "credential_type": "public_key", "pem": ClientKey::new().pem() });
    let body = json!({
        "name": "Robot", "client_authentication_methods": { "private_key_jwt": { "credentials": [key] } },
    });
    let made = machine.post("/api/v2/clients", &body).await.is(201).json();
    let path = format!("/api/v2/clients/{}", made["client_id"].as_str().unwrap());
    let name = "client_authentication_methods";
    for (scope, sees) in
        [("read:clients", false), ("read:client_keys", true), ("read:client_credentials", true)]
    {
        let reader = house.machine(&[scope]).await;
        let seen = reader.get(&path).await.is(200).json();
        assert_eq!(seen.get(name).is_some(), sees, "{scope}");
        assert_eq!(seen.get("grant_types").is_some(), scope != "read:client_credentials", "{scope}");
        assert!(seen.get("client_secret").is_none());
        let asked = reader.get(&format!("{path}?fields=client_id,{name}")).await;
        assert_eq!(asked.status.as_u16(), if sees { 200 } else { 403 }, "{scope}");
        let listed = reader.get("/api/v2/clients?per_page=100").await.is(200).json();
        let of_it = listed.as_array().unwrap().iter().find(|client| client["client_id"] == made["client_id"]);
        assert_eq!(of_it.unwrap().get(name).is_some(), sees, "{scope}");
    }
    let summary = house.machine(&["read:client_summary"]).await.get(&path).await.is(200).json();
    let names: Vec<&String> = summary.as_object().unwrap().keys().collect();
    assert_eq!(names, ["name", "is_first_party", "client_id"]);
}
