//! What each service gets, when it is as strict as in earnest.

use axum::body::Bytes;
use doorward_engine::streams;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

use super::*;
use crate::kit::receiver::Said;
use crate::kit::services;

/// A stream to that service with that proof.
fn body(kind: &str, receiver: &Receiver, proof: &str) -> Value {
    let sink = match kind {
        "splunk" => json!({
            "splunkDomain": "127.0.0.1", "splunkPort": receiver.port(), "splunkSecure": false,
            "splunkToken": proof, "splunkIndex": services::SPLUNK_INDEX,
        }),
        "sumo" => json!({ "sumoSourceAddress": format!("{}{proof}", receiver.origin) }),
        "loggly" => json!({ "logglyToken": proof, "logglyTag": "prod", "logglyEndpoint": receiver.origin }),
        _ => json!({
            "httpEndpoint": format!("{}{}", receiver.origin, services::HTTP_PATH), "httpAuthorization": proof,
        }),
    };
    json!({ "name": "S", "type": kind, "sink": sink })
}

/// A house on that engine with a stream of that body; gives what its receiver got once it has all of some events.
async fn delivered(engine: Engine, receiver: &Receiver, body: Value) -> (House, Vec<Got>) {
    let house = House::on(engine).await;
    house.searches(receiver);
    let id = made(&house, body).await;
    happen(&house, 0, 30).await;
    house.app.deliver_streams();
    complete(&house, &id, receiver, 30).await;
    house.stop().await;
    let got = receiver.got();
    assert!(got.iter().all(|got| got.status == 200), "something was refused first");
    (house, got)
}

#[tokio::test]
async fn http_gets_every_event_once_and_in_order_in_each_format() {
    for engine in Engine::all() {
        for (format, gets_many) in [("JSONLINES", true), ("JSONARRAY", true), ("JSONOBJECT", false)] {
            let receiver = Receiver::new().await;
            receiver.answers(services::http(format));
            let mut body = body("http", &receiver, services::HTTP_AUTHORIZATION);
            body["sink"]["httpContentFormat"] = json!(format);
            body["sink"]["httpCustomHeaders"] = json!([{ "header": "X-One", "value": "1" }]);
            let (_, got) = delivered(engine, &receiver, body).await;
            assert_eq!(got.iter().all(|got| got.ids().len() == 1), !gets_many);
            assert_eq!(got[0].header("x-one"), "1");
            assert!(got[0].header("user-agent").starts_with("Doorward/"));
        }
    }
}

#[tokio::test]
async fn splunk_gets_objects_with_their_time_and_its_token() {
    for engine in Engine::all() {
        let receiver = Receiver::new().await;
        receiver.answers(services::splunk);
        let body = body("splunk", &receiver, services::SPLUNK_TOKEN);
        let (house, got) = delivered(engine, &receiver, body).await;
        let event = &got[0].objects()[0];
        assert_eq!((&event["index"], &event["host"]), (&json!("main"), &json!("id.test")));
        assert_eq!(event["time"].as_str().unwrap().split('.').next(), Some(house.now().to_string().as_str()));
    }
}

#[tokio::test]
async fn sumo_and_loggly_get_lines_at_addresses_that_are_secrets() {
    for engine in Engine::all() {
        let receiver = Receiver::new().await;
        receiver.answers(services::sumo);
        delivered(engine, &receiver, body("sumo", &receiver, services::SUMO_PATH)).await;

        let receiver = Receiver::new().await;
        receiver.answers(services::loggly);
        let body = body("loggly", &receiver, services::LOGGLY_TOKEN);
        let (_, got) = delivered(engine, &receiver, body).await;
        assert!(got[0].path.ends_with("/tag/prod/") && got[0].header("x-loggly-tag") == "prod", "{got:?}");
    }
}

/// What a service says to a wrong proof is what the admin sees.
#[tokio::test]
async fn a_wrong_proof_is_refused_in_the_words_of_the_service() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    house.searches(&receiver);
    receiver.answers(services::any);
    let (app, caller) = house.app_and_caller();
    for (kind, proof, status, said) in [
        ("splunk", "another", 403, r#"{"text":"Invalid token","code":4}"#),
        ("splunk", services::SPLUNK_TOKEN, 200, r#"{"text":"Success","code":0}"#),
        ("loggly", "another", 403, r#"{"response":"Forbidden"}"#),
        ("loggly", services::LOGGLY_TOKEN, 200, r#"{"response":"ok"}"#),
        ("sumo", "/receiver/v1/http/another", 401, ""),
        ("sumo", services::SUMO_PATH, 200, ""),
        ("http", "Bearer another", 401, "who are you"),
        ("http", services::HTTP_AUTHORIZATION, 200, "thanks"),
    ] {
        let body = object(body(kind, &receiver, proof));
        let tried = streams::try_out(app, &caller, None, &body).await.unwrap();
        assert_eq!((tried.status, tried.said.as_str()), (Some(status), said), "{kind}");
        assert_eq!(tried.is_taken, status == 200, "{kind}");
    }
    house.stop().await;
}

/// The receivers themselves: each refuses the shape that another one wants.
#[test]
fn a_wrong_shape_is_refused() {
    let record = json!({ "log_id": "1", "data": { "log_id": "1", "date": "2026-11-29", "type": "s" } });
    let envelope = json!({ "time": "1795000000.007", "source": "doorward", "event": record });
    let (line, list) = (format!("{record}\n"), json!([record, record]).to_string());
    let with = |name: &str, value: Value| {
        let mut envelope = envelope.clone();
        envelope[name] = value;
        envelope.to_string()
    };
    let loggly = format!("/bulk/{}/tag/prod/", services::LOGGLY_TOKEN);
    let splunk = "/services/collector/event";
    let cases = [
        (splunk, envelope.to_string().repeat(2), 200),
        (splunk, String::new(), 400),
        (splunk, line.clone(), 400),
        (splunk, format!("[{envelope}]"), 400),
        (splunk, with("time", json!("2026-11-29T00:00:00Z")), 400),
        (splunk, with("event", json!("Logged in")), 400),
        (splunk, with("severity", json!("info")), 400),
        (splunk, with("index", json!("another")), 400),
        (&loggly, line.repeat(2), 200),
        (&loggly, list.clone(), 400),
        (&loggly, record.to_string(), 400),
        (&loggly, format!("{envelope}\n"), 400),
        (services::SUMO_PATH, line.repeat(2), 200),
        (services::SUMO_PATH, list.clone(), 400),
        (services::SUMO_PATH, format!("{line}\n"), 400),
        (services::SUMO_PATH, line.repeat(20_000), 400),
        (services::HTTP_PATH, line.clone(), 200),
        (services::HTTP_PATH, list.clone(), 400),
    ];
    for (path, body, status) in cases {
        let (said, _) = said(services::any, path, &body);
        assert_eq!(said, status, "{path}: {}", &body[..body.len().min(200)]);
    }
    assert_eq!(said(services::http("JSONARRAY"), services::HTTP_PATH, &list).0, 200);
    assert_eq!(said(services::http("JSONARRAY"), services::HTTP_PATH, &line).0, 400);
    assert_eq!(said(services::http("JSONOBJECT"), services::HTTP_PATH, &line.repeat(2)).0, 400);
    assert_eq!(said(services::splunk, splunk, &line).1, r#"{"text":"Invalid data format","code":6}"#);
}

/// What a service says to a body that comes with the right proof.
fn said(manner: impl Fn(&Got) -> Said, path: &str, body: &str) -> (u16, &'static str) {
    let proof = match path.split('/').nth(1) {
        Some("services") => format!("Splunk {}", services::SPLUNK_TOKEN),
        _ => services::HTTP_AUTHORIZATION.to_owned(),
    };
    let headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (AUTHORIZATION, HeaderValue::from_str(&proof).unwrap()),
    ]);
    let body = Bytes::from(body.to_owned());
    let got = Got { method: Method::POST, path: path.to_owned(), headers, body, status: 0 };
    let Said::Status(status, text) = manner(&got) else { panic!("a service answers at once") };
    (status, text)
}
