//! What holds for the whole Management API: bodies in two encodings, refusals as events, limits,
//! headers, ids in paths (the original's wire).

use doorward_web::rate::ApiLimit;
use doorward_web::route::{Guard, Route};
use serde_json::{Value, json};

use crate::kit::{Answer, Asked, House};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

fn code(answer: &Answer) -> Value {
    answer.json()["errorCode"].clone()
}

#[tokio::test]
async fn a_write_takes_a_form_as_well() {
    let house = House::new().await;
    let machine = house.machine(&["create:clients", "update:clients", "read:clients"]).await;
    let form = b"name=Shop&callbacks%5B%5D=https%3A%2F%2Fa.test%2Fcb&callbacks[]=https://b.test/cb".to_vec();
    let made = machine.raw("POST", "/api/v2/clients", FORM, form).await.is(201).json();
    assert_eq!(made["name"], "Shop");
    assert_eq!(made["callbacks"], json!(["https://a.test/cb", "https://b.test/cb"]));
    let path = format!("/api/v2/clients/{}", made["client_id"].as_str().unwrap());
    let form = b"client_metadata[team]=shop&description=1".to_vec();
    let changed = machine.raw("PATCH", &path, FORM, form).await.is(200).json();
    assert_eq!(
        (&changed["client_metadata"], &changed["description"]),
        (&json!({ "team": "shop" }), &json!("1"))
    );
    for bad in ["name=a&name=b", "name[=x", "name=%zz", "nonsense=1", "name[a]=b", "callbacks[]="] {
        let answer = machine.raw("POST", "/api/v2/clients", FORM, bad.into()).await.is(400);
        assert_eq!(code(&answer), "invalid_body", "{bad}");
    }
}

/// "Failures included": what no use case saw is an event all the same.
#[tokio::test]
async fn a_request_that_cannot_be_read_is_an_event_and_repeats_are_one() {
    let house = House::new().await;
    let machine = house.machine(&["create:clients", "update:clients", "read:clients"]).await;
    let known = house.logs().await.len();
    for _ in 0..20 {
        machine.raw("POST", "/api/v2/clients", JSON, b"{\"name\":".to_vec()).await.is(400);
    }
    machine.raw("POST", "/api/v2/clients", "text/plain", b"x".to_vec()).await.is(415);
    machine.raw("POST", "/api/v2/clients", JSON, vec![b'['; 300_000]).await.is(413);
    machine.get("/api/v2/clients?nonsense=1").await.is(400);
    machine.patch("/api/v2/clients/a%20b", &json!({ "name": "x" })).await.is(400);
    let events = house.logs().await;
    let said: Vec<(&str, &str)> = events[..events.len() - known]
        .iter()
        .filter(|event| event["type"] == "fapi")
        .map(|event| {
            assert_eq!(event["client_id"], machine.client_id.as_str());
            (
                event["details"]["operation"].as_str().unwrap(),
                event["details"]["error"]["message"].as_str().unwrap(),
            )
        })
        .collect();
    let operations: Vec<&str> = said.iter().map(|(operation, _)| *operation).collect();
    assert_eq!(
        operations,
        ["patch_clients_by_id", "get_clients", "post_clients", "post_clients", "post_clients"],
        "{said:?}"
    );
    assert!(said[4].1.contains("not JSON"), "{said:?}");
}

#[tokio::test]
async fn a_use_case_that_refuses_is_one_event_and_not_two() {
    let house = House::new().await;
    let machine = house.machine(&["update:clients", "create:clients"]).await;
    let count = async || house.log_types().await.iter().filter(|kind| *kind == "fapi").count();
    machine.patch("/api/v2/clients/nobody", &json!({ "name": "x" })).await.is(404);
    assert_eq!(count().await, 1);
    machine.post("/api/v2/clients", &json!({ "name": 7 })).await.is(400);
    assert_eq!(count().await, 2);
}

#[tokio::test]
async fn a_body_that_is_too_large_or_of_another_kind_says_so() {
    let house = House::new().await;
    let machine = house.machine(&["create:clients"]).await;
    let long = json!({ "name": "x", "description": "y".repeat(100_000) }).to_string().into_bytes();
    let answer = machine.raw("POST", "/api/v2/clients", JSON, long).await.is(400);
    assert_eq!(code(&answer), "invalid_body", "it is read, and its field is too long");
    let answer = machine.raw("POST", "/api/v2/clients", JSON, vec![b' '; 257 * 1024]).await.is(413);
    assert_eq!(answer.json()["error"], "Payload Too Large");
    let answer = machine.raw("POST", "/api/v2/clients", "text/xml", b"<a/>".to_vec()).await.is(415);
    assert!(answer.json()["message"].as_str().unwrap().contains(FORM));
    // Strangers are refused before a byte of it is looked at.
    let asked =
        Asked::new("POST", "/api/v2/clients").header("content-type", JSON).body(vec![b' '; 257 * 1024]);
    house.send(asked).await.is(401);
}

/// The headers that SDKs and the original's dashboards read, on every answer of this front.
#[tokio::test]
async fn every_answer_says_where_the_limit_stands() {
    let house = House::new().await;
    let machine = house.machine(&["read:clients"]).await;
    let answers = [
        machine.get("/api/v2/clients").await.is(200),
        machine.get("/api/v2/clients/nobody").await.is(404),
        machine.get("/api/v2/logs").await.is(403),
        house.get("/api/v2/clients").await.is(401),
        house.get("/api/v2/nowhere").await.is(404),
        house.send(Asked::new("PUT", "/api/v2/clients")).await.is(405),
    ];
    for answer in answers {
        assert_eq!(answer.header("x-ratelimit-limit"), Some("100"));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some("100"), "the limit is off");
        assert_eq!(answer.header("x-ratelimit-reset"), Some(&*house.now().to_string()));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("x-ratelimit-remaining") && exposed.contains("retry-after"), "{exposed}");
    }
    assert_eq!(house.get("/.well-known/jwks.json").await.header("x-ratelimit-limit"), None);
}

#[tokio::test]
async fn a_tenant_beyond_its_limit_waits_and_strangers_take_nothing_from_it() {
    let house = House::limited(ApiLimit { is_on: true, per_second: 1, burst: 3 }).await;
    let other = house.second_tenant("other.test").await;
    let machine = house.machine(&["read:clients", "read:logs"]).await;
    for _ in 0..10 {
        house.get("/api/v2/clients").await.is(401);
    }
    for left in ["2", "1", "0"] {
        let answer = machine.get("/api/v2/clients").await.is(200);
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(left));
    }
    for _ in 0..5 {
        let answer = machine.get("/api/v2/clients").await.is(429);
        assert_eq!(code(&answer), "too_many_requests");
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
        assert_eq!(answer.header("x-ratelimit-reset"), Some(&*(house.now() + 1).to_string()));
    }
    other.machine(&["read:clients"]).await.get("/api/v2/clients").await.is(200);
    house.advance(2);
    machine.get("/api/v2/clients").await.is(200);
    let logs = machine.get("/api/v2/logs").await.is(200).json();
    let noted = logs.as_array().unwrap().iter().filter(|event| event["type"] == "api_limit").count();
    assert_eq!(noted, 1, "one event a minute");
}

fn rows() -> Vec<Route> {
    doorward_management::routes::routes()
}

#[tokio::test]
async fn every_address_answers_a_preflight() {
    let house = House::new().await;
    for row in rows().iter().filter(|row| row.guard != Guard::Public) {
        let path = row.path.replace(['{', '}'], "");
        let asked = Asked::new("OPTIONS", &path)
            .header("origin", "https://app.test")
            .header("access-control-request-method", row.method.as_str())
            .header("access-control-request-headers", "authorization");
        let answer = house.send(asked).await.is(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.test"), "{path}");
        let methods = answer.header("access-control-allow-methods").unwrap();
        assert!(methods.split(", ").any(|method| method == row.method.as_str()), "{path}: {methods}");
        assert!(answer.header("access-control-allow-headers").unwrap().contains("authorization"));
        assert!(answer.header("access-control-allow-credentials").is_none(), "{path}");
    }
}

/// Ids are decoded once, after routing: a slash in one does not make a path, and what is encoded
/// twice is still encoded.
#[tokio::test]
async fn an_id_is_decoded_once_and_after_routing() {
    let house = House::new().await;
    let machine = house.machine(&["read:clients", "create:clients"]).await;
    let made = machine.post("/api/v2/clients", &json!({ "name": "x" })).await.is(201).json();
    let id = made["client_id"].as_str().unwrap();
    let encoded: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
    machine.get(&format!("/api/v2/clients/{encoded}")).await.is(200);
    let twice = encoded.replace('%', "%25");
    let answer = machine.get(&format!("/api/v2/clients/{}", &twice[..100])).await.is(404);
    assert_eq!(code(&answer), "inexistent_client");
    let answer = machine.get("/api/v2/clients/https%3A%2F%2Fa.test%2Frotate-secret").await.is(404);
    assert_eq!(code(&answer), "inexistent_client", "one segment, whatever is in it");
    for bad in ["a%20b", "%00", "%ff", "%E2%82%AC"] {
        let answer = machine.get(&format!("/api/v2/clients/{bad}")).await.is(400);
        assert_eq!(code(&answer), "invalid_uri", "{bad}");
    }
}
