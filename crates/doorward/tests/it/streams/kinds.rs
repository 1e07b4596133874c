//! What each kind of receiver gets.

use doorward_engine::fault::Fault;
use doorward_engine::streams::{self, Replay};
use serde_json::{Value, json};

use super::*;
use crate::kit::EMAIL;
use crate::kit::receiver::Got;

/// Whether all events of the log came, in order and once, the one of the stream's own making included or not.
async fn complete(house: &House, id: &StreamId, receiver: &Receiver, count: usize) {
    let wanted = logged(house, id).await;
    assert!(wanted.len() >= count, "{wanted:?}");
    receiver
        .until(|got| {
            got.iter().filter(|got| got.status == 200).map(|got| got.ids().len()).sum::<usize>()
                > wanted.len()
        })
        .await;
    let taken = receiver.taken();
    assert_eq!(taken[1..], wanted, "the first is that of the stream's making");
}

#[tokio::test]
async fn http_gets_every_event_once_and_in_order_in_each_format() {
    for (format, gets_many) in [("JSONLINES", true), ("JSONARRAY", true), ("JSONOBJECT", false)] {
        let (house, receiver) = (alone().await, Receiver::new().await);
        let changes = json!({
            "httpContentFormat": format, "httpAuthorization": "Key k", "httpCustomHeaders": [{ "header": "X-One", "value": "1" }],
        });
        let id = stream_to(&house, &receiver, changes).await;
        happen(&house, 0, 30).await;
        house.app.deliver_streams();
        complete(&house, &id, &receiver, 30).await;
        let got = receiver.got();
        assert_eq!(got.iter().all(|got| got.ids().len() == 1), !gets_many);
        let first = &got[0];
        assert_eq!(
            (first.path.as_str(), first.header("authorization"), first.header("x-one")),
            ("/in", "Key k", "1")
        );
        assert_eq!(first.header("content-type"), "application/json");
        assert!(first.header("user-agent").starts_with("Doorward/"));
        house.stop().await;
    }
}

#[tokio::test]
async fn splunk_gets_objects_with_their_time_and_its_token() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    let sink = json!({
        "splunkDomain": "127.0.0.1", "splunkPort": receiver.port(), "splunkToken": "tok", "splunkSecure": false,
        "splunkIndex": "main",
    });
    let id = made(&house, json!({ "name": "S", "type": "splunk", "sink": sink })).await;
    house.app.deliver_streams();
    happen(&house, 0, 5).await;
    complete(&house, &id, &receiver, 5).await;
    let got = &receiver.got()[0];
    assert_eq!((got.path.as_str(), got.header("authorization")), ("/services/collector/event", "Splunk tok"));
    let event = &got.objects()[0];
    assert_eq!((&event["index"], &event["host"]), (&json!("main"), &json!("id.test")));
    assert_eq!(event["time"].as_str().unwrap().split('.').next(), Some(house.now().to_string().as_str()));
    house.stop().await;
}

#[tokio::test]
async fn sumo_and_loggly_get_lines_at_addresses_that_are_secrets() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    let sumo = json!({ "sumoSourceAddress": format!("{}/receiver/v1/http/secret==", receiver.origin) });
    let id = made(&house, json!({ "name": "S", "type": "sumo", "sink": sumo })).await;
    house.app.deliver_streams();
    happen(&house, 0, 3).await;
    complete(&house, &id, &receiver, 3).await;
    assert_eq!(receiver.got()[0].path, "/receiver/v1/http/secret==");
    house.stop().await;

    let (house, receiver) = (alone().await, Receiver::new().await);
    let loggly = json!({ "logglyToken": "tok", "logglyTag": "prod", "logglyEndpoint": receiver.origin });
    let id = made(&house, json!({ "name": "L", "type": "loggly", "sink": loggly })).await;
    house.app.deliver_streams();
    happen(&house, 0, 3).await;
    complete(&house, &id, &receiver, 3).await;
    let got = &receiver.got()[0];
    assert_eq!((got.path.as_str(), got.header("x-loggly-tag")), ("/bulk/tok/tag/prod/", "prod"));
    house.stop().await;
}

#[tokio::test]
async fn a_file_gets_a_line_per_event_and_is_mended_after_a_crash() {
    let house = alone().await;
    let id = made(&house, json!({ "name": "F", "type": "file", "sink": { "fileName": "a.jsonl" } })).await;
    happen(&house, 0, 5).await;
    let path = house.stream_file("a.jsonl");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "{\"log_id\":\"torn").unwrap();
    house.app.deliver_streams();
    until(&house, &id, |health| health.state.waiting == 0).await;
    let text = std::fs::read_to_string(&path).unwrap();
    let ids: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["log_id"].clone()).collect();
    assert_eq!(ids[1..], logged(&house, &id).await);
    house.stop().await;
}

#[tokio::test]
async fn no_request_holds_more_events_than_the_stream_says() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    let sink = json!({ "httpEndpoint": receiver.origin });
    let id = made(&house, json!({ "name": "M", "type": "http", "sink": sink, "batchSize": 3 })).await;
    happen(&house, 0, 10).await;
    house.app.deliver_streams();
    complete(&house, &id, &receiver, 10).await;
    let sizes: Vec<usize> = receiver.got().iter().map(|got| got.ids().len()).collect();
    assert!(sizes.iter().all(|size| *size <= 3) && sizes.contains(&3), "{sizes:?}");
    house.stop().await;
}

#[tokio::test]
async fn a_test_event_of_a_form_writes_into_no_other_streams_file() {
    let house = alone().await;
    let (app, caller) = house.app_and_caller();
    let body = |name: &str| json!({ "name": "F", "type": "file", "sink": { "fileName": name } });
    let id = made(&house, body("a.jsonl")).await;
    let refused = streams::try_out(app, &caller, None, &object(body("a.jsonl"))).await;
    assert!(matches!(refused, Err(Fault::Invalid(_))), "{refused:?}");
    assert!(!house.stream_file("a.jsonl").exists());
    // Its own it may.
    let tried = streams::try_out(app, &caller, Some(&id), &object(body("a.jsonl"))).await.unwrap();
    assert!(tried.is_taken, "{}", tried.said);
    house.stop().await;
}

#[tokio::test]
async fn the_signature_of_a_request_is_checked_by_other_code() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    stream_to(&house, &receiver, json!({ "httpSigningKey": "a key that both know" })).await;
    house.app.deliver_streams();
    receiver.until(|got| !got.is_empty()).await;
    let got = receiver.got().remove(0);
    let (time, tag) = got.header("doorward-signature").split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    assert_eq!(time, house.now().to_string());
    let signed = [time.as_bytes(), b".", &got.body].concat();
    assert_eq!(openssl_hmac("a key that both know", &signed), tag);
    house.stop().await;
}

/// HMAC-SHA256 by the program that receivers have at hand.
fn openssl_hmac(key: &str, text: &[u8]) -> String {
    use std::io::Write as _;
    let mut child = std::process::Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", key])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    said.trim().rsplit_once(' ').unwrap().1.to_owned()
}

#[tokio::test]
async fn only_the_chosen_events_leave_and_people_in_them_are_covered() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    let id = stream_to(&house, &receiver, json!({})).await;
    let body = json!({
        "filters": [{ "type": "category", "name": "management.success" }],
        "pii_config": { "log_fields": ["email", "username"], "method": "mask" },
    });
    patch(&house, &id, body).await;
    house.app.deliver_streams();
    happen(&house, 0, 3).await;
    house.machine(&["read:logs"]).await;
    happen(&house, 3, 1).await;
    let is_whole = |got: &[Got]| got.iter().map(|got| got.ids().len()).sum::<usize>() >= 7;
    receiver.until(is_whole).await;
    until(&house, &id, |health| health.state.waiting == 0).await;
    for got in receiver.got() {
        for object in got.objects() {
            assert_eq!(object["data"]["type"], "sapi", "{object}");
            assert!(!object.to_string().contains("@example.com"), "{object}");
        }
    }
    house.stop().await;
}

#[tokio::test]
async fn an_event_that_is_counted_further_comes_again_with_the_greater_count() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    let id = stream_to(&house, &receiver, json!({})).await;
    house.app.deliver_streams();
    for _ in 0..3 {
        house.get("/authorize?client_id=nobody").await.is(400);
        until(&house, &id, |health| health.state.waiting == 0).await;
    }
    let objects: Vec<Value> = receiver.got().iter().flat_map(Got::objects).collect();
    let counts: Vec<&Value> = objects
        .iter()
        .filter(|object| object["data"]["type"] == "f")
        .map(|object| &object["data"]["details"]["count"])
        .collect();
    assert_eq!(counts.last(), Some(&&json!(3)), "{counts:?}");
    house.stop().await;
}

#[tokio::test]
async fn a_stream_begins_at_a_date_and_is_replayed_from_one() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    happen(&house, 0, 2).await;
    house.advance(3600);
    let from = doorward_model::time::Timestamp::from_seconds(house.now());
    happen(&house, 2, 3).await;
    house.advance(3600);
    let sink = json!({ "httpEndpoint": receiver.origin });
    let body = json!({ "name": "Mine", "type": "http", "sink": sink, "startFrom": from.to_string() });
    let id = made(&house, body).await;
    house.app.deliver_streams();
    until(&house, &id, |health| health.state.waiting == 0).await;
    let first = receiver.taken();
    assert_eq!(first.len(), 4, "three people, and the stream itself");
    let (app, caller) = house.app_and_caller();
    assert_eq!(streams::replay(app, &caller, &id, from).await.unwrap(), Replay::Again);
    receiver.until(|got| got.iter().map(|got| got.ids().len()).sum::<usize>() >= 9).await;
    assert_eq!(receiver.taken()[4..8], first);
    house.stop().await;
}

/// A replay goes back. What waits is not passed over, wherever the time lies.
#[tokio::test]
async fn a_replay_from_a_time_that_the_stream_has_not_reached_loses_nothing() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    let id = stream_to(&house, &receiver, json!({})).await;
    happen(&house, 0, 3).await;
    house.advance(3600);
    let from = doorward_model::time::Timestamp::from_seconds(house.now());
    let (app, caller) = house.app_and_caller();
    assert_eq!(streams::replay(app, &caller, &id, from).await.unwrap(), Replay::NothingSince);
    happen(&house, 3, 3).await;
    assert_eq!(streams::replay(app, &caller, &id, from).await.unwrap(), Replay::StillWaiting);
    house.app.deliver_streams();
    until(&house, &id, |health| health.state.waiting == 0).await;
    assert_eq!(receiver.taken()[1..], logged(&house, &id).await);
    house.stop().await;
}

/// The clock of another node is behind: what it commits after a replay was asked for has an earlier time.
#[tokio::test]
async fn a_replay_passes_no_waiting_event_by_whose_time_is_earlier() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    let id = stream_to(&house, &receiver, json!({})).await;
    house.advance(3600);
    let from = doorward_model::time::Timestamp::from_seconds(house.now());
    happen(&house, 0, 3).await;
    house.app.deliver_streams();
    until(&house, &id, |health| health.state.waiting == 0).await;
    let before = receiver.taken().len();
    house.set_back(1800);
    let (app, caller) = house.app_and_caller();
    assert_eq!(streams::replay(app, &caller, &id, from).await.unwrap(), Replay::Again);
    happen(&house, 3, 3).await;
    until(&house, &id, |health| health.state.waiting == 0).await;
    let wanted = logged(&house, &id).await;
    assert_eq!(
        receiver.taken()[before..],
        wanted,
        "the three, the replay itself, and three with an earlier time"
    );
    house.stop().await;
}

#[tokio::test]
async fn a_test_event_shows_the_real_answer_and_is_no_event_of_the_log() {
    let (house, receiver) = (alone().await, Receiver::new().await);
    let (app, caller) = house.app_and_caller();
    receiver.answers(|_| crate::kit::receiver::Said::Status(403, "Invalid token\u{1b}[2J"));
    let sink = json!({ "httpEndpoint": receiver.origin });
    let body = object(json!({ "name": "Mine", "type": "http", "sink": sink }));
    let tried = streams::try_out(app, &caller, None, &body).await.unwrap();
    assert_eq!((tried.is_taken, tried.status, tried.said.as_str()), (false, Some(403), "Invalid token [2J"));
    receiver.answers(|_| crate::kit::receiver::Said::Status(200, "fine"));
    let tried = streams::try_out(app, &caller, None, &body).await.unwrap();
    assert_eq!((tried.is_taken, tried.said.as_str()), (true, "fine"));
    assert!(streams::list(app, &caller).await.unwrap().is_empty());
    let sent = receiver.got()[0].objects().remove(0);
    assert!(house.logs().await.iter().all(|event| event["log_id"] != sent["log_id"]));
    assert!(!sent.to_string().contains(EMAIL));
    house.stop().await;
}
