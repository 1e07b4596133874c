//! What was sent comes back, and sending it again changes not one byte: terraform's plan is stable, and the
//! deploy tool's import of its own export does nothing. Clients have a property test of their own.

use doorward_model::scope::ApiScope;
use serde_json::{Value, json};

use crate::kit::{ClientKey, House, Machine};

const API: &str = "https://api.test/";

/// A thing of the API: where it is made, how, and what of it a change does not take.
struct Thing {
    list: &'static str,
    status: u16,
    sent: Value,
    /// The name of its id in the answer; `/` and `|` in it are percent-encoded by the test.
    id: &'static str,
    only_new: &'static [&'static str],
}

fn things(client: &str) -> Vec<Thing> {
    vec![
        Thing {
            list: "/api/v2/resource-servers",
            status: 201,
            sent: json!({
                "identifier": "urn:things", "name": "Thïngs", "allow_offline_access": true,
                "scopes": [{ "value": "b", "description": "B" }, { "value": "a" }],
                "token_lifetime": 600, "token_lifetime_for_web": 60, "signing_alg": "PS256",
                "subject_type_authorization": { "client": { "policy": "deny_all" } },
                "enforce_policies": true, "token_dialect": "rfc9068_profile_authz",
            }),
            id: "id",
            only_new: &["identifier"],
        },
        Thing {
            list: "/api/v2/client-grants",
            status: 201,
            sent: json!({
                "client_id": client, "audience": API, "scope": ["write", "read"], "subject_type": "user",
                "organization_usage": "allow", "allow_any_organization": true,
                "allow_all_scopes": false, "authorization_details_types": ["payment", "a b"],
            }),
            id: "id",
            only_new: &["client_id", "audience", "subject_type"],
        },
        Thing {
            list: "/api/v2/client-grants",
            status: 201,
            sent: json!({
                "default_for": "third_party_clients", "audience": API, "scope": [], "subject_type": "client",
                "allow_all_scopes": true, "authorization_details_types": [],
            }),
            id: "id",
            only_new: &["default_for", "audience", "subject_type"],
        },
        Thing {
            list: "/api/v2/roles",
            status: 200,
            sent: json!({ "name": "Editor", "description": " Writes ", "type": "tenant" }),
            id: "id",
            only_new: &[],
        },
        Thing {
            list: "/api/v2/connections",
            status: 201,
            sent: json!({
                "name": "Staff", "strategy": "auth0", "display_name": "Staff", "realms": ["crew", "Staff"],
                "metadata": { "b": "1", "a": "2" }, "is_domain_connection": true, "show_as_button": false,
                "options": { "passwordPolicy": "low", "of_tomorrow": [{ "x": null }], "mfa": { "active": false } },
                "enabled_clients": [client],
            }),
            id: "id",
            only_new: &["name", "strategy"],
        },
        Thing {
            list: "/api/v2/users",
            status: 201,
            sent: json!({
                "connection": "Username-Password-Authentication", "email": "grace@example.com",
                "password": "correct horse battery", "given_name": "Grace", "email_verified": true,
                "user_metadata": { "z": [1, { "a": null }], "a": 1.5 }, "app_metadata": { "plan": "gold" },
                "blocked": true,
            }),
            id: "user_id",
            only_new: &["password"],
        },
    ]
}

async fn almighty(house: &House) -> Machine<'_> {
    let everything: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    house.machine(&everything).await
}

fn without(body: &Value, names: &[&str]) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().retain(|name, _| !names.contains(&name.as_str()));
    body
}

/// How many changes the log tells of. Read by the same machine: another one would be a new client, which
/// connections are switched on for.
async fn writes(machine: &Machine<'_>) -> usize {
    let logs = machine.get("/api/v2/logs?per_page=100").await.is(200).json();
    let is_update =
        |event: &&Value| event["description"].as_str().is_some_and(|text| text.starts_with("Update"));
    logs.as_array().unwrap().iter().filter(is_update).count()
}

#[tokio::test]
async fn what_was_made_can_be_sent_again_and_changes_nothing() {
    let house = House::new().await;
    let machine = almighty(&house).await;
    let scopes = json!([{ "value": "read" }, { "value": "write" }]);
    machine.post("/api/v2/resource-servers", &json!({ "identifier": API, "scopes": scopes })).await.is(201);
    for thing in things(&machine.client_id) {
        let list = thing.list;
        let made = machine.post(list, &thing.sent).await.is(thing.status).json();
        for (name, value) in without(&thing.sent, &["password", "connection"]).as_object().unwrap() {
            assert_eq!(made[name].to_string(), value.to_string(), "{list}: {name}");
        }
        let id = made[thing.id].as_str().unwrap().replace('|', "%7C");
        let path = format!("{list}/{id}");
        let read = machine.get(&path).await.is(200).text();
        assert_eq!(read, made.to_string(), "{list}: what is read is what was answered");
        let written = writes(&machine).await;
        house.advance(5);
        let answer = machine.patch(&path, &without(&thing.sent, thing.only_new)).await.is(200).text();
        assert_eq!(answer, read, "{list}: the same again");
        assert_eq!(machine.get(&path).await.is(200).text(), read, "{list}");
        assert_eq!(writes(&machine).await, written, "{list}: nothing was written");
    }
}

/// Texts that a tenant keeps: what was put is given back, and putting it again writes nothing.
#[tokio::test]
async fn texts_that_are_kept_can_be_sent_again_and_change_nothing() {
    let house = House::new().await;
    let machine = almighty(&house).await;
    let email = json!({
        "template": "welcome_email", "body": "<p>Hello {{ user.name }}</p>", "from": "a@b.test",
        "subject": "Hello", "syntax": "liquid", "enabled": true, "urlLifetimeInSeconds": 60, "resultUrl": "",
    });
    machine.post("/api/v2/email-templates", &email).await.is(200);
    let branding = json!({ "colors": { "primary": "#0059d6", "page_background": "#ffffff" } });
    machine.patch("/api/v2/branding", &branding).await.is(200);
    for path in ["/api/v2/email-templates/welcome_email", "/api/v2/branding", "/api/v2/tenants/settings"] {
        let read = machine.get(path).await.is(200);
        let written = writes(&machine).await;
        let again = machine.patch(path, &read.json()).await.is(200).text();
        assert_eq!(again, read.text(), "{path}");
        assert_eq!(writes(&machine).await, written, "{path}: nothing was written");
    }
}

/// A credential takes its end alone; the same end again changes nothing.
#[tokio::test]
async fn the_end_of_a_credential_can_be_sent_again() {
    let house = House::new().await;
    let machine = almighty(&house).await;
    let client = machine.post("/api/v2/clients", &json!({ "name": "x" })).await.is(201).json();
    let list = format!("/api/v2/clients/{}/credentials", client["client_id"].as_str().unwrap());
    let end = "2040-01-01T00:00:00.000Z";
    let body =
        json!({ "credential_type": "public_key", "pem": ClientKey::new().certificate(), "expires_at": end });
    let made = machine.post(&list, &body).await.is(201).json();
    let path = format!("{list}/{}", made["id"].as_str().unwrap());
    house.advance(5);
    let again = machine.patch(&path, &json!({ "expires_at": end })).await.is(200).json();
    assert_eq!(again.to_string(), made.to_string());
    assert_eq!(machine.get(&path).await.is(200).json(), made);
}
