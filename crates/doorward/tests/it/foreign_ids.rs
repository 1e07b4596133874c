//! Every row of the Management API that names something by an id, asked by a program of another tenant that
//! may do everything at home (CVE-2025-27507): nothing is shown, and nothing has changed afterwards. The rows
//! are those of the list, so a new one takes part by itself, or fails for want of an id.

use std::collections::BTreeMap;

use doorward_model::client::kind::ClientKind;
use doorward_model::scope::ApiScope;
use doorward_web::route::{Guard, Route};
use http::Method;
use serde_json::{Value, json};

use crate::kit::{Asked, ClientKey, EMAIL, Engine, House, Machine, PASSWORD, Via, Visitor};

const API: &str = "https://api.test/";

fn rows() -> impl Iterator<Item = Route> {
    let all = doorward_management::routes::routes().into_iter();
    // Named by a word that is the same in every tenant, and each has its own.
    all.filter(|row| matches!(row.guard, Guard::AnyOf(_)) && row.path.contains('{'))
        .filter(|row| !row.path.contains("{templateName}"))
}

async fn almighty(house: &House) -> Machine<'_> {
    let everything: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    house.machine(&everything).await
}

/// One of everything, by the segment that it stands behind.
async fn furnished(house: &House, own: &Machine<'_>) -> BTreeMap<&'static str, String> {
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let client = format!("/api/v2/clients/{}", party.client_id);
    let secret = own.post(&format!("{client}/secrets"), &json!({ "label": "other" })).await.is(201).json();
    let key = json!({ "credential_type": "public_key", "pem": ClientKey::new().pem() });
    let credential = own.post(&format!("{client}/credentials"), &key).await.is(201).json();
    let api = json!({ "identifier": API, "scopes": [{ "value": "read:all" }] });
    let api = own.post("/api/v2/resource-servers", &api).await.is(201).json();
    let grant = json!({ "client_id": own.client_id, "audience": API, "scope": ["read:all"] });
    let client_grant = own.post("/api/v2/client-grants", &grant).await.is(201).json();
    let role = own.post("/api/v2/roles", &json!({ "name": "Editor" })).await.is(200).json();

    let visitor = Visitor::new(house);
    party.tokens(&visitor, EMAIL, PASSWORD).await;
    let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let page = visitor.get(visitor.get(&partner.authorize(&[])).await.location()).await.is(200);
    visitor.press(&page, "accept").await;
    let user = house.user_id(EMAIL).await;
    let connection = house.app.tenants()[0].connections[0].id.to_string();
    let first = async |path: String, list: &str| {
        let found = own.get(&path).await.is(200).json();
        let found = found.get(list).unwrap_or(&found)[0].clone();
        assert!(found.is_object(), "{path} shows nothing");
        found
    };
    let session = first(format!("/api/v2/users/{user}/sessions"), "sessions").await;
    let refresh = first(format!("/api/v2/users/{user}/refresh-tokens"), "tokens").await;
    let person = house.person(&["create:current_user_device_credentials"]).await;
    let device = json!({ "device_name": "Phone", "type": "public_key", "value": "AAAA", "device_id": "d" });
    let device = person.caller.post("/api/v2/device-credentials", &device).await.is(201).json();
    let log = first("/api/v2/logs".to_owned(), "").await["log_id"].as_str().unwrap().to_owned();
    let kid = first("/api/v2/keys/signing".to_owned(), "").await["kid"].as_str().unwrap().to_owned();
    BTreeMap::from([
        ("clients", party.client_id.clone()),
        ("secrets", id(&secret)),
        ("credentials", id(&credential)),
        ("resource-servers", id(&api)),
        ("client-grants", id(&client_grant)),
        ("roles", id(&role)),
        ("users", user.clone()),
        ("user-blocks", user),
        ("connections", connection),
        ("grants", id(&first("/api/v2/grants".to_owned(), "").await)),
        ("sessions", id(&session)),
        ("refresh-tokens", id(&refresh)),
        ("device-credentials", id(&device)),
        ("logs", log),
        ("signing", kid),
    ])
}

/// The path of a row with the ids of what is there.
fn filled(row: &Route, ids: &BTreeMap<&'static str, String>) -> String {
    let mut before = "";
    let mut path = Vec::new();
    for segment in row.path.split('/') {
        path.push(if segment.starts_with('{') {
            ids.get(before)
                .unwrap_or_else(|| panic!("{}: nothing is made behind {before}", row.operation))
                .as_str()
        } else {
            segment
        });
        before = segment;
    }
    path.join("/")
}

/// A body that would do something, if what the path names were the stranger's own.
fn body(row: &Route, ids: &BTreeMap<&'static str, String>, stranger: &Machine<'_>) -> Value {
    let user = ids["users"].replace("%7C", "|");
    let permission = json!({ "permissions": [
        { "resource_server_identifier": stranger_api(stranger), "permission_name": "read:clients" },
    ] });
    match row.path {
        path if path.ends_with("/permissions") => permission,
        path if path.ends_with("/credentials") => {
            json!({ "credential_type": "public_key", "pem": ClientKey::new().pem() })
        }
        path if path.contains("/credentials/") => json!({ "expires_at": null }),
        path if path.ends_with("roles/{id}/users") => json!({ "users": [user] }),
        path if path.ends_with("users/{id}/roles") => json!({ "roles": [ids["roles"]] }),
        path if path.ends_with("connections/{id}/clients") => {
            json!([{ "client_id": stranger.client_id, "status": true }])
        }
        path if path.ends_with("connections/{id}") => json!({ "options": {} }),
        path if path.ends_with("users/{id}") => json!({ "blocked": true }),
        path if path.ends_with("client-grants/{id}") => json!({ "scope": [] }),
        path if path.ends_with("sessions/{id}") => json!({ "session_metadata": { "a": "b" } }),
        path if path.ends_with("refresh-tokens/{id}") => json!({ "refresh_token_metadata": { "a": "b" } }),
        path if path.ends_with("/rotate-secret") || path.ends_with("/revoke") => json!({}),
        path if path.ends_with("/secrets") => json!({ "label": "mine" }),
        _ => json!({ "name": "Mine" }),
    }
}

fn stranger_api(stranger: &Machine<'_>) -> String {
    stranger.house.api()
}

/// What the owner sees of everything that has a page of its own.
async fn seen(own: &Machine<'_>, ids: &BTreeMap<&'static str, String>) -> BTreeMap<String, (u16, String)> {
    let mut seen = BTreeMap::new();
    for row in rows().filter(|row| row.method == Method::GET) {
        // What the owner does meanwhile is an event of its own.
        if row.path.ends_with("/logs") {
            continue;
        }
        let path = filled(&row, ids);
        let answer = own.get(&path).await;
        seen.insert(path, (answer.status.as_u16(), answer.text()));
    }
    seen
}

#[tokio::test]
async fn every_row_with_an_id_is_blind_and_harmless_to_another_tenant() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let other = house.second_tenant("other.test").await;
        let (own, stranger) = (almighty(&house).await, almighty(&other).await);
        let ids = furnished(&house, &own).await;
        let before = seen(&own, &ids).await;
        assert!(before.len() > 20 && before.values().all(|(status, _)| *status == 200), "{before:?}");
        for row in rows() {
            let mut path = filled(&row, &ids);
            if row.operation == "delete_users_by_connection" || row.path.ends_with("connections/{id}/users") {
                path.push_str("?email=ada%40example.com");
            }
            let asked = match row.method {
                Method::POST | Method::PATCH | Method::PUT => {
                    Asked::json(row.method.as_str(), &path, &body(&row, &ids, &stranger))
                }
                Method::DELETE if row.path.ends_with("/permissions") || row.path.ends_with("/roles") => {
                    Asked::json("DELETE", &path, &body(&row, &ids, &stranger))
                }
                _ => Asked::new(row.method.as_str(), &path),
            };
            let answer = stranger.send(asked).await;
            let shows_nothing = matches!(answer.text().as_str(), "" | "{}" | "[]")
                || answer.text().contains(":[]") && !answer.text().contains("\"id\"");
            let is_harmless = match answer.status.as_u16() {
                404 => true,
                200 | 202 | 204 => shows_nothing,
                _ => false,
            };
            assert!(is_harmless, "{} {path}: {} {}", row.operation, answer.status, answer.text());
        }
        assert_eq!(seen(&own, &ids).await, before);
    }
}
