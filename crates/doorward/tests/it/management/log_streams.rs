//! `/api/v2/log-streams`.

use doorward_engine::fault::Fault;
use doorward_engine::streams;
use doorward_model::ids::StreamId;
use serde_json::{Value, json};

use super::error;
use crate::kit::receiver::Receiver;
use crate::kit::{Engine, House, Machine};

const ALL: &[&str] =
    &["read:log_streams", "create:log_streams", "update:log_streams", "delete:log_streams", "read:logs"];
const PATH: &str = "/api/v2/log-streams";

fn http() -> Value {
    json!({
        "name": "Mine", "type": "http",
        "sink": { "httpEndpoint": "https://in.test/events", "httpAuthorization": "Bearer secret" },
    })
}

async fn made(machine: &Machine<'_>, body: &Value) -> (String, Value) {
    let made = machine.post(PATH, body).await.is(200).json();
    (format!("{PATH}/{}", made["id"].as_str().unwrap()), made)
}

#[tokio::test]
async fn a_stream_is_made_read_changed_and_deleted_with_the_originals_statuses() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let (path, stream) = made(&machine, &http()).await;
    let id = stream["id"].as_str().unwrap();
    assert!(id.strip_prefix("lst_").is_some_and(|digits| digits.len() == 16), "{id}");
    let expected = json!({
        "id": id, "name": "Mine", "type": "http", "status": "active",
        "sink": {
            "httpEndpoint": "https://in.test/events", "httpContentType": "application/json",
            "httpContentFormat": "JSONLINES", "httpAuthorization": "", "httpCustomHeaders": [], "httpGzip": false,
        },
        "filters": [], "isPriority": false,
    });
    assert_eq!(stream, expected);
    assert_eq!(machine.get(&path).await.is(200).json(), expected);
    assert_eq!(machine.get(PATH).await.is(200).json(), json!([expected]));
    let change = json!({
        "name": "Other", "status": "paused", "isPriority": true,
        "filters": [{ "type": "category", "name": "auth.login.fail" }],
        "pii_config": { "log_fields": ["email"], "method": "hash", "algorithm": "xxhash" }, "batchSize": 20,
    });
    let changed = machine.patch(&path, &change).await.is(200).json();
    for (name, value) in change.as_object().unwrap() {
        assert_eq!(changed[name], *value, "{name}");
    }
    machine.delete(&path).await.is(204);
    machine.delete(&path).await.is(204);
    error(machine.get(&path).await, 404, "inexistent_log_stream");
    error(machine.patch(&path, &change).await, 404, "inexistent_log_stream");
    let deeds: Vec<Value> = house.logs().await.iter().map(|event| event["description"].clone()).collect();
    for deed in ["Create a log stream", "Update a log stream", "Delete a log stream"] {
        assert!(deeds.contains(&json!(deed)), "{deed} is not in the log");
    }
}

#[tokio::test]
async fn what_is_sent_back_as_it_was_read_changes_nothing_and_writes_nothing() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    for body in [
        http(),
        json!({ "name": "S", "type": "splunk", "sink": { "splunkDomain": "s.test", "splunkToken": "t" } }),
        json!({ "name": "M", "type": "sumo", "sink": { "sumoSourceAddress": "https://c.test/r/secret" } }),
        json!({ "name": "L", "type": "loggly", "sink": { "logglyToken": "tok" } }),
        json!({ "name": "F", "type": "file", "sink": { "fileName": "a.jsonl" } }),
    ] {
        let (path, mut stream) = made(&machine, &body).await;
        let events = house.logs().await.len();
        let id = stream.as_object_mut().unwrap().shift_remove("id").unwrap();
        let mut again = machine.patch(&path, &stream).await.is(200).json();
        assert_eq!(again.as_object_mut().unwrap().shift_remove("id"), Some(id));
        assert_eq!(again, stream);
        // What was logged in between are the tokens of the machine that asks for the log.
        let writes = house.logs().await;
        let writes = writes.iter().filter(|event| event["description"] == "Update a log stream").count();
        assert_eq!(writes, 0, "{events}");
    }
}

/// Whoever may change streams reads no saved secret at a receiver of their own, neither by a change nor by a
/// test event.
#[tokio::test]
async fn a_saved_secret_is_sent_to_no_other_host() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let machine = house.machine(ALL).await;
    let (path, stream) = made(&machine, &http()).await;
    let elsewhere = json!({ "sink": { "httpEndpoint": receiver.origin } });
    let refused = error(machine.patch(&path, &elsewhere).await, 400, "invalid_body");
    assert!(refused["message"].as_str().unwrap().contains("sink.httpAuthorization"), "{refused}");
    let (app, caller) = house.app_and_caller();
    let id = StreamId::parse(stream["id"].as_str().unwrap()).unwrap();
    let tried = streams::try_out(app, &caller, Some(&id), elsewhere.as_object().unwrap()).await;
    assert!(matches!(tried, Err(Fault::Invalid(_))), "{tried:?}");
    assert!(receiver.got().is_empty());
    let given = json!({ "sink": { "httpEndpoint": receiver.origin, "httpAuthorization": "Bearer new" } });
    machine.patch(&path, &given).await.is(200);
    assert!(streams::try_out(app, &caller, Some(&id), &serde_json::Map::new()).await.unwrap().is_taken);
    assert_eq!(receiver.got()[0].header("authorization"), "Bearer new");
}

#[tokio::test]
async fn what_is_no_stream_is_refused_in_words() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    for (word, said) in
        [("datadog", "not offered here"), ("eventbridge", "not offered here"), ("x", "one of")]
    {
        let refused = machine.post(PATH, &json!({ "name": "x", "type": word, "sink": {} })).await;
        let refused = error(refused, 400, "invalid_body");
        assert!(refused["message"].as_str().unwrap().contains(said), "{refused}");
    }
    let mut sinks = vec![
        json!({}),
        json!({ "httpEndpoint": "http://in.test:8080@10.0.0.1/" }),
        json!({ "httpEndpoint": "http://8.8.8.8/" }),
        json!({ "httpEndpoint": "https://10.0.0.1/" }),
        json!({ "httpEndpoint": "https://169.254.169.254/latest/meta-data" }),
        json!({ "httpEndpoint": "https://[::1]/" }),
        json!({ "httpEndpoint": "https://0xa000001/" }),
        json!({ "httpEndpoint": "https://in.test/", "splunkToken": "t" }),
    ];
    for sink in sinks.drain(..) {
        let body = json!({ "name": "x", "type": "http", "sink": sink });
        error(machine.post(PATH, &body).await, 400, "invalid_body");
    }
    let mut suspended = http();
    suspended["status"] = json!("suspended");
    error(machine.post(PATH, &suspended).await, 400, "invalid_body");
    let (path, _) = made(&machine, &http()).await;
    for body in [
        json!({ "status": "suspended" }),
        json!({ "startFrom": "2026-01-01T00:00:00.000Z" }),
        json!({ "type": "sumo" }),
        json!({ "id": "lst_1" }),
        json!({ "filters": [{ "type": "category", "name": "auth" }] }),
        json!({ "sink": { "httpEndpoint": "https://10.0.0.1/" } }),
    ] {
        error(machine.patch(&path, &body).await, 400, "invalid_body");
    }
    let file = json!({ "name": "x", "type": "file", "sink": { "fileName": "a.jsonl" } });
    made(&machine, &file).await;
    error(machine.post(PATH, &file).await, 400, "invalid_body");
}

#[tokio::test]
async fn a_tenant_has_a_bounded_number_of_streams() {
    // PostgreSQL does not count what another transaction adds at this very moment.
    let house = House::on(Engine::Sqlite).await;
    let machine = house.machine(ALL).await;
    for _ in 0..19 {
        made(&machine, &http()).await;
    }
    // Two at once for the last place.
    let body = http();
    let both = tokio::join!(machine.post(PATH, &body), machine.post(PATH, &body));
    let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    error(machine.post(PATH, &http()).await, 400, "invalid_body");
}
