//! The pages of log streams.

use std::time::Duration;

use doorward_engine::streams;
use doorward_model::ids::StreamId;
use doorward_model::stream::StreamSettings;
use serde_json::{Value, json};

use super::form::post;
use crate::kit::receiver::{Got, Receiver, Said};
use crate::kit::{Answer, House, OWNER, PASSWORD, Visitor, form};

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

/// A house with a receiver of its log.
async fn with_receiver() -> (House, Receiver) {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    house.searches(&receiver);
    (house, receiver)
}

/// The settings of the only stream.
async fn saved(house: &House) -> StreamSettings {
    let (app, caller) = house.app_and_caller();
    streams::list(app, &caller).await.unwrap().remove(0).settings
}

#[tokio::test]
async fn a_stream_is_tested_made_watched_stopped_and_deleted() {
    let (house, receiver) = with_receiver().await;
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
    let (house, receiver) = with_receiver().await;
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
    let (house, receiver) = with_receiver().await;
    let admin = house.admin().await;
    let address = made_with(&admin, &receiver, &[("httpAuthorization", "Bearer kept")]).await;
    let settings = format!("{address}/settings");
    let page = admin.get(&settings).await.is(200);
    assert!(!page.text().contains("Bearer kept"));
    let fields = [("name", "Other"), ("httpEndpoint", receiver.origin.as_str()), ("do", "save")];
    post(&admin, &page, &settings, &fields).await.is(303);
    let stream = saved(&house).await;
    assert_eq!(stream.name, "Other");
    assert_eq!(stream.sink.secrets()["httpAuthorization"], "Bearer kept");
}

#[tokio::test]
async fn headers_batch_size_and_start_are_set_by_the_page() {
    let (house, receiver) = with_receiver().await;
    let admin = house.admin().await;
    let more = [
        ("httpCustomHeaders", "X-One: first-value\r\n\r\nX-Two:second: value \r\n"),
        ("batchSize", "20"),
        ("startFrom", "2026-11-01"),
    ];
    let address = made_with(&admin, &receiver, &more).await;
    let text = admin.get(&address).await.text();
    assert!(text.contains("It delivers what happened from 2026-11-01T00:00:00.000Z on"), "{text}");
    let headers = json!([
        { "header": "X-One", "value": "first-value" }, { "header": "X-Two", "value": "second: value" },
    ]);
    assert_eq!(saved(&house).await.sink.secrets()["httpCustomHeaders"], headers);
    assert_eq!(saved(&house).await.batch, Some(20));

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
    let headers = json!([
        { "header": "X-Two", "value": "second: value" }, { "header": "X-Three", "value": "3" },
    ]);
    assert_eq!(saved(&house).await.sink.secrets()["httpCustomHeaders"], headers);
    assert_eq!(saved(&house).await.batch, None);
    let page = admin.get(&settings).await.is(200);
    for (field, value) in [("httpCustomHeaders", "Host: x"), ("batchSize", "0"), ("batchSize", "many")] {
        let fields =
            [("name", "Mine"), ("httpEndpoint", receiver.origin.as_str()), (field, value), ("do", "save")];
        let text = post(&admin, &page, &settings, &fields).await.is(422).text();
        assert!(text.contains(&format!("id=\"{field}-error\"")), "{field}: {text}");
    }
}

/// Three events, one of which the receiver goes on to refuse.
#[tokio::test]
async fn what_was_set_aside_is_sent_again_or_given_up_by_the_page() {
    let (house, receiver) = with_receiver().await;
    let admin = house.admin().await;
    let address = made(&admin, &receiver).await;
    assert!(!admin.get(&address).await.text().contains("Send again"), "nothing was set aside yet");
    let ids: Vec<String> = (0..3).map(|number| format!("9002{number:019}")).collect();
    let record = |id: &String| json!({ "log_id": id, "data": { "log_id": id } }).as_object().unwrap().clone();
    let stream = StreamId::parse(address.rsplit('/').next().unwrap()).unwrap();
    house.set_aside(&stream, ids.iter().map(record).collect()).await;
    let bad = ids[1].clone();
    receiver.answers(move |got| {
        if got.ids().contains(&bad) { Said::Status(400, "never") } else { Said::Status(200, "fine") }
    });
    let press = async |button: &str| {
        let page = admin.get(&address).await.is(200).text();
        let part = page.split_once("aside-title").expect("nothing is set aside").1;
        let form = form(part).unwrap();
        admin.send_form(&form, &address, &[("do", button)]).await.is(303);
        admin.get(&address).await.is(200).text()
    };
    let shown = |page: &str| ids.iter().filter(|id| page.contains(id.as_str())).cloned().collect::<Vec<_>>();

    let page = admin.get(&address).await.text();
    assert!(
        page.contains("value=\"resend\">Send again<") && page.contains("value=\"drop\">Give up<"),
        "{page}"
    );
    assert_eq!(shown(&page), ids);
    let page = press("resend").await;
    assert!(page.contains("2 set-aside events were taken, 1 are left."), "{page}");
    assert_eq!(shown(&page), [ids[1].clone()]);
    assert_eq!(receiver.taken(), [ids[0].clone(), ids[2].clone()]);
    let page = press("drop").await;
    assert!(page.contains("1 set-aside events were given up, 0 are left."), "{page}");
    assert!(!page.contains("Send again"), "{page}");
    assert_eq!(receiver.taken().len(), 2, "what is given up is not sent");
}

#[tokio::test]
async fn a_suspended_stream_says_why_and_goes_on_when_it_is_resumed() {
    let (house, receiver) = with_receiver().await;
    let admin = house.admin().await;
    receiver.answers(|_| Said::Status(500, "not today"));
    let address = made(&admin, &receiver).await;
    house.app.deliver_streams();
    let page = answered(&admin, &address, "Retrying since").await.text();
    assert!(page.contains(">Retry now</button>") && page.contains(">Pause</button>"), "{page}");
    house.advance(7 * 86_400);
    // By then nobody is logged in any more.
    admin.enter_dashboard(OWNER, PASSWORD).await.is(303);
    let page = answered(&admin, &address, ">Suspended<").await;
    let text = page.text();
    assert!(text.contains("took nothing for a week, so this stream was suspended"), "{text}");
    assert!(text.contains(">Resume</button>"), "{text}");
    assert!(!text.contains(">Retry now</button>") && !text.contains(">Pause</button>"), "{text}");
    assert!(admin.get("/manage/streams").await.text().contains(">Suspended<"));
    receiver.answers(|_| Said::Status(200, "at last"));
    post(&admin, &page, &address, &[("do", "resume")]).await.is(303);
    let text = answered(&admin, &address, "at last").await.text();
    assert!(text.contains(">Delivering<") && !text.contains("suspended"), "{text}");
    house.stop().await;
}

#[tokio::test]
async fn what_names_a_person_is_covered_as_the_form_says() {
    let (house, receiver) = with_receiver().await;
    let admin = house.admin().await;
    let more = [("covered", "email"), ("covered", "username"), ("method", "hash")];
    let address = made_with(&admin, &receiver, &more).await;
    let config = async || saved(&house).await.pii.map(|pii| pii.to_json());
    let hashed = json!({ "log_fields": ["username", "email"], "method": "hash", "algorithm": "xxhash" });
    assert_eq!(config().await, Some(hashed));
    house.app.deliver_streams();
    answered(&admin, &address, "Success").await;
    let sent: Vec<Value> = receiver.got().iter().flat_map(Got::objects).collect();
    assert!(sent.iter().all(|sent| !sent.to_string().contains(OWNER)), "{sent:?}");

    let settings = format!("{address}/settings");
    let page = admin.get(&settings).await.is(200);
    let text = page.text();
    for kept in ["value=\"email\" checked", "value=\"username\" checked", "value=\"hash\" selected"] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    assert!(!text.contains("value=\"phone\" checked"), "{text}");
    let fields = [("name", "Mine"), ("httpEndpoint", receiver.origin.as_str()), ("do", "save")];
    let masked = [("covered", "phone"), ("method", "mask")];
    post(&admin, &page, &settings, &[&fields[..], &masked].concat()).await.is(303);
    assert_eq!(config().await, Some(json!({ "log_fields": ["phone"], "method": "mask" })));
    let page = admin.get(&settings).await.is(200);
    post(&admin, &page, &settings, &[&fields[..], &[("method", "mask")]].concat()).await.is(303);
    assert_eq!(config().await, None, "no fact is chosen");
    house.stop().await;
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
    let (house, receiver) = with_receiver().await;
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
