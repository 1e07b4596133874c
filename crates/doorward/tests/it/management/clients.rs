//! `/api/v2/clients`: defaults, envelopes, scopes and error bodies (the original's wire).

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, EMAIL, House, PASSWORD, Via, Visitor};

const ALL: &[&str] = &[
    "read:clients",
    "create:clients",
    "update:clients",
    "delete:clients",
    "read:client_keys",
    "update:client_keys",
    "read:logs",
];

/// The error body that every refusal has.
fn error(answer: Answer, status: u16, code: &str) -> Value {
    let answer = answer.is(status);
    assert!(answer.header("content-type").unwrap().starts_with("application/json"), "CVE-2021-20323");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let body = answer.json();
    assert_eq!((&body["statusCode"], &body["errorCode"]), (&json!(status), &json!(code)), "{body}");
    assert!(
        body["error"].is_string() && body["message"].as_str().is_some_and(|text| !text.is_empty()),
        "{body}"
    );
    body
}

#[tokio::test]
async fn a_client_is_made_read_changed_and_deleted() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made = machine
        .post("/api/v2/clients", &json!({ "name": "Storefront", "app_type": "regular_web" }))
        .await
        .is(201)
        .json();
    let id = made["client_id"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    assert_eq!(made["client_secret"].as_str().unwrap().len(), 64);
    assert_eq!((&made["global"], &made["is_first_party"]), (&json!(false), &json!(true)));
    let path = format!("/api/v2/clients/{id}");
    let read = machine.get(&path).await.is(200).json();
    assert_eq!(read, made);
    let changed = machine
        .patch(&path, &json!({ "callbacks": ["https://a.test/cb"], "description": "Shop" }))
        .await
        .is(200)
        .json();
    assert_eq!(changed["callbacks"], json!(["https://a.test/cb"]));
    assert_eq!(changed["name"], "Storefront");
    let cleared = machine.patch(&path, &json!({ "callbacks": null })).await.is(200).json();
    assert_eq!(cleared.get("callbacks"), None, "null takes it away: {cleared}");
    let deleted = machine.delete(&path).await.is(204);
    assert!(deleted.body.is_empty());
    error(machine.get(&path).await, 404, "inexistent_client");
    error(machine.patch(&path, &json!({ "name": "x" })).await, 404, "inexistent_client");
    machine.delete(&path).await.is(204);
    let writes = house.logs().await.iter().filter(|event| event["type"] == "sapi").count();
    assert!(writes >= 4, "only {writes} writes were logged");
}

/// The brief, "Client Types", with the original's defaults.
#[tokio::test]
async fn the_four_types_have_their_defaults() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    for kind in ["native", "spa", "regular_web", "non_interactive"] {
        let made =
            machine.post("/api/v2/clients", &json!({ "name": kind, "app_type": kind })).await.is(201).json();
        assert_eq!(made["app_type"], kind);
        assert_eq!(made["jwt_configuration"]["lifetime_in_seconds"], 36_000, "{made}");
        assert_eq!(made["sso_disabled"], false);
        assert!(made["grant_types"].is_array());
    }
    let public = json!({ "name": "p", "app_type": "spa", "token_endpoint_auth_method": "none" });
    let made = machine.post("/api/v2/clients", &public).await.is(201).json();
    let grants = made["grant_types"].as_array().unwrap();
    assert!(!grants.contains(&json!("client_credentials")), "a public client has no credentials: {made}");
}

/// terraform and the deploy tool read back what they sent, in order and unchanged.
#[tokio::test]
async fn get_gives_back_what_was_sent() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let sent = json!({
        "name": "Storefront", "description": "d", "app_type": "spa", "oidc_conformant": true,
        "callbacks": ["https://b.test/cb", "https://a.test/cb", "https://*.c.test/cb"],
        "allowed_logout_urls": ["https://b.test", "https://a.test/"], "allowed_origins": ["https://b.test"],
        "web_origins": ["https://b.test"], "grant_types": ["refresh_token", "authorization_code"],
        "token_endpoint_auth_method": "none", "jwt_configuration": { "alg": "RS256", "lifetime_in_seconds": 1234 },
        "sso": true, "sso_disabled": false, "client_metadata": { "team": "shop", "a": "b" },
        "logo_uri": "https://b.test/logo.png",
    });
    let made = machine.post("/api/v2/clients", &sent).await.is(201).json();
    for (name, value) in sent.as_object().unwrap() {
        if name == "jwt_configuration" {
            assert_eq!(made[name]["lifetime_in_seconds"], value["lifetime_in_seconds"]);
            continue;
        }
        assert_eq!(&made[name], value, "{name}");
    }
    // Sending all of it again changes nothing but the time.
    let path = format!("/api/v2/clients/{}", made["client_id"].as_str().unwrap());
    let again = machine.patch(&path, &sent).await.is(200).json();
    assert_eq!(again, made);
}

#[tokio::test]
async fn lists_have_pages_totals_fields_and_an_end() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    for number in 0..5 {
        machine.post("/api/v2/clients", &json!({ "name": format!("n{number}") })).await.is(201);
    }
    let all = machine.get("/api/v2/clients?per_page=100").await.is(200).json();
    let count = all.as_array().expect("a bare array").len();
    assert!(count >= 6);
    let page = machine.get("/api/v2/clients?page=1&per_page=2&include_totals=true").await.is(200).json();
    assert_eq!((&page["start"], &page["limit"]), (&json!(2), &json!(2)), "{page}");
    assert_eq!(page["total"].as_u64(), Some(count as u64));
    assert_eq!(page["clients"].as_array().unwrap(), &all.as_array().unwrap()[2..4]);
    // SDKs end on a short or empty page; one past the end is no error.
    assert_eq!(machine.get("/api/v2/clients?page=40&per_page=50").await.is(200).json(), json!([]));
    let some = machine.get("/api/v2/clients?fields=client_id,name&include_fields=true").await.is(200).json();
    assert_eq!(some[0].as_object().unwrap().len(), 2, "{}", some[0]);
    let rest = machine
        .get("/api/v2/clients?fields=client_id,client_secret&include_fields=false")
        .await
        .is(200)
        .json();
    assert!(rest[0].get("client_id").is_none() && rest[0].get("name").is_some());
    let global = machine.get("/api/v2/clients?is_global=true").await.is(200).json();
    assert_eq!(global.as_array().unwrap().len(), 1, "{global}");
    assert_eq!(global[0]["global"], true);
    let others = machine.get("/api/v2/clients?is_global=false&per_page=100").await.is(200).json();
    assert!(others.as_array().unwrap().iter().all(|client| client["global"] == false));
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_the_original_words() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let bodies = [
        json!({}),
        json!({ "name": "" }),
        json!({ "name": 7 }),
        json!({ "name": "a<b" }),
        json!([]),
        json!("x"),
        json!({ "name": "x", "nonsense": 1 }),
        json!({ "name": "x", "app_type": "toaster" }),
        json!({ "name": "x", "client_id": "mine" }),
        json!({ "name": "x", "callbacks": "https://a.test" }),
        json!({ "name": "x", "callbacks": [7] }),
        json!({ "name": "x", "jwt_configuration": { "lifetime_in_seconds": -1 } }),
        json!({ "name": "x", "token_endpoint_auth_method": "psychic" }),
        json!({ "name": "x", "grant_types": ["magic"] }),
        json!({ "name": "x".repeat(10_000) }),
    ];
    for body in bodies {
        let answer = machine.post("/api/v2/clients", &body).await;
        error(answer, 400, "invalid_body");
    }
    for query in
        ["nonsense=1", "page=-1", "per_page=101", "per_page=x", "include_totals=maybe", "page=1&page=2"]
    {
        error(machine.get(&format!("/api/v2/clients?{query}")).await, 400, "invalid_query_string");
    }
    let deep = "[".repeat(100_000);
    let raw = ["{", "{\"name\":\"a\",\"name\":\"b\"}", "\u{0}", "", &deep];
    for body in raw {
        let answer =
            machine.raw("POST", "/api/v2/clients", "application/json", body.as_bytes().to_vec()).await;
        error(answer, 400, "invalid_body");
    }
    let known = machine.get("/api/v2/clients?per_page=100").await.is(200).json();
    assert!(!known.to_string().contains("\"name\":\"b\""), "{known}");
}

/// GHSA-484q-784p-8m5h, CVE-2022-4361: addresses that are programs are not stored.
#[tokio::test]
async fn addresses_that_run_or_read_files_are_refused_at_save_time() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    for field in ["callbacks", "allowed_logout_urls", "allowed_origins", "web_origins"] {
        for address in [
            "javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "https://*.com",
            "https://a.*.test",
            "https://a.test/%2e%2e/x",
            "https://u@a.test/",
            "not a url",
            "https://a.test/#x",
        ] {
            // A hash is read over where only the place counts; an answer could not go to one.
            let expected = if address.contains('#') && field != "callbacks" { 201 } else { 400 };
            let answer = machine.post("/api/v2/clients", &json!({ "name": "x", field: [address] })).await;
            assert_eq!(answer.status, expected, "{field}: {address}: {}", answer.text());
        }
    }
    for (logo, expected) in [
        ("javascript:alert(1)", 400),
        ("data:text/html,x", 400),
        ("http://a.test/x.png", 201),
        ("https://a.test/x.png", 201),
    ] {
        let answer = machine.post("/api/v2/clients", &json!({ "name": "x", "logo_uri": logo })).await;
        assert_eq!(answer.status, expected, "{logo}: {}", answer.text());
    }
}

/// CVE-2026-40166: the secret is for those who hold the right to it; reading it is an event.
#[tokio::test]
async fn a_secret_is_shown_to_who_may_see_it_and_rotates() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let path = format!("/api/v2/clients/{}", party.client_id);
    let plain = house.machine(&["read:clients"]).await;
    for answer in [plain.get(&path).await, plain.get("/api/v2/clients").await] {
        assert!(!answer.is(200).text().contains("\"client_secret\":"));
    }
    assert!(!house.log_types().await.contains(&"fapi".to_owned()));
    plain.get(&format!("{path}?fields=client_secret")).await.is(403);
    assert!(house.log_types().await.contains(&"fapi".to_owned()));
    let keys = house.machine(&["read:client_keys", "update:client_keys"]).await;
    assert_eq!(keys.get(&path).await.is(200).json()["client_secret"], party.secret);
    assert!(house.log_types().await.contains(&"mgmt_api_read".to_owned()));
    let rotated = keys.post(&format!("{path}/rotate-secret"), &json!({})).await.is(200).json();
    let fresh = rotated["client_secret"].as_str().unwrap().to_owned();
    assert_ne!(fresh, party.secret);
    let visitor = Visitor::new(&house);
    let code = party.code(&visitor, EMAIL, PASSWORD).await;
    assert_eq!(party.swap(&code).await.is(401).json()["error"], "invalid_client");
    let party = crate::kit::RelyingParty { secret: fresh, ..party };
    party.swap(&code).await.is(200);
}

/// CVE-2026-15630: the id in the address is the one that counts; another in the body is refused.
#[tokio::test]
async fn an_id_in_the_body_changes_nobody() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let one = house.party(ClientKind::RegularWeb, Via::Post).await;
    let other = house.party(ClientKind::RegularWeb, Via::Post).await;
    let body = json!({ "name": "taken", "client_id": other.client_id });
    error(machine.patch(&format!("/api/v2/clients/{}", one.client_id), &body).await, 400, "invalid_body");
    let read = machine.get(&format!("/api/v2/clients/{}", other.client_id)).await.is(200).json();
    assert_ne!(read["name"], "taken");
}

#[tokio::test]
async fn the_global_client_stays() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let global = machine.get("/api/v2/clients?is_global=true").await.is(200).json();
    let path = format!("/api/v2/clients/{}", global[0]["client_id"].as_str().unwrap());
    assert_eq!(machine.delete(&path).await.status.as_u16(), 400);
    machine.get(&path).await.is(200);
}

/// The ids of those who administer the tenant stand on the client that stands for all of it, and on no other.
#[tokio::test]
async fn the_global_client_names_the_owners_of_the_tenant() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let global = async || machine.get("/api/v2/clients?is_global=true").await.is(200).json()[0].clone();
    assert_eq!(global().await["owners"], json!([]));
    house.admin().await;
    let shown = global().await;
    let owners = shown["owners"].as_array().unwrap();
    assert!(owners.len() == 1 && owners[0].as_str().is_some_and(|id| !id.contains('@')), "{owners:?}");
    let path = format!("/api/v2/clients/{}", shown["client_id"].as_str().unwrap());
    assert_eq!(machine.get(&path).await.is(200).json()["owners"], shown["owners"]);
    let changed = machine.patch(&path, &json!({ "description": "All" })).await.is(200).json();
    assert_eq!(changed["owners"], shown["owners"]);
    machine.patch(&path, &json!({ "owners": [] })).await.is(400);
    let summary = house.machine(&["read:client_summary"]).await.get(&path).await.is(200).json();
    assert_eq!(summary.get("owners"), None);
    let others = machine.get("/api/v2/clients?is_global=false").await.is(200).json();
    assert!(others.as_array().unwrap().iter().all(|client| client.get("owners").is_none()));
}

/// No refusal comes from memory alone: what another process made is known at once.
#[tokio::test]
async fn a_client_that_another_process_made_is_known_at_once() {
    let house = House::new().await;
    let node = house.second_node().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let answer = node.get(&party.authorize(&[])).await;
    assert!(answer.location().contains("/u/login?"), "{}", answer.location());
    let machine = house.machine(&["update:clients"]).await;
    let path = format!("/api/v2/clients/{}", party.client_id);
    machine.patch(&path, &json!({ "callbacks": ["https://new.test/cb"] })).await.is(200);
    let answer = node.get(&party.authorize(&[("redirect_uri", "https://new.test/cb")])).await;
    assert!(answer.location().contains("/u/login?"), "{}", answer.location());
    node.stop().await;
}
