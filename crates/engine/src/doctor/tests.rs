//! What an event keeps, what may be allowed, and by whom.

use doorward_model::admin::Role;
use doorward_model::ids::{AdminId, LogId};
use doorward_model::user::Email;
use doorward_protocol::oauth::doctor::Cause;
use doorward_protocol::oauth::params::Params;

use super::*;
use crate::caller::{Caller, Who};
use crate::fault::Fault;
use crate::login::journey::Journey;
use crate::login::{Browser, Step, begin};

/// Asks for a login that is to return to `url`; gives the events about it, newest first.
async fn ask(journey: &Journey, url: &str) {
    let encoded: String = url.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let query =
        format!("client_id={}&response_type=code&scope=openid&redirect_uri={encoded}", journey.client);
    let params = Params::from_query(&query);
    let step = begin::begin(&journey.kit.app, &journey.visitor(), &params, &Browser::default()).await;
    assert!(matches!(step, Ok(Step::Refused(_))), "{url}");
}

async fn refusals(journey: &Journey) -> Vec<(LogId, Asked)> {
    let events = journey.kit.events().await;
    events.iter().filter_map(|event| Some((event.id.clone(), asked_of(event)?))).collect()
}

async fn client(journey: &Journey) -> doorward_model::client::Client {
    crate::clients::get(&journey.kit.app, &journey.kit.shell(), &journey.client).await.unwrap().client
}

#[tokio::test]
async fn an_event_keeps_the_address_as_it_was_sent_up_to_a_bound() {
    let journey = Journey::new().await;
    for url in ["https://app.test/cb\n", "https://app.test/cb\u{202e}\u{0}x"] {
        journey.wait(60);
        ask(&journey, url).await;
        assert_eq!(
            refusals(&journey).await[0].1,
            Asked { url: url.into(), purpose: Purpose::Login, is_whole: true }
        );
    }
    // A minute later, so that no two of them can be one event.
    journey.wait(60);
    ask(&journey, "https://app.test/\u{9b}2J").await;
    assert_eq!(refusals(&journey).await[0].1.url, "https://app.test/\u{fffd}2J", "a terminal would obey");
    journey.wait(60);
    let long = format!("https://app.test/{}", "é".repeat(4000));
    ask(&journey, &long).await;
    let (event, kept) = refusals(&journey).await.remove(0);
    assert!(!kept.is_whole && kept.url.len() <= MAX_LENGTH && long.starts_with(&kept.url));
    let allowed =
        allow(&journey.kit.app, &journey.kit.shell(), &event, client(&journey).await.version, None).await;
    assert!(matches!(allowed, Err(Fault::NotSupported { .. })), "{allowed:?}");
}

#[tokio::test]
async fn two_addresses_are_two_events_and_a_thousand_are_no_flood() {
    let journey = Journey::new().await;
    for _ in 0..3 {
        ask(&journey, "https://app.test/one").await;
        ask(&journey, "https://app.test/two").await;
    }
    let events = journey.kit.events().await;
    let counts: Vec<i64> =
        events.iter().filter(|event| asked_of(event).is_some()).map(|event| event.count).collect();
    assert_eq!(counts, [3, 3]);
    for number in 0..300 {
        ask(&journey, &format!("https://app.test/{number}")).await;
    }
    assert!(refusals(&journey).await.len() <= usize::from(BUCKETS), "a stranger fills the log");
}

#[tokio::test]
async fn a_known_host_is_allowed_by_one_click_and_then_it_is_allowed() {
    let journey = Journey::new().await;
    let (app, shell) = (&journey.kit.app, journey.kit.shell());
    ask(&journey, "https://app.test/other").await;
    let (event, _) = refusals(&journey).await.remove(0);
    let version = client(&journey).await.version;
    let stale = allow(app, &shell, &event, version - 1, None).await;
    assert!(matches!(stale, Err(Fault::Stale { .. })), "{stale:?}");
    let done = allow(app, &shell, &event, version, None).await.unwrap();
    assert!(!done.was_allowed && done.client.callbacks().contains(&"https://app.test/other".to_owned()));
    let changes =
        journey.kit.events().await.into_iter().filter(|event| event.description == "Update a client");
    assert!(changes.count() >= 1);
    // The second time nothing is to be done, whatever the version.
    assert!(allow(app, &shell, &event, version, None).await.unwrap().was_allowed);
    assert!(suggestions(app, &shell).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_host_that_was_never_seen_has_to_be_typed() {
    let journey = Journey::new().await;
    let (app, shell) = (&journey.kit.app, journey.kit.shell());
    ask(&journey, "https://Evil.test/cb").await;
    let (event, asked) = refusals(&journey).await.remove(0);
    let version = client(&journey).await.version;
    for typed in [None, Some(""), Some("app.test"), Some("https://evil.test")] {
        let refused = allow(app, &shell, &event, version, typed).await;
        assert!(matches!(refused, Err(Fault::Invalid(_))), "{typed:?} {refused:?}");
    }
    assert!(suggestions(app, &shell).await.unwrap().is_empty(), "a stranger's host is promoted");
    let seen = sightings(app, &shell, &journey.client, &asked).await.unwrap();
    assert_eq!((seen.requests, seen.places, seen.used), (1, 1, None));
    let done = allow(app, &shell, &event, version, Some(" evil.TEST ")).await.unwrap();
    assert!(done.client.callbacks().contains(&"https://Evil.test/cb".to_owned()));
}

#[tokio::test]
async fn the_most_frequent_is_suggested_first() {
    let journey = Journey::new().await;
    let (app, shell) = (&journey.kit.app, journey.kit.shell());
    ask(&journey, "https://app.test/cb/").await;
    for _ in 0..4 {
        ask(&journey, "http://localhost:1234/cb").await;
    }
    let found = suggestions(app, &shell).await.unwrap();
    let told: Vec<(&str, i64)> = found.iter().map(|one| (one.asked.url.as_str(), one.requests)).collect();
    assert_eq!(told, [("http://localhost:1234/cb", 4), ("https://app.test/cb/", 1)]);
    assert_eq!(found[1].diagnosis.cause, Cause::TrailingSlash);
}

#[tokio::test]
async fn a_viewer_looks_and_changes_nothing() {
    let journey = Journey::new().await;
    ask(&journey, "https://app.test/other").await;
    let (event, asked) = refusals(&journey).await.remove(0);
    let who = Who::Admin {
        id: AdminId::parse("v").unwrap(),
        email: Email::parse("v@acme.test").unwrap(),
        role: Role::Viewer,
    };
    let viewer = Caller { who, ..journey.kit.shell() };
    assert!(examine(&journey.kit.app, &viewer, Some(&journey.client), asked).await.is_ok());
    let refused = allow(&journey.kit.app, &viewer, &event, client(&journey).await.version, None).await;
    assert!(matches!(refused, Err(Fault::Forbidden { .. })), "{refused:?}");
}
