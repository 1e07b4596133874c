//! Receivers that hang, refuse, talk nonsense or lead elsewhere.

use std::net::Ipv4Addr;
use std::time::Duration;

use doorward_engine::outbound::Reach;
use doorward_engine::streams;
use doorward_model::stream::StreamStatus;
use doorward_store::log_streams::attempts::Outcome;
use serde_json::json;
use tokio::net::TcpListener;

use super::*;
use crate::kit::receiver::Said;

#[tokio::test]
async fn what_a_receiver_will_not_take_now_is_sent_until_it_does_and_nothing_is_lost() {
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
        let id = stream_to(&house, &receiver, json!({})).await;
        house.app.deliver_streams();
        for (number, status) in [500, 503, 429, 401, 403, 404, 302, 304].into_iter().enumerate() {
            let before = receiver.taken().len();
            receiver.answers(move |_| Said::Status(status, "no"));
            happen(&house, 2 * number, 2).await;
            let failing = until(&house, &id, |health| health.state.progress.failing_since.is_some()).await;
            assert!(failing.state.waiting >= 2, "{status}");
            assert_eq!(failing.attempts[0].status, Some(status));
            assert_eq!(failing.attempts[0].outcome, Outcome::Failed);
            receiver.answers(|_| Said::Status(200, "yes"));
            house.advance(61);
            until(&house, &id, |health| health.state.waiting == 0).await;
            assert!(receiver.taken().len() >= before + 2, "{status}");
        }
        assert_eq!(receiver.taken()[1..], logged(&house, &id).await);
        house.stop().await;
    }
}

#[tokio::test]
async fn a_wait_ends_when_an_admin_says_so() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    receiver.answers(|_| Said::Status(500, "no"));
    let id = stream_to(&house, &receiver, json!({})).await;
    house.app.deliver_streams();
    until(&house, &id, |health| health.state.progress.failures == 1).await;
    receiver.answers(|_| Said::Status(200, "yes"));
    let (app, caller) = house.app_and_caller();
    streams::hurry(app, &caller, &id).await.unwrap();
    until(&house, &id, |health| health.state.waiting == 0).await;
    house.stop().await;
}

#[tokio::test]
async fn the_one_event_that_is_refused_is_set_aside_and_the_others_go_on() {
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
        let id = stream_to(&house, &receiver, json!({})).await;
        happen(&house, 0, 40).await;
        let bad = logged(&house, &id).await.remove(25);
        let refused = bad.clone();
        receiver.answers(move |got| {
            if got.ids().contains(&refused) {
                Said::Status(400, "bad event")
            } else {
                Said::Status(200, "yes")
            }
        });
        house.app.deliver_streams();
        while health(&house, &id).await.state.set_aside == 0 {
            until(&house, &id, |health| health.state.progress.failures > 0 || health.state.set_aside > 0)
                .await;
            house.advance(61);
        }
        let done = until(&house, &id, |health| health.state.waiting == 0).await;
        assert_eq!(done.letters.len(), 1);
        assert_eq!((done.letters[0].event.as_str(), done.letters[0].status), (bad.as_str(), Some(400)));
        assert_eq!(done.letters[0].record["data"]["log_id"], bad);
        let mut wanted = logged(&house, &id).await;
        wanted.retain(|id| *id != bad);
        assert_eq!(receiver.taken()[1..], wanted);

        // Once the receiver takes it, it is sent again from the page.
        let (app, caller) = house.app_and_caller();
        assert_eq!(streams::resend_letters(app, &caller, &id).await.unwrap(), (0, 1));
        receiver.answers(|_| Said::Status(200, "yes"));
        assert_eq!(streams::resend_letters(app, &caller, &id).await.unwrap(), (1, 0));
        assert!(receiver.taken().contains(&bad));
        house.stop().await;
    }
}

/// More than are read at once, the oldest of which are refused for ever: what is behind them is sent all the same,
/// each with the time at which it happened.
#[tokio::test]
async fn all_events_that_were_set_aside_are_sent_again_with_their_own_time() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let sink = json!({
        "splunkDomain": "127.0.0.1", "splunkPort": receiver.port(), "splunkToken": "tok", "splunkSecure": false,
    });
    let id = made(&house, json!({ "name": "S", "type": "splunk", "sink": sink })).await;
    happen(&house, 0, 1).await;
    let (event, happened) = (house.committed().await.pop().unwrap(), house.now());
    house.advance(3600);
    let record = |id: String| {
        let date = event.at.to_string();
        object(json!({ "log_id": id, "data": { "log_id": id, "date": date, "hostname": "id.test" } }))
    };
    let ids = (0..250).map(|number| format!("9002{number:019}"));
    house.set_aside(&id, ids.map(record).collect()).await;
    let first = format!("9002{:019}", 120);
    receiver.answers(move |got| {
        let is_old = got.ids()[0] < first;
        if is_old { Said::Status(400, "never") } else { Said::Status(200, "yes") }
    });
    let (app, caller) = house.app_and_caller();
    assert_eq!(streams::resend_letters(app, &caller, &id).await.unwrap(), (130, 120));
    let sent = receiver.got().pop().unwrap().objects().remove(0);
    assert_eq!(sent["time"].as_str().unwrap().split('.').next(), Some(happened.to_string().as_str()));
    assert_eq!(streams::drop_letters(app, &caller, &id).await.unwrap(), (120, 0));
    house.stop().await;
}

/// A receiver that answers with what it was sent: nothing of it that is secret is kept or shown.
#[tokio::test]
async fn no_secret_comes_back_by_an_answer() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let secrets = ["canary-authorization-51c0", "canary-header-8e1d", "canary-signing-key-77f2"];
    let [authorization, header, key] = secrets;
    let changes = json!({
        "httpAuthorization": format!("Bearer {authorization}"), "httpSigningKey": key,
        "httpCustomHeaders": [{ "header": "X-Key", "value": header }], "httpContentFormat": "JSONOBJECT",
    });
    let id = stream_to(&house, &receiver, changes).await;
    receiver.answers(|_| Said::Echo(400));
    house.app.deliver_streams();
    while health(&house, &id).await.state.set_aside == 0 {
        let failures = health(&house, &id).await.state.progress.failures;
        house.advance(61);
        until(&house, &id, |health| health.state.progress.failures != failures || health.state.set_aside > 0)
            .await;
    }
    let (app, caller) = house.app_and_caller();
    let tried = streams::try_out(app, &caller, Some(&id), &Map::new()).await.unwrap();
    assert!(receiver.got().iter().all(|got| got.header("x-key") == header), "they were sent");
    let shown = format!("{:?} {tried:?} {:?}", health(&house, &id).await, house.logs().await);
    assert!(tried.said.contains("***"), "{}", tried.said);
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
    house.stop().await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it_within_bounds() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    receiver.answers(|_| Said::Later(429, "120"));
    let id = stream_to(&house, &receiver, json!({})).await;
    house.app.deliver_streams();
    let waits = until(&house, &id, |health| health.state.progress.failures == 1).await;
    assert_eq!(waits.state.progress.retry_at.seconds(), house.now() + 120);
    receiver.answers(|_| Said::Later(503, "86400"));
    house.advance(120);
    let waits = until(&house, &id, |health| health.state.progress.failures == 2).await;
    assert_eq!(waits.state.progress.retry_at.seconds(), house.now() + 300);
    house.stop().await;
}

/// A receiver that was not there for a while says nothing about an event.
#[tokio::test]
async fn an_event_that_is_refused_once_after_other_failures_is_not_set_aside() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let id = stream_to(&house, &receiver, json!({ "httpContentFormat": "JSONOBJECT" })).await;
    house.app.deliver_streams();
    for (failures, status) in [(1, 503), (2, 503), (3, 400), (4, 503), (5, 400)] {
        receiver.answers(move |_| Said::Status(status, "no"));
        house.advance(61);
        let now = until(&house, &id, |health| {
            health.state.progress.failures >= failures || health.state.set_aside > 0
        })
        .await;
        assert_eq!(now.state.set_aside, 0, "{status}");
    }
    // The third refusal is one too many.
    house.advance(61);
    until(&house, &id, |health| health.state.set_aside == 1).await;
    house.stop().await;
}

/// Its database takes nothing more, as with a full disk. What was taken is not sent over and over.
#[tokio::test]
async fn what_was_taken_is_sent_once_while_it_cannot_be_written_down() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let id = stream_to(&house, &receiver, json!({})).await;
    happen(&house, 0, 5).await;
    house.execute("ALTER TABLE log_stream_attempts RENAME TO elsewhere");
    let undone = async || house.metrics().await.get("doorward_store_undone_total", &[]);
    let before = undone().await;
    house.app.deliver_streams();
    for _ in 0..6000 {
        if undone().await >= before + 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(undone().await >= before + 3, "it is tried again");
    assert_eq!(receiver.got().len(), 1);
    house.execute("ALTER TABLE elsewhere RENAME TO log_stream_attempts");
    until(&house, &id, |health| health.state.waiting == 0).await;
    happen(&house, 5, 2).await;
    until(&house, &id, |health| health.state.waiting == 0).await;
    assert_eq!(receiver.taken()[1..], logged(&house, &id).await);
    house.stop().await;
}

#[tokio::test]
async fn a_receiver_that_refuses_everything_does_not_have_everything_set_aside() {
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
        receiver.answers(|_| Said::Status(400, "incorrect index"));
        let id = stream_to(&house, &receiver, json!({})).await;
        happen(&house, 0, 20).await;
        house.app.deliver_streams();
        for _ in 0..200 {
            let now = health(&house, &id).await;
            if now.state.set_aside >= 10 && now.state.progress.failures >= 4 {
                break;
            }
            let (aside, failures) = (now.state.set_aside, now.state.progress.failures);
            until(&house, &id, |health| {
                health.state.set_aside != aside || health.state.progress.failures != failures
            })
            .await;
            house.advance(61);
        }
        let now = health(&house, &id).await;
        assert_eq!(now.state.set_aside, 10);
        assert!(now.state.waiting >= 10);
        let (app, caller) = house.app_and_caller();
        assert_eq!(streams::drop_letters(app, &caller, &id).await.unwrap(), (10, 0));
        house.stop().await;
    }
}

#[tokio::test]
async fn after_a_week_a_stream_is_suspended_and_resumed_by_hand() {
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
        receiver.answers(|_| Said::Status(500, "no"));
        let id = stream_to(&house, &receiver, json!({})).await;
        house.app.deliver_streams();
        until(&house, &id, |health| health.state.progress.failures == 1).await;
        house.advance(7 * 86_400);
        until(&house, &id, |health| health.state.stream.status == StreamStatus::Suspended).await;
        receiver.answers(|_| Said::Status(200, "yes"));
        patch(&house, &id, json!({ "status": "active" })).await;
        until(&house, &id, |health| {
            health.state.waiting == 0 && health.state.progress.delivered_at.is_some()
        })
        .await;
        house.stop().await;
    }
}

/// To another receiver that could be reached; and what is not sent there comes when it is taken here.
#[tokio::test]
async fn a_redirect_is_not_followed_and_what_is_not_opened_is_not_asked() {
    let (house, receiver, inside) = (House::new().await, Receiver::new().await, Receiver::new().await);
    let redirects = |status| {
        let elsewhere = inside.origin.clone();
        receiver.answers(move |_| Said::Elsewhere(status, elsewhere.clone()));
    };
    let id = stream_to(&house, &receiver, json!({})).await;
    happen(&house, 0, 3).await;
    redirects(301);
    house.app.deliver_streams();
    for (failures, status) in (1..).zip([301, 302, 303, 307, 308]) {
        redirects(status);
        house.advance(61);
        let failing = until(&house, &id, |health| health.state.progress.failures == failures).await;
        assert_eq!(failing.attempts[0].status, Some(status), "the page shows it");
    }
    receiver.answers(|_| Said::Status(200, "yes"));
    house.advance(61);
    until(&house, &id, |health| health.state.waiting == 0).await;
    assert_eq!(receiver.taken()[1..], logged(&house, &id).await);
    assert!(inside.got().is_empty());
    // A name that leads to this machine, without a network that the operator opened.
    let names = |_: &str| vec![Ipv4Addr::LOCALHOST.into()];
    let closed = House::reaching(|_| Reach::default().with_names(names)).await;
    let (app, caller) = closed.app_and_caller();
    let sink = json!({ "httpEndpoint": format!("https://logs.test:{}/", receiver.port()) });
    let body = object(json!({ "name": "x", "type": "http", "sink": sink }));
    let tried = streams::try_out(app, &caller, None, &body).await.unwrap();
    assert!(!tried.is_taken && tried.said.contains("internal network"), "{}", tried.said);
    house.stop().await;
}

#[tokio::test]
async fn one_that_hangs_up_or_talks_nonsense_is_asked_again() {
    let house = House::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let talker = tokio::spawn(async move {
        for said in
            ["", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\nhalf", "HTTP/9"]
        {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = [0; 1024];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut seen).await;
            tokio::io::AsyncWriteExt::write_all(&mut stream, said.as_bytes()).await.unwrap();
        }
        Receiver::at(listener)
    });
    let sink = json!({ "httpEndpoint": format!("http://{address}/") });
    let id = made(&house, json!({ "name": "Mine", "type": "http", "sink": sink })).await;
    happen(&house, 0, 3).await;
    house.app.deliver_streams();
    for failures in 1..=4 {
        until(&house, &id, |health| health.state.progress.failures == failures).await;
        house.advance(61);
    }
    let receiver = talker.await.unwrap();
    until(&house, &id, |health| health.state.waiting == 0).await;
    assert_eq!(receiver.taken()[1..], logged(&house, &id).await);
    house.stop().await;
}

#[tokio::test]
async fn one_that_hangs_is_waited_for_no_longer_than_so_long() {
    let house = House::reaching(|reach| reach.with_patience(Duration::from_millis(200))).await;
    let receiver = Receiver::new().await;
    receiver.answers(|_| Said::Nothing);
    let id = stream_to(&house, &receiver, json!({})).await;
    house.app.deliver_streams();
    let failing = until(&house, &id, |health| health.state.progress.failures == 1).await;
    assert!(failing.attempts[0].said.contains("did not answer"), "{:?}", failing.attempts);
    receiver.answers(|_| Said::Status(200, "yes"));
    house.advance(61);
    until(&house, &id, |health| health.state.waiting == 0).await;
    house.stop().await;
}

#[tokio::test]
async fn nobody_there_is_said_and_a_paused_stream_asks_nobody() {
    let house = House::new().await;
    let sink = json!({ "httpEndpoint": "http://127.0.0.1:9/" });
    let id = made(&house, json!({ "name": "Mine", "type": "http", "sink": sink })).await;
    house.app.deliver_streams();
    let failing = until(&house, &id, |health| health.state.progress.failures == 1).await;
    assert!(failing.attempts[0].said.contains("takes no connection"), "{:?}", failing.attempts);
    patch(&house, &id, json!({ "status": "paused" })).await;
    until(&house, &id, |health| health.state.progress.holder.is_empty()).await;
    let receiver = Receiver::new().await;
    patch(&house, &id, json!({ "sink": { "httpEndpoint": receiver.origin } })).await;
    assert!(receiver.got().is_empty());
    patch(&house, &id, json!({ "status": "active" })).await;
    until(&house, &id, |health| health.state.waiting == 0).await;
    house.stop().await;
}
