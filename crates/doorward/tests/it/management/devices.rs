//! `/api/v2/device-credentials`: people register devices for themselves, admins see and remove them.

use serde_json::json;

use crate::kit::{Engine, House, PASSWORD};

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
        let id = async |person: &crate::kit::Person<'_>, device| {
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
        for bad in ["type=refresh_token", "user_id=a%20b", "page=99", "nonsense=1"] {
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
