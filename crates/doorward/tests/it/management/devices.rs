//! `/api/v2/device-credentials`: people register devices for themselves, admins see and remove them, and the
//! refresh tokens beside them.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::error;
use crate::kit::{EMAIL, Engine, House, Machine, PASSWORD, Person, RelyingParty, VERIFIER, Via, Visitor};

const DEVICES: &str = "/api/v2/device-credentials";
const OWN: &[&str] = &["create:current_user_device_credentials", "delete:current_user_device_credentials"];

#[tokio::test]
async fn a_person_registers_and_removes_their_own_devices() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        house.user("eve@example.com", PASSWORD).await;
        let (ada, eve) = (house.person(OWN).await, house.person_called("eve@example.com", OWN).await);
        let admin = house.machine(&["read:device_credentials", "delete:device_credentials"]).await;
        let device = |id: &str| json!({ "device_name": "Phone", "type": "public_key", "value": "AAAA", "device_id": id });
        let id = async |person: &Person<'_>, device| {
            let made = person.caller.post(DEVICES, &device).await.is(201).json();
            made["id"].as_str().unwrap().to_owned()
        };
        let first = id(&ada, device("one")).await;
        house.advance(1);
        let second = id(&eve, device("two")).await;
        assert!(first.starts_with("dcr_"));
        let list = admin.get(&format!("{DEVICES}?include_totals=true")).await.is(200).json();
        assert_eq!(list["total"], 2);
        let expected = json!({
            "id": first, "device_name": "Phone", "device_id": "one", "type": "public_key", "user_id": ada.id,
            "client_id": ada.caller.client_id,
        });
        assert_eq!(list["device_credentials"][0], expected);
        let of_eve = admin.get(&format!("{DEVICES}?user_id={}&fields=id", eve.id.replace('|', "%7C"))).await;
        assert_eq!(of_eve.is(200).json(), json!([{ "id": second }]));
        ada.caller.get(DEVICES).await.is(403);

        // Somebody else's device is not there, and stays.
        ada.caller.delete(&format!("{DEVICES}/{second}")).await.is(204);
        assert_eq!(admin.get(DEVICES).await.is(200).json().as_array().unwrap().len(), 2);
        ada.caller.delete(&format!("{DEVICES}/{first}")).await.is(204);
        admin.delete(&format!("{DEVICES}/{second}")).await.is(204);
        assert_eq!(admin.get(DEVICES).await.is(200).json(), json!([]));

        for bad in [
            json!({}),
            json!({ "device_name": "", "type": "public_key", "value": "A", "device_id": "d" }),
            json!({ "device_name": "P", "type": "refresh_token", "value": "A", "device_id": "d" }),
            json!({ "device_name": "P", "type": "public_key", "value": "A", "device_id": "d", "client_id": "nobody" }),
            json!({ "device_name": "P", "type": "public_key", "value": "A", "device_id": "d", "user_id": eve.id }),
        ] {
            ada.caller.post(DEVICES, &bad).await.is(400);
        }
        for bad in ["type=password", "user_id=a%20b", "page=99", "nonsense=1"] {
            admin.get(&format!("{DEVICES}?{bad}&per_page=100")).await.is(400);
        }
    }
}

#[tokio::test]
async fn nobody_fills_the_house_with_devices() {
    let house = House::new().await;
    let ada = house.person(OWN).await;
    let device = json!({ "device_name": "Phone", "type": "public_key", "value": "AAAA", "device_id": "d" });
    for _ in 0..50 {
        ada.caller.post(DEVICES, &device).await.is(201);
    }
    let refused = ada.caller.post(DEVICES, &device).await.is(400).json();
    assert!(refused["message"].as_str().unwrap().contains("at most 50"), "{refused}");
}

/// One application whose refresh token changes at each use, and one whose stays.
async fn applications(house: &House) -> (RelyingParty<'_>, RelyingParty<'_>) {
    let stays =
        json!({ "refresh_token": { "rotation_type": "non-rotating", "expiration_type": "non-expiring" } });
    let changing = house.party(ClientKind::RegularWeb, Via::Post).await;
    (changing, house.party_with(ClientKind::RegularWeb, Via::Post, stays).await)
}

/// Logs somebody in and swaps the code from a device that calls itself something.
async fn log_in_from(device: &str, party: &RelyingParty<'_>, email: &str) -> Value {
    let code = party.code(&Visitor::new(party.house), email, PASSWORD).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", party.callback.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let asked = party.token_request(&fields).header("user-agent", device);
    party.house.send(asked).await.is(200).json()
}

async fn listed(machine: &Machine<'_>, query: &str) -> Vec<Value> {
    let list = machine.get(&format!("{DEVICES}?{query}")).await.is(200).json();
    list.as_array().unwrap().clone()
}

fn names(list: &[Value]) -> Vec<&str> {
    list.iter().map(|device| device["device_name"].as_str().unwrap()).collect()
}

/// A key and three refresh tokens: two of Ada's, one of Eve's.
async fn furnish<'h>(house: &'h House) -> (Person<'h>, RelyingParty<'h>, RelyingParty<'h>) {
    house.user("eve@example.com", PASSWORD).await;
    let (changing, still) = applications(house).await;
    for (device, party, email) in
        [("Fridge", &changing, EMAIL), ("Car", &still, EMAIL), ("Watch", &changing, "eve@example.com")]
    {
        house.advance(1);
        log_in_from(device, party, email).await;
    }
    house.advance(1);
    let ada = house.person(OWN).await;
    let key = json!({ "device_name": "Phone", "type": "public_key", "value": "AAAA", "device_id": "d" });
    ada.caller.post(DEVICES, &key).await.is(201);
    (ada, changing, still)
}

#[tokio::test]
async fn refresh_tokens_are_listed_after_the_keys_and_by_kind_person_and_client() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let (ada, changing, still) = furnish(&house).await;
        let admin = house.machine(&["read:device_credentials", "read:refresh_tokens"]).await;
        let all = listed(&admin, "").await;
        assert_eq!(names(&all), ["Phone", "Fridge", "Car", "Watch"]);
        let tokens = admin.get(&format!("{}/refresh-tokens", ada.path)).await.is(200).json();
        let (fridge, car) = (&tokens["tokens"][0]["id"], &tokens["tokens"][1]["id"]);
        let expected = json!({
            "id": fridge, "device_name": "Fridge", "type": "rotating_refresh_token", "user_id": ada.id,
            "client_id": changing.client_id,
        });
        assert_eq!(all[1], expected);
        assert_eq!((&all[2]["id"], &all[2]["type"]), (car, &json!("refresh_token")));

        let of_ada = format!("user_id={}", ada.id.replace('|', "%7C"));
        for (query, expected) in [
            ("type=public_key", vec!["Phone"]),
            ("type=refresh_token", vec!["Car"]),
            ("type=rotating_refresh_token", vec!["Fridge", "Watch"]),
            (&of_ada, vec!["Phone", "Fridge", "Car"]),
            (&format!("{of_ada}&type=rotating_refresh_token"), vec!["Fridge"]),
            (&format!("client_id={}", still.client_id), vec!["Car"]),
            (&format!("client_id={}&type=rotating_refresh_token", still.client_id), vec![]),
            ("page=0&per_page=2", vec!["Phone", "Fridge"]),
            ("page=1&per_page=2", vec!["Car", "Watch"]),
            ("page=1&per_page=3", vec!["Watch"]),
            ("page=1&per_page=1&type=rotating_refresh_token", vec!["Watch"]),
            ("page=2&per_page=2", vec![]),
        ] {
            assert_eq!(names(&listed(&admin, query).await), expected, "{query}");
            let path = format!("{DEVICES}?{query}&include_totals=true");
            let part = admin.get(&path).await.is(200).json();
            assert_eq!(names(part["device_credentials"].as_array().unwrap()), expected, "{query}");
            let whole = query.split('&').filter(|one| !one.contains("page=")).collect::<Vec<_>>().join("&");
            assert_eq!(part["total"], listed(&admin, &whole).await.len(), "{query}: {part}");
        }
        assert_eq!(
            listed(&admin, "fields=type&type=refresh_token").await,
            [json!({ "type": "refresh_token" })]
        );
    }
}

#[tokio::test]
async fn a_refresh_token_is_revoked_as_a_credential_of_a_device() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        house.user("eve@example.com", PASSWORD).await;
        let (party, _) = applications(&house).await;
        let mut kept = Vec::new();
        for (device, email) in [("Fridge", EMAIL), ("Car", EMAIL), ("Watch", "eve@example.com")] {
            house.advance(1);
            kept.push(log_in_from(device, &party, email).await);
        }
        let (ada, nobody) = (house.person(OWN).await, house.machine(OWN).await);
        let all = ["read:device_credentials", "delete:device_credentials", "delete:refresh_tokens"];
        let admin = house.machine(&all[..2]).await;
        let paths: Vec<String> = listed(&admin, "").await.iter().map(path).collect();
        let left = async || {
            let mut statuses = Vec::new();
            for tokens in &kept {
                let token = tokens["access_token"].as_str().unwrap();
                statuses.push(house.userinfo(token).await.status.as_u16());
            }
            statuses
        };
        // Somebody else's is not there, and stays; a program has none of its own; another door has another key.
        ada.caller.delete(&paths[2]).await.is(204);
        nobody.delete(&paths[0]).await.is(204);
        error(house.machine(&all[2..]).await.delete(&paths[0]).await, 403, "insufficient_scope");
        assert_eq!(left().await, [200, 200, 200]);
        for _ in 0..2 {
            ada.caller.delete(&paths[0]).await.is(204);
        }
        assert_eq!(left().await, [401, 200, 200]);
        admin.delete(&paths[2]).await.is(204);
        assert_eq!(left().await, [401, 200, 401]);
        party.refresh(kept[2]["refresh_token"].as_str().unwrap()).await.is(400);
        assert_eq!(names(&listed(&admin, "").await), ["Car"]);
        let written = house.logs().await;
        let revoked = written.iter().filter(|event| event["description"] == "Revoke a refresh token");
        assert_eq!(revoked.count(), 2, "once for each that was there");
    }
}

fn path(device: &Value) -> String {
    format!("{DEVICES}/{}", device["id"].as_str().unwrap())
}
