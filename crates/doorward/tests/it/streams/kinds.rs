//! What receivers get: which events, how many at once, from when on, and how much of people is in them.

use doorward_engine::fault::Fault;
use doorward_engine::streams::{self, Replay};
use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::*;
use crate::kit::receiver::Said;
use crate::kit::{EMAIL, PASSWORD, Via, Visitor};

#[tokio::test]
async fn a_file_gets_a_line_per_event_and_is_mended_after_a_crash() {
    let house = House::new().await;
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
    let (house, receiver) = (House::new().await, Receiver::new().await);
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
    let house = House::new().await;
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
    let (house, receiver) = (House::new().await, Receiver::new().await);
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
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
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
        receiver.until(|got| taken(got) >= 7).await;
        until(&house, &id, |health| health.state.waiting == 0).await;
        for got in receiver.got() {
            for object in got.objects() {
                assert_eq!(object["data"]["type"], "sapi", "{object}");
                assert!(!object.to_string().contains("@example.com"), "{object}");
            }
        }
        house.stop().await;
    }
}

/// One person at three logins and another at one.
#[tokio::test]
async fn whoever_is_covered_by_a_hash_can_be_followed_and_not_be_named() {
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
        house.user("grace@example.com", PASSWORD).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let id = stream_to(&house, &receiver, json!({})).await;
        let body = json!({
            "filters": [{ "type": "category", "name": "auth.login.fail" }],
            "pii_config": { "log_fields": ["email", "username"], "method": "hash" },
        });
        patch(&house, &id, body).await;
        for email in [EMAIL, "grace@example.com", EMAIL, EMAIL] {
            Visitor::new(&house).log_in(&party.authorize(&[]), email, "not the password").await;
            house.advance(3600);
        }
        all_shown(&house).await;
        house.app.deliver_streams();
        receiver.until(|got| taken(got) >= 4).await;
        let sent: Vec<Value> = receiver.got().iter().flat_map(Got::objects).collect();
        let names: Vec<&str> = sent.iter().map(|sent| sent["data"]["user_name"].as_str().unwrap()).collect();
        let [ada, grace, again, once_more] = names[..] else { panic!("{names:?}") };
        assert_eq!((ada, ada), (again, once_more));
        assert_ne!(ada, grace);
        for (name, sent) in names.iter().zip(&sent) {
            assert!(name.len() == 16 && name.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
            assert!(!sent.to_string().contains("example.com"), "{sent}");
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn an_event_that_is_counted_further_comes_again_with_the_greater_count() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let id = stream_to(&house, &receiver, json!({})).await;
    house.app.deliver_streams();
    for _ in 0..3 {
        house.get("/authorize?client_id=nobody").await.is(400);
        all_shown(&house).await;
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
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
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
        receiver.until(|got| taken(got) >= 9).await;
        assert_eq!(receiver.taken()[4..8], first);
        house.stop().await;
    }
}

/// A replay goes back. What waits is not passed over, wherever the time lies.
#[tokio::test]
async fn a_replay_from_a_time_that_the_stream_has_not_reached_loses_nothing() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
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
    let (house, receiver) = (House::new().await, Receiver::new().await);
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
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let (app, caller) = house.app_and_caller();
    receiver.answers(|_| Said::Status(403, "Invalid token\u{1b}[2J"));
    let sink = json!({ "httpEndpoint": receiver.origin });
    let body = object(json!({ "name": "Mine", "type": "http", "sink": sink }));
    let tried = streams::try_out(app, &caller, None, &body).await.unwrap();
    assert_eq!((tried.is_taken, tried.status, tried.said.as_str()), (false, Some(403), "Invalid token [2J"));
    receiver.answers(|_| Said::Status(200, "fine"));
    let tried = streams::try_out(app, &caller, None, &body).await.unwrap();
    assert_eq!((tried.is_taken, tried.said.as_str()), (true, "fine"));
    assert!(streams::list(app, &caller).await.unwrap().is_empty());
    let sent = receiver.got()[0].objects().remove(0);
    assert!(house.logs().await.iter().all(|event| event["log_id"] != sent["log_id"]));
    assert!(!sent.to_string().contains(EMAIL));
    house.stop().await;
}
