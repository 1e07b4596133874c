//! Log streams as people make them. Source: UX §8, row 11.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use super::{Browser, OpenHouse};
use crate::kit::receiver::{Got, Mortal};
use crate::kit::{PASSWORD, services};

/// So many people are made while nobody receives, in two parts.
const PEOPLE: usize = 24;
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

type Kind = (&'static str, Vec<(&'static str, String)>, &'static str);

/// What is filled in for each kind of receiver, by its label, and how the address begins at which its requests
/// arrive.
fn kinds(address: SocketAddr) -> [Kind; 4] {
    let origin = format!("http://{address}");
    let splunk = vec![
        ("Host", "127.0.0.1".to_owned()),
        ("Port", address.port().to_string()),
        ("Token", services::SPLUNK_TOKEN.to_owned()),
    ];
    let sumo = vec![("HTTP source address", format!("{origin}{}", services::SUMO_PATH))];
    let loggly =
        vec![("Customer token", services::LOGGLY_TOKEN.to_owned()), ("Service (optional)", origin.clone())];
    let http = vec![
        ("Address", format!("{origin}{}", services::HTTP_PATH)),
        ("Authorization header (optional)", services::HTTP_AUTHORIZATION.to_owned()),
    ];
    [
        ("Splunk", splunk, "/services/"),
        ("Sumo Logic", sumo, "/receiver/"),
        ("Loggly", loggly, "/bulk/"),
        ("HTTP", http, services::HTTP_PATH),
    ]
}

#[tokio::test]
async fn each_kind_is_tried_before_it_is_saved_and_loses_nothing_while_its_receiver_is_gone() {
    let Some(browser) = Browser::start().await else { return };
    let (house, receiver) = (OpenHouse::new().await, Mortal::born(ANYWHERE, services::any).await);
    house.searches(&receiver.receiver);
    house.app.deliver_streams();
    browser.set_up(&house).await;
    browser.go("Log streams").await;
    browser.sees("No log stream yet").await;
    browser.passes_every_look_if_checked("streams, none").await;
    for (kind, fields, path) in kinds(receiver.address()) {
        browser.go("Log streams").await;
        browser.press(kind).await;
        for (label, text) in fields {
            browser.fill(label, &text).await;
        }
        if kind == "Splunk" {
            browser.tick("TLS").await;
            browser.fill("Token", "of another collector").await;
            browser.press("Send a test event").await;
            browser.sees("Status 403: {\"text\":\"Invalid token\",\"code\":4}").await;
            browser.fill("Token", services::SPLUNK_TOKEN).await;
        }
        browser.press("Send a test event").await;
        browser.sees("The receiver took the test event.").await;
        assert!(receiver.receiver.got().iter().any(|got| got.path.starts_with(path)), "{kind}");
        if kind == "HTTP" {
            browser.passes_every_look_if_checked("streams, new").await;
        }
        browser.press("Create stream").await;
        browser.sees("Delivering").await;
    }

    let got = receiver.receiver.got();
    let address = receiver.dies();
    people(&house, 0).await;
    let few = looks_until(&browser, "Retrying since", |waiting| waiting >= PEOPLE / 2).await;
    browser.passes_every_look_if_checked("streams, one that waits").await;
    people(&house, PEOPLE / 2).await;
    let many = looks_until(&browser, "Retrying since", |waiting| waiting >= PEOPLE).await;
    assert!(many > few, "the queue does not grow: {few}, then {many}");

    let receiver = Mortal::born(address, services::any).await;
    house.searches(&receiver.receiver);
    browser.press("Retry now").await;
    browser.sees("tried at once").await;
    house.advance(61);
    everything_arrives(&house, &receiver, &got).await;
    // What arrived is written down a moment later.
    looks_until(&browser, "Delivering", |waiting| waiting == 0).await;
    browser.end().await;
}

async fn people(house: &OpenHouse, first: usize) {
    for number in first..first + PEOPLE / 2 {
        house.user(&format!("person{number}@example.com"), PASSWORD).await;
    }
}

/// Looks at the page of a stream until it says that and as many events wait as wanted; gives how many they are.
async fn looks_until(browser: &Browser, state: &str, wanted: impl Fn(usize) -> bool) -> usize {
    for _ in 0..300 {
        browser.press("Refresh").await;
        // At once, so that no part of it is of another page.
        let page = browser
            .run("return [document.querySelector('dl.facts dd').textContent, document.body.innerText]")
            .await;
        let waiting = page[0].as_str().unwrap().trim().parse().unwrap();
        if wanted(waiting) && page[1].as_str().unwrap().contains(state) {
            return waiting;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never says “{state}” as wanted:\n{}", browser.text().await);
}

/// Each stream has brought the log from its own making on, without a gap and in order; `before` is what the first
/// receiver got.
async fn everything_arrives(house: &OpenHouse, receiver: &Mortal, before: &[Got]) {
    for (kind, _, path) in kinds(receiver.address()) {
        let mut found = (Vec::new(), Vec::new());
        for _ in 0..1000 {
            let log: Vec<String> =
                house.committed().await.iter().map(|event| event.id.as_str().to_owned()).collect();
            let all = before.iter().cloned().chain(receiver.receiver.got());
            let all = all.filter(|got| got.path.starts_with(path) && got.status == 200);
            let ids = all.flat_map(|got| got.ids());
            let mut seen = HashSet::new();
            // A test event is in no log. What comes twice is known by its id.
            let arrived: Vec<String> = ids.filter(|id| log.contains(id) && seen.insert(id.clone())).collect();
            let from = log.iter().position(|id| Some(id) == arrived.first()).unwrap_or(0);
            found = (arrived, log[from..].to_vec());
            if found.0.len() == found.1.len() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (arrived, log) = found;
        assert_eq!(arrived, log, "{kind}");
        assert!(arrived.len() > PEOPLE, "{kind}: {arrived:?}");
    }
}
