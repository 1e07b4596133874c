//! The pages of log streams.

use std::time::Duration;

use doorward_engine::streams;

use super::form::post;
use crate::kit::receiver::{Receiver, Said};
use crate::kit::{Answer, House, PASSWORD, Visitor};

const NEW: &str = "/manage/streams/new";

/// Makes a stream by its page; gives the address of its own.
async fn made(admin: &Visitor<'_>, receiver: &Receiver) -> String {
    made_with(admin, receiver, &[]).await
}

/// The same with more fields filled in.
async fn made_with(admin: &Visitor<'_>, receiver: &Receiver, more: &[(&str, &str)]) -> String {
    let page = admin.get("/manage/streams/new?type=http").await.is(200);
    let endpoint = receiver.origin.as_str();
    let fields = [("type", "http"), ("name", "Mine"), ("httpEndpoint", endpoint), ("do", "create")];
    post(admin, &page, NEW, &[&fields[..], more].concat()).await.is(303).location().to_owned()
}

/// The page of a stream once it tells that answer: what a receiver said is kept a moment after it has said it.
async fn answered(admin: &Visitor<'_>, address: &str, said: &str) -> Answer {
    for _ in 0..3000 {
        let page = admin.get(address).await.is(200);
        if page.text().contains(said) {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{said} is on no page: {}", admin.get(address).await.text());
}

#[tokio::test]
async fn a_stream_is_tested_made_watched_stopped_and_deleted() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let admin = house.admin().await;
    let empty = admin.get("/manage/streams").await.is(200).text();
    for name in ["Splunk", "Sumo Logic", "Loggly", "HTTP", "File"] {
        assert!(empty.contains(&format!("<b>{name}</b>")), "{name}");
    }
    receiver.answers(|_| Said::Status(403, "<b>who are you</b>"));
    let page = admin.get("/manage/streams/new?type=http").await.is(200);
    let typed = [
        ("type", "http"),
        ("name", "Mine"),
        ("httpEndpoint", receiver.origin.as_str()),
        ("httpAuthorization", "Bearer typed"),
        ("category", "management.success"),
        ("do", "test"),
    ];
    let tried = post(&admin, &page, NEW, &typed).await.is(200);
    let text = tried.text();
    assert!(text.contains("did not take the test event") && text.contains("Status 403"), "{text}");
    assert!(text.contains("&#60;b&#62;who are you") && !text.contains("<b>who are you"), "{text}");
    assert!(text.contains("value=\"Bearer typed\""), "what was typed is still there");
    assert!(text.contains("value=\"management.success\" checked"), "{text}");
    assert_eq!(receiver.got()[0].header("authorization"), "Bearer typed");

    receiver.answers(|_| Said::Status(200, "fine"));
    let typed = typed.map(|(name, value)| if name == "do" { (name, "create") } else { (name, value) });
    let address = post(&admin, &tried, NEW, &typed).await.is(303).location().to_owned();
    house.app.deliver_streams();
    let page = answered(&admin, &address, "fine").await;
    assert!(page.text().contains("Delivering"), "{}", page.text());
    assert!(!page.text().contains("Bearer typed"));
    assert!(admin.get("/manage/streams").await.text().contains("Delivering"));

    for (button, said) in
        [("pause", "Paused"), ("resume", "Delivering"), ("test", "was taken with status 200")]
    {
        let page = admin.get(&address).await.is(200);
        post(&admin, &page, &address, &[("do", button)]).await.is(303);
        let page = admin.get(&address).await.text();
        assert!(page.contains(said), "{button}: {page}");
    }
    let page = admin.get(&address).await.is(200);
    post(&admin, &page, &address, &[("do", "replay"), ("from", "yesterday")]).await.is(422);
    let page = admin.get(&address).await.is(200);
    post(&admin, &page, &address, &[("do", "replay"), ("from", "2026-11-01")]).await.is(303);

    let delete = format!("{address}/delete");
    let page = admin.get(&delete).await.is(200);
    post(&admin, &page, &delete, &[]).await.is(303);
    admin.get(&address).await.is(404);
    house.stop().await;
}

/// A paused stream keeps nothing in the log, and who resumes it too late is told.
#[tokio::test]
async fn a_stream_that_is_resumed_after_the_log_forgot_says_so() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let admin = house.admin().await;
    let address = made(&admin, &receiver).await;
    let press = async |button: &str| {
        let page = admin.get(&address).await.is(200);
        post(&admin, &page, &address, &[("do", button)]).await.is(303);
        admin.get(&address).await.text()
    };
    assert!(press("pause").await.contains("waits for it as long as the log is kept"));
    assert!(press("resume").await.contains("goes on where it was stopped"));
    press("pause").await;
    house.forget_the_log().await;
    house.advance(31 * 86_400);
    admin.enter_dashboard(crate::kit::OWNER, PASSWORD).await.is(303);
    let text = admin.get(&address).await.text();
    assert!(text.contains("stood still for longer than the log keeps events"), "{text}");
    let text = press("resume").await;
    assert!(text.contains("what happened in between may be missing"), "{text}");
}

#[tokio::test]
async fn a_secret_that_is_saved_is_on_no_page_and_stays_when_its_field_is_left_empty() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let admin = house.admin().await;
    let address = made_with(&admin, &receiver, &[("httpAuthorization", "Bearer kept")]).await;
    let settings = format!("{address}/settings");
    let page = admin.get(&settings).await.is(200);
    assert!(!page.text().contains("Bearer kept"));
    let fields = [("name", "Other"), ("httpEndpoint", receiver.origin.as_str()), ("do", "save")];
    post(&admin, &page, &settings, &fields).await.is(303);
    let (app, caller) = house.app_and_caller();
    let stream = streams::list(app, &caller).await.unwrap().remove(0);
    assert_eq!(stream.settings.name, "Other");
    assert_eq!(stream.settings.sink.secrets()["httpAuthorization"], "Bearer kept");
}

#[tokio::test]
async fn headers_batch_size_and_start_are_set_by_the_page() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let admin = house.admin().await;
    let more = [
        ("httpCustomHeaders", "X-One: first-value\r\n\r\nX-Two:second: value \r\n"),
        ("batchSize", "20"),
        ("startFrom", "2026-11-01"),
    ];
    let address = made_with(&admin, &receiver, &more).await;
    let text = admin.get(&address).await.text();
    assert!(text.contains("It delivers what happened from 2026-11-01T00:00:00.000Z on"), "{text}");
    let stream = async || {
        let (app, caller) = house.app_and_caller();
        streams::list(app, &caller).await.unwrap().remove(0).settings
    };
    let headers = serde_json::json!([
        { "header": "X-One", "value": "first-value" }, { "header": "X-Two", "value": "second: value" },
    ]);
    assert_eq!(stream().await.sink.secrets()["httpCustomHeaders"], headers);
    assert_eq!(stream().await.batch, Some(20));

    let settings = format!("{address}/settings");
    let page = admin.get(&settings).await.is(200);
    assert!(
        page.text().contains("X-One: \nX-Two: ") && !page.text().contains("first-value"),
        "{}",
        page.text()
    );
    let fields = [
        ("name", "Mine"),
        ("httpEndpoint", receiver.origin.as_str()),
        ("httpCustomHeaders", "X-Two: \nX-Three: 3"),
        ("batchSize", ""),
        ("do", "save"),
    ];
    post(&admin, &page, &settings, &fields).await.is(303);
    let headers = serde_json::json!([
        { "header": "X-Two", "value": "second: value" }, { "header": "X-Three", "value": "3" },
    ]);
    assert_eq!(stream().await.sink.secrets()["httpCustomHeaders"], headers);
    assert_eq!(stream().await.batch, None);
    let page = admin.get(&settings).await.is(200);
    for (field, value) in [("httpCustomHeaders", "Host: x"), ("batchSize", "0"), ("batchSize", "many")] {
        let fields =
            [("name", "Mine"), ("httpEndpoint", receiver.origin.as_str()), (field, value), ("do", "save")];
        let text = post(&admin, &page, &settings, &fields).await.is(422).text();
        assert!(text.contains(&format!("id=\"{field}-error\"")), "{field}: {text}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field() {
    let house = House::new().await;
    let admin = house.admin().await;
    for (kind, fields, field) in [
        ("http", vec![("httpEndpoint", "http://8.8.8.8/")], "httpEndpoint"),
        ("splunk", vec![("splunkDomain", "splunk.test")], "splunkToken"),
        ("sumo", vec![], "sumoSourceAddress"),
        ("file", vec![("fileName", "../x")], "fileName"),
    ] {
        let page = admin.get(&format!("{NEW}?type={kind}")).await.is(200);
        let fields = [vec![("type", kind), ("name", "x"), ("do", "create")], fields].concat();
        let text = post(&admin, &page, NEW, &fields).await.is(422).text();
        assert!(text.contains(&format!("id=\"{field}-error\"")), "{kind}: {text}");
    }
}

#[tokio::test]
async fn who_may_only_look_sees_no_streams() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let admin = house.admin().await;
    let address = made(&admin, &receiver).await;
    house.second_admin().await;
    let viewer = Visitor::new(&house);
    viewer.enter_dashboard("viewer@example.com", PASSWORD).await.is(303);
    assert!(!viewer.get("/manage").await.text().contains("/manage/streams"));
    for address in ["/manage/streams", address.as_str()] {
        viewer.get(address).await.is(403);
    }
    assert_eq!(admin.get("/manage/extensions").await.location(), "/manage/streams");
}
