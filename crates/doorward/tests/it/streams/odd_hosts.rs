//! Hosts that are written oddly: each is what it leads to, when it is saved, when it is tried out and when it is
//! delivered to (CVE-2024-49753, CVE-2026-27945, CVE-2026-55671).

use std::net::Ipv4Addr;

use doorward_engine::fault::Fault;
use doorward_engine::outbound::Reach;
use doorward_engine::streams;
use serde_json::json;

use super::*;

/// Other spellings of 127.0.0.1.
const LOOPBACK: [&str; 12] = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "0177.0.0.1",
    "0x7f.1",
    "0x7F000001",
    "017700000001",
    "2130706433",
    "%31%32%37.0.0.1",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "127\u{3002}0\u{3002}0\u{3002}1",
    "0.0.0.0",
];
/// What else is not public: of IPv6, of the link, of nobody.
const INSIDE: [&str; 12] = [
    "0",
    "10.0.0.1",
    "169.254.169.254",
    "0251.0376.0251.0376",
    "[::]",
    "[::1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::7f00:1]",
    "[fe80::1]",
    "[fd00:ec2::254]",
];
/// Names of the own machine.
const NAMES: [&str; 4] = ["localhost", "localhost.", "LOCALHOST", "a.localhost"];
/// What looks like an address outside, or is none at all.
const TRICKS: [&str; 10] = [
    "https://logs.test@127.0.0.1/",
    "https://8.8.8.8:443@127.0.0.1/",
    "https://@127.0.0.1/",
    "https://user:password@logs.test/",
    "https:127.0.0.1/",
    "https:///127.0.0.1/",
    "https:\\\\127.0.0.1/",
    "https://[fe80::1%25lo]/",
    "https://[fe80::1%lo]/",
    "https://127.0.0.1%00.logs.test/",
];

fn is_refused<T: std::fmt::Debug>(outcome: &Result<T, Fault>, field: &str, host: &str) {
    let Err(Fault::Invalid(errors)) = outcome else { panic!("{host}: {outcome:?}") };
    assert!(errors.all().iter().all(|error| error.path.ends_with(field)), "{host}: {errors:?}");
}

#[tokio::test]
async fn a_host_that_is_not_public_is_not_saved_however_it_is_written() {
    let house = House::reaching(|_| Reach::default()).await;
    let (app, caller) = house.app_and_caller();
    let body = |kind: &str, sink: Value| object(json!({ "name": "x", "type": kind, "sink": sink }));
    let plain = json!({ "httpEndpoint": "https://logs.test/" });
    let known = streams::create(app, &caller, &body("http", plain)).await.unwrap().id;
    let hosts = || LOOPBACK.into_iter().chain(INSIDE).chain(NAMES);
    let written = hosts().map(|host| format!("https://{host}/"));
    for address in written.chain(TRICKS.map(str::to_owned)) {
        let sink = json!({ "httpEndpoint": address });
        let made = streams::create(app, &caller, &body("http", sink.clone())).await;
        is_refused(&made, "httpEndpoint", &address);
        let tried = streams::try_out(app, &caller, None, &body("http", sink.clone())).await;
        is_refused(&tried, "httpEndpoint", &address);
        let changed = streams::update(app, &caller, &known, &object(json!({ "sink": sink }))).await;
        is_refused(&changed, "httpEndpoint", &address);
        let sumo = json!({ "sumoSourceAddress": address });
        is_refused(&streams::create(app, &caller, &body("sumo", sumo)).await, "sumoSourceAddress", &address);
        let loggly = json!({ "logglyToken": "tok", "logglyEndpoint": address });
        is_refused(&streams::create(app, &caller, &body("loggly", loggly)).await, "logglyEndpoint", &address);
    }
    for host in hosts().chain(["logs.test@127.0.0.1", "127.0.0.1/", "127.0.0.1#", "127.0.0.1:80", "a b"]) {
        let splunk = json!({ "splunkDomain": host, "splunkToken": "tok" });
        is_refused(&streams::create(app, &caller, &body("splunk", splunk)).await, "splunkDomain", host);
    }
    assert_eq!(streams::list(app, &caller).await.unwrap().len(), 1);
    house.stop().await;
}

/// A reach in which every name leads to this machine.
fn here(reach: &Reach) -> Reach {
    reach.with_names(|_| vec![Ipv4Addr::LOCALHOST.into()])
}

/// A house whose operator has opened every network.
async fn wide_open() -> House {
    let everything = vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
    House::reaching(|_| here(&Reach::new(everything, None, Vec::new()))).await
}

/// Makes a stream to each host, and lets a node deliver to which no network is open.
async fn is_delivered_to_none(house: &House, receiver: &Receiver, hosts: &[&str]) -> Vec<StreamId> {
    let mut ids = Vec::new();
    for (number, host) in hosts.iter().enumerate() {
        let sink = json!({ "httpEndpoint": format!("http://{host}:{}/{number}", receiver.port()) });
        ids.push(made(house, json!({ "name": host, "type": "http", "sink": sink })).await);
    }
    let closed = house.second_node_reaching(here(&Reach::default())).await;
    closed.app.deliver_streams();
    for (id, host) in ids.iter().zip(hosts) {
        let failing = until(&closed, id, |health| health.state.progress.failures == 1).await;
        let said = &failing.attempts[0].said;
        assert!(said.contains("is an address of an internal network"), "{host}: {said}");
    }
    closed.stop().await;
    assert!(receiver.got().is_empty());
    ids
}

/// They were saved while every network was open.
#[tokio::test]
async fn a_host_that_is_not_public_is_not_delivered_to_however_it_is_written() {
    let receiver = Receiver::new().await;
    let house = wide_open().await;
    is_delivered_to_none(&house, &receiver, &INSIDE).await;
    house.stop().await;

    let house = wide_open().await;
    let lead_here: Vec<&str> = LOOPBACK.into_iter().chain(NAMES).chain(["logs.test"]).collect();
    let ids = is_delivered_to_none(&house, &receiver, &lead_here).await;
    // Where that is open, each of these does lead here.
    house.advance(61);
    house.app.deliver_streams();
    for (number, id) in ids.iter().enumerate() {
        until(&house, id, |health| health.state.waiting == 0).await;
        assert!(receiver.got().iter().any(|got| got.path == format!("/{number}")), "{}", lead_here[number]);
    }
    house.stop().await;
}
