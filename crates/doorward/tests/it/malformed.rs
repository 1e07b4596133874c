//! Every row of the Management API, asked in every way that is wrong: each answer is a refusal in the
//! shape of this API, and never a 5xx.

use doorward_management::openapi;
use doorward_model::scope::ApiScope;
use doorward_web::route::{Guard, Route};
use serde_json::Value;

use crate::kit::{Answer, Asked, House, Machine};

const JSON: &str = "application/json";

fn rows() -> impl Iterator<Item = Route> {
    doorward_management::routes::routes().into_iter().filter(|row| matches!(row.guard, Guard::AnyOf(_)))
}

async fn almighty(house: &House) -> Machine<'_> {
    let everything: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    house.machine(&everything).await
}

fn filled(path: &str, id: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { id } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// Holds a refusal against the shape that all of them have.
fn is_refusal(answer: &Answer, what: &str) {
    let status = answer.status.as_u16();
    assert!((400..500).contains(&status), "{what}: {status} {}", answer.text());
    let body = answer.json();
    assert_eq!(body["statusCode"], status, "{what}");
    assert!(
        body["error"].is_string() && body["message"].as_str().is_some_and(|text| !text.is_empty()),
        "{what}"
    );
    let known = ["statusCode", "error", "message", "errorCode", "attributes"];
    assert!(body.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{what}: {body}");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"), "{what}");
}

/// The operations that read a body.
fn with_a_body() -> Vec<Route> {
    let document = openapi::document();
    let reads_one = |row: &Route| {
        let path = row.path.trim_start_matches("/api/v2");
        let operation = &document["paths"][path][row.method.as_str().to_lowercase()];
        assert_eq!(operation["operationId"], row.operation);
        operation["requestBody"] != Value::Null
    };
    rows().filter(reads_one).collect()
}

#[tokio::test]
async fn a_body_that_is_wrong_as_a_whole_is_refused_by_every_write() {
    let house = House::new().await;
    let machine = almighty(&house).await;
    // A scope of a person's own is looked at before the body, and a program has none.
    let ada = house.person(&["create:current_user_device_credentials"]).await;
    let rows = with_a_body();
    assert!(rows.len() > 20, "{}", rows.len());
    let deep = format!("{{\"name\":{}", "[".repeat(100_000));
    let bodies: &[(&str, &[u8], u16)] = &[
        ("text/plain", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/merge-patch+json", b"{}", 415),
        (JSON, &[b' '; 257 * 1024], 413),
        (JSON, br#"{"name":"a","name":"b"}"#, 400),
        (JSON, br#"{"name":"a","n\u0061me":"b"}"#, 400),
        (JSON, br#"[{"client_id":"a","client_id":"b","status":true}]"#, 400),
        (JSON, b"", 400),
        (JSON, b"{\"name\":", 400),
        (JSON, b"{\"name\":\"a\0b\"}", 400),
        (JSON, b"\0", 400),
        (JSON, b"{\"name\":\"\xff\xfe\"}", 400),
        (JSON, b"{\"name\":\"\\ud800\"}", 400),
        (JSON, b"\xef\xbb\xbf{}", 400),
        (JSON, b"{\"name\":1e999999}", 400),
        (JSON, b"{} {}", 400),
        (JSON, b"null", 400),
        (JSON, b"\"name\"", 400),
        (JSON, deep.as_bytes(), 400),
        ("application/x-www-form-urlencoded", b"name=%ff%zz", 400),
        ("application/x-www-form-urlencoded", b"nonsense[[=1", 400),
    ];
    for row in rows {
        for (kind, body, expected) in bodies {
            let path = filled(row.path, "nobody");
            let is_personal = row.operation == "post_device_credentials";
            let caller = if is_personal { &ada.caller } else { &machine };
            let answer = caller.raw(row.method.as_str(), &path, kind, body.to_vec()).await;
            let what = format!("{} {kind} {:.40}", row.operation, String::from_utf8_lossy(body));
            is_refusal(&answer, &what);
            assert_eq!(answer.status, *expected, "{what}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn an_id_that_is_none_never_makes_another_address_and_never_a_mistake() {
    let house = House::new().await;
    let machine = almighty(&house).await;
    for row in rows().filter(|row| row.path.contains('{')) {
        for id in [
            "%2F",
            "..%2F..%2Fusers",
            "%2e%2e",
            "a%2Fsecrets",
            "%252F",
            "%00",
            "%0d%0aset-cookie:%20a=b",
            "%ff",
            "%C3%A9",
            "%20",
            &"x".repeat(3000),
            "'%20OR%201=1--",
            "%7B%7B7*7%7D%7D",
            "nobody;x=1",
            "nobody%3Fpage=1",
        ] {
            let answer = machine.send(Asked::new(row.method.as_str(), &filled(row.path, id))).await;
            let what = format!("{} {id:.40}", row.operation);
            // What deletes and ends says the same of what is not there.
            let shows_nothing = matches!(answer.text().as_str(), "" | "{}" | "[]");
            if !(answer.status.is_success() && shows_nothing) {
                is_refusal(&answer, &what);
            }
            assert!(answer.header("set-cookie").is_none(), "{what}");
        }
    }
    assert_eq!(machine.get("/api/v2/users").await.is(200).json().as_array().unwrap().len(), 1);
    machine.get(&format!("/api/v2/clients/{}", machine.client_id)).await.is(200);
}

#[tokio::test]
async fn a_query_that_is_wrong_is_refused_by_every_row() {
    let house = House::new().await;
    let machine = almighty(&house).await;
    let long = format!("fields={}", "x".repeat(9000));
    for row in rows() {
        for query in [
            "page=99999999999999999999",
            "page=-1",
            "page=1.5",
            "page=0x10",
            "page=%00",
            "per_page=101",
            "per_page=1e9",
            "take=0x1",
            "take=99999999999",
            "include_totals=maybe",
            "include_fields=1",
            "page=1&page=2",
            "page[]=1",
            "page%00=1",
            "__proto__=1",
            "access_token=x",
            "fields=%ff",
            "nonsense",
            &long,
        ] {
            let path = format!("{}?{query}", filled(row.path, "nobody"));
            let answer = machine.send(Asked::new(row.method.as_str(), &path)).await;
            is_refusal(&answer, &format!("{} {query:.40}", row.operation));
            assert_eq!(answer.status, 400, "{} {query:.40}: {}", row.operation, answer.text());
        }
    }
}

#[tokio::test]
async fn a_method_that_an_address_does_not_have_is_405_and_says_which_it_has() {
    let house = House::new().await;
    let machine = almighty(&house).await;
    let all = doorward_management::routes::routes();
    for path in rows().map(|row| row.path) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"] {
            if all.iter().any(|row| row.path == path && row.method.as_str() == method) {
                continue;
            }
            let answer = machine.send(Asked::new(method, &filled(path, "nobody"))).await;
            is_refusal(&answer, &format!("{method} {path}"));
            assert_eq!(answer.status, 405, "{method} {path}");
            let is_served = |row: &&Route| row.path == path && row.guard != Guard::AnyToken;
            let mut served: Vec<&str> = all.iter().filter(is_served).map(|row| row.method.as_str()).collect();
            if served.contains(&"GET") {
                served.push("HEAD");
            }
            served.sort_unstable();
            let allow = answer.header("allow").unwrap();
            let mut named: Vec<&str> = allow.split(',').filter(|name| !name.is_empty()).collect();
            named.sort_unstable();
            assert_eq!(named, served, "{method} {path}: what is refused to everybody is not allowed");
        }
    }
}

/// CVE-2026-91998, CVE-2026-123797: no other way to bring a token opens anything.
#[tokio::test]
async fn a_token_counts_in_one_header_once_and_nowhere_else() {
    let house = House::new().await;
    let machine = almighty(&house).await;
    let bearer = format!("Bearer {}", machine.token);
    for row in rows() {
        let path = filled(row.path, "nobody");
        let asked = || Asked::new(row.method.as_str(), &path);
        for asked in [
            Asked::new(row.method.as_str(), &format!("{path}?access_token={}", machine.token)),
            asked().header("cookie", &format!("access_token={}", machine.token)),
            asked().header("x-access-token", &machine.token),
            asked().header("authorization", &format!("{bearer}, {bearer}")),
            asked().header("authorization", &format!("Bearer {}x", machine.token)),
        ] {
            let answer = house.send(asked).await;
            assert_eq!(answer.status, 401, "{}: {}", row.operation, answer.text());
            is_refusal(&answer, row.operation);
        }
    }
}
