//! `/api/v2/resource-servers`: what the original's tools send and read back.

use serde_json::{Value, json};

use super::error;
use crate::kit::{House, Machine};

const ALL: &[&str] = &[
    "read:resource_servers",
    "create:resource_servers",
    "update:resource_servers",
    "delete:resource_servers",
    "read:client_grants",
    "create:client_grants",
    "create:clients",
    "create:roles",
    "read:roles",
    "update:roles",
    "read:users",
    "update:users",
    "read:logs",
];
const PATH: &str = "/api/v2/resource-servers";

async fn make(machine: &Machine<'_>, identifier: &str) -> Value {
    let body = json!({
        "identifier": identifier, "name": "Things",
        "scopes": [{ "value": "read:things", "description": "Read" }, { "value": "write:things" }],
    });
    machine.post(PATH, &body).await.is(201).json()
}

/// What tools send as the id: percent-encoded.
fn encoded(identifier: &str) -> String {
    url::form_urlencoded::byte_serialize(identifier.as_bytes()).collect::<String>().replace('+', "%20")
}

#[tokio::test]
async fn an_api_is_made_read_changed_and_deleted_by_id_and_by_identifier() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made = make(&machine, "https://api.test/things?x=1").await;
    assert_eq!(made["id"].as_str().unwrap().len(), 24);
    assert_eq!((&made["token_lifetime"], &made["token_lifetime_for_web"]), (&json!(86_400), &json!(7200)));
    assert_eq!((&made["signing_alg"], &made["allow_offline_access"]), (&json!("RS256"), &json!(false)));
    let by_id = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let by_identifier = format!("{PATH}/{}", encoded("https://api.test/things?x=1"));
    for path in [&by_id, &by_identifier] {
        assert_eq!(machine.get(path).await.is(200).json(), made);
    }
    let body = json!({ "name": "Other", "token_lifetime": 600, "enforce_policies": true });
    let changed = machine.patch(&by_identifier, &body).await.is(200).json();
    assert_eq!((&changed["name"], &changed["token_lifetime"]), (&json!("Other"), &json!(600)));
    assert_eq!(changed["token_lifetime_for_web"], 600);
    assert_eq!(changed["scopes"], made["scopes"]);
    assert!(machine.delete(&by_identifier).await.is(204).body.is_empty());
    error(machine.get(&by_id).await, 404, "inexistent_resource_server");
    error(machine.patch(&by_id, &json!({ "name": "x" })).await, 404, "inexistent_resource_server");
    machine.delete(&by_id).await.is(204);
    let deeds: Vec<Value> = house.logs().await.iter().map(|event| event["description"].clone()).collect();
    for deed in ["Create an API", "Update an API", "Delete an API"] {
        assert!(deeds.contains(&json!(deed)), "{deed} is not in the log");
    }
}

/// terraform and the deploy tool read back what they sent, and send back what they read.
#[tokio::test]
async fn what_is_read_can_be_sent_back_and_changes_nothing() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let sent = json!({
        "identifier": "urn:my api", "name": "Things", "scopes": [{ "value": "b" }, { "value": "a", "description": "" }],
        "signing_alg": "RS256", "allow_offline_access": true, "token_lifetime": 3600, "token_lifetime_for_web": 1800,
        "skip_consent_for_verifiable_first_party_clients": true, "enforce_policies": false,
        "token_dialect": "access_token_authz",
        "subject_type_authorization": { "user": { "policy": "allow_all" }, "client": { "policy": "require_client_grant" } },
        "consent_policy": null, "authorization_details": [],
    });
    let made = machine.post(PATH, &sent).await.is(201).json();
    for (name, value) in sent.as_object().unwrap() {
        if value.is_null() || value == &json!([]) {
            assert!(made.get(name).is_none(), "{name}");
        } else {
            assert_eq!(&made[name], value, "{name}");
        }
    }
    let path = format!("{PATH}/{}", encoded("urn:my api"));
    let mut body = made.clone();
    for fixed in ["id", "identifier"] {
        body.as_object_mut().unwrap().remove(fixed);
    }
    assert_eq!(machine.patch(&path, &body).await.is(200).json(), made);
    assert_eq!(machine.get(&path).await.is(200).json(), made);
}

#[tokio::test]
async fn lists_have_pages_totals_fields_and_pick_by_identifier() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    for number in 0..4 {
        house.advance(1);
        make(&machine, &format!("https://{number}.test/")).await;
    }
    let all = machine.get(&format!("{PATH}?per_page=100")).await.is(200).json();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 5);
    assert_eq!(all[0]["is_system"], true);
    let page = machine.get(&format!("{PATH}?page=1&per_page=2&include_totals=true")).await.is(200).json();
    assert_eq!(page["resource_servers"].as_array().unwrap(), &all[2..4]);
    assert_eq!(
        (&page["total"], &page["start"], &page["limit"], &page["length"]),
        (&json!(5), &json!(2), &json!(2), &json!(2))
    );
    assert_eq!(machine.get(&format!("{PATH}?page=9&per_page=50")).await.is(200).json(), json!([]));
    let query = format!(
        "identifiers={}&identifiers={}&identifiers=x",
        encoded("https://1.test/"),
        encoded("https://3.test/")
    );
    let picked = machine.get(&format!("{PATH}?{query}&include_totals=true")).await.is(200).json();
    assert_eq!((&picked["total"], &picked["resource_servers"][1]), (&json!(2), &all[4]));
    let names = machine.get(&format!("{PATH}?fields=name&include_fields=true")).await.is(200).json();
    assert_eq!(names[1], json!({ "name": "Things" }));
    for query in ["nonsense=1", "page=1&page=2", "per_page=101", &"identifiers=x&".repeat(11)] {
        error(machine.get(&format!("{PATH}?{query}")).await, 400, "invalid_query_string");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_field() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made = make(&machine, "https://api.test/").await;
    error(
        machine.post(PATH, &json!({ "identifier": "https://api.test/" })).await,
        409,
        "resource_already_exists",
    );
    for body in [
        json!({}),
        json!({ "identifier": "" }),
        json!({ "identifier": 7 }),
        json!({ "identifier": "x".repeat(601) }),
        json!({ "identifier": "a\u{0}b" }),
        json!({ "identifier": "https://id.test/userinfo" }),
        json!({ "identifier": "x", "id": "mine" }),
        json!({ "identifier": "x", "is_system": true }),
        json!({ "identifier": "x", "signing_alg": "none" }),
        json!({ "identifier": "x", "signing_alg": "HS256", "signing_secret": "short" }),
        json!({ "identifier": "x", "scopes": [{ "value": "a" }, { "value": "a" }] }),
        json!({ "identifier": "x", "scopes": [{ "value": "two words" }] }),
        json!({ "identifier": "x", "token_lifetime": 2_592_001 }),
        json!({ "identifier": "x", "token_lifetime": 60, "token_lifetime_for_web": 61 }),
        json!({ "identifier": "x", "proof_of_possession": { "mechanism": "dpop", "required": true } }),
        json!([]),
    ] {
        error(machine.post(PATH, &body).await, 400, "invalid_body");
    }
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let body = json!({ "identifier": "https://other.test/", "name": "x" });
    let refused = error(machine.patch(&path, &body).await, 400, "invalid_body");
    assert_eq!(
        refused["message"],
        "Payload validation error: 'additional_properties' on property identifier \
         (There is no such field here. Leave it out)."
    );
    for bad in ["%ff", &"x".repeat(601)] {
        error(machine.get(&format!("{PATH}/{bad}")).await, 400, "invalid_uri");
    }
}

#[tokio::test]
async fn the_management_api_stays_and_takes_a_name_and_lifetimes() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let path = format!("{PATH}/{}", encoded(&house.api()));
    let system = machine.get(&path).await.is(200).json();
    assert!(system["scopes"].as_array().unwrap().len() > 50);
    let body = json!({ "token_lifetime": 3600, "name": "Our API" });
    let changed = machine.patch(&path, &body).await.is(200).json();
    assert_eq!((&changed["token_lifetime"], &changed["name"]), (&json!(3600), &json!("Our API")));
    assert_eq!(changed["scopes"], system["scopes"]);
    for body in
        [json!({ "scopes": [] }), json!({ "signing_alg": "HS256" }), json!({ "enforce_policies": true })]
    {
        error(machine.patch(&path, &body).await, 400, "invalid_body");
    }
    error(machine.delete(&path).await, 400, "operation_not_supported");
    machine.get(&path).await.is(200);
}

/// The secret is shown to those who may read APIs, and reading it is an event.
#[tokio::test]
async fn an_api_that_wants_a_secret_gets_one_and_shows_it() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    house.advance(1);
    let body = json!({ "identifier": "https://a.test/", "signing_alg": "HS256" });
    let made = machine.post(PATH, &body).await.is(201).json();
    assert_eq!(made["signing_secret"].as_str().unwrap().len(), 64);
    assert!(!house.log_types().await.contains(&"mgmt_api_read".to_owned()));
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(machine.get(&path).await.is(200).json(), made);
    assert!(house.log_types().await.contains(&"mgmt_api_read".to_owned()));
    let own = "a secret of at least thirty-two bytes";
    let changed = machine.patch(&path, &json!({ "signing_secret": own })).await.is(200).json();
    assert_eq!(changed["signing_secret"], own);
    let listed = machine.get(&format!("{PATH}?fields=signing_secret")).await.is(200).json();
    assert_eq!(listed[1], json!({ "signing_secret": own }));
    let cleared = machine.patch(&path, &json!({ "signing_alg": "RS256", "signing_secret": null })).await;
    assert!(cleared.is(200).json().get("signing_secret").is_none());
    let dump = format!("{:?}", house.logs().await);
    assert!(!dump.contains(own) && !dump.contains(made["signing_secret"].as_str().unwrap()));
}

/// Whoever may change an API and not read it learns the secret that they made, and no other.
#[tokio::test]
async fn a_change_shows_the_secret_to_those_who_may_read_it_or_made_it() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let editor = house.machine(&["update:resource_servers"]).await;
    let body = json!({ "identifier": "https://a.test/", "signing_alg": "HS256" });
    let made = machine.post(PATH, &body).await.is(201).json();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    for body in [json!({}), json!({ "name": "Things" })] {
        let seen = editor.patch(&path, &body).await.is(200).json();
        assert_eq!(seen.get("signing_secret"), None, "{body}");
    }
    assert!(!house.log_types().await.contains(&"mgmt_api_read".to_owned()));
    let seen = machine.patch(&path, &json!({ "name": "More" })).await.is(200).json();
    assert_eq!(seen["signing_secret"], made["signing_secret"]);
    assert!(house.log_types().await.contains(&"mgmt_api_read".to_owned()), "it was read");
    let own = "a secret of at least thirty-two bytes";
    let seen = editor.patch(&path, &json!({ "signing_secret": own })).await.is(200).json();
    assert_eq!(seen["signing_secret"], own);
    editor.patch(&path, &json!({ "signing_alg": "RS256", "signing_secret": null })).await.is(200);
    let fresh = editor.patch(&path, &json!({ "signing_alg": "HS256" })).await.is(200).json();
    assert_eq!(fresh["signing_secret"].as_str().map(str::len), Some(64));
}

#[tokio::test]
async fn what_rests_on_an_api_goes_with_it_and_with_a_scope() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made = make(&machine, "https://api.test/").await;
    let client = machine.post("/api/v2/clients", &json!({ "name": "Robot" })).await.is(201).json();
    let grant = json!({
        "client_id": client["client_id"], "audience": "https://api.test/", "scope": ["read:things", "write:things"],
    });
    machine.post("/api/v2/client-grants", &grant).await.is(201);
    let role = machine.post("/api/v2/roles", &json!({ "name": "Editor" })).await.is(200).json();
    let named = |name| json!({ "resource_server_identifier": "https://api.test/", "permission_name": name });
    let permissions = json!({ "permissions": [named("read:things"), named("write:things")] });
    let of_role = format!("/api/v2/roles/{}/permissions", role["id"].as_str().unwrap());
    let of_user = format!("/api/v2/users/{}/permissions", house.user_id(crate::kit::EMAIL).await);
    machine.post(&of_role, &permissions).await.is(201);
    machine.post(&of_user, &permissions).await.is(201);

    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    machine.patch(&path, &json!({ "scopes": [{ "value": "write:things" }] })).await.is(200);
    let grants = machine.get("/api/v2/client-grants?audience=https%3A%2F%2Fapi.test%2F").await.is(200).json();
    assert_eq!(grants[0]["scope"], json!(["write:things"]));
    for path in [&of_role, &of_user] {
        let left = machine.get(path).await.is(200).json();
        assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
        assert_eq!(left[0]["permission_name"], "write:things");
    }
    machine.delete(&path).await.is(204);
    for path in ["/api/v2/client-grants?audience=https%3A%2F%2Fapi.test%2F", &of_role, &of_user] {
        assert_eq!(machine.get(path).await.is(200).json(), json!([]), "{path}");
    }
}
