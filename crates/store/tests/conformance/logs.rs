//! The log.

use doorward_model::api::{ClientGrant, ResourceServer};
use doorward_model::ids::{ClientGrantId, ResourceServerId, TenantId};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::log::search::LOGS;
use doorward_model::stream::Checkpoint;
use doorward_store::logs::{Grounds, LogFilter, LogOrder, committed};
use doorward_store::{Db, client_grants, clients, logs, resource_servers};

use serde_json::json;

use crate::kit::on_both;
use crate::kit::samples::*;

const OLDEST: LogOrder = LogOrder { field: "date", is_descending: false };

fn ids(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.id.as_str()).collect()
}

#[test]
fn an_event_is_read_back_as_it_was_written() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut bare = event("1");
        (bare.client, bare.user, bare.connection, bare.auth0_client) = (None, None, None, None);
        let mut rich = event("2");
        rich.details.insert("changed".to_owned(), serde_json::json!(["z", {"b": 1, "a": "'\"\\"}]));
        rich.count = 3;
        for event in [bare, rich] {
            write(&db, &t, |b| logs::insert(b, &event)).await.unwrap();
            assert_eq!(logs::get(&scope, &event.id).await.unwrap(), Some(event));
        }
        assert_eq!(logs::get(&scope, &log_id("3")).await.unwrap(), None);
        for code in EventCode::ALL {
            let event = Event { code: *code, ..event(&format!("c-{}", code.as_str())) };
            write(&db, &t, |b| logs::insert(b, &event)).await.unwrap();
            assert_eq!(logs::get(&scope, &event.id).await.unwrap(), Some(event));
        }
    });
}

#[test]
fn equal_failures_fold_into_one_event_with_a_count() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        for (id, key) in [("1", Some("fp client 192.0.2.1 30000000")), ("2", None), ("3", None)] {
            let event = Event { fold_key: key.map(str::to_owned), ..event(id) };
            write(&db, &t, |b| logs::insert_folded(b, &event)).await.unwrap();
        }
        let mut tasks = Vec::new();
        for i in 0..50 {
            let key = Some("fp client 192.0.2.1 30000000".to_owned());
            let event = Event { fold_key: key, at: later(9), ..event(&format!("9-{i}")) };
            let mut b = scope.batch();
            logs::insert_folded(&mut b, &event);
            tasks.push(tokio::spawn(b.commit()));
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let all = logs::list(&scope, &LogFilter::default(), LogOrder::default(), (0, 100)).await.unwrap();
        assert_eq!(ids(&all), ["3", "2", "1"]);
        assert_eq!((all[2].count, all[2].at), (51, later(9)));
    });
}

#[test]
fn pages_go_back_in_time_and_checkpoints_forward() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        for i in 0..5 {
            let mut event = event(&format!("{i}"));
            event.at = later(i);
            if i % 2 == 1 {
                (event.code, event.client, event.user) = (EventCode::WrongPassword, None, None);
            }
            logs::insert(&mut b, &event);
        }
        b.commit().await.unwrap();
        let all = LogFilter::default();
        assert_eq!(ids(&logs::list(&scope, &all, LogOrder::default(), (0, 2)).await.unwrap()), ["4", "3"]);
        assert_eq!(ids(&logs::list(&scope, &all, LogOrder::default(), (4, 2)).await.unwrap()), ["0"]);
        assert_eq!(ids(&logs::list(&scope, &all, OLDEST, (1, 2)).await.unwrap()), ["1", "2"]);
        assert_eq!(ids(&logs::list_after(&scope, &all, None, 2).await.unwrap()), ["0", "1"]);
        assert_eq!(
            ids(&logs::list_after(&scope, &all, Some(&log_id("1")), 9).await.unwrap()),
            ["2", "3", "4"]
        );
        assert!(logs::list_after(&scope, &all, Some(&log_id("4")), 9).await.unwrap().is_empty());

        let found = async |filter: &LogFilter| {
            let found = logs::list(&scope, filter, LogOrder::default(), (0, 9)).await.unwrap();
            assert_eq!(logs::count(&scope, filter).await.unwrap(), found.len() as i64);
            ids(&found).join(" ")
        };
        assert_eq!(found(&LogFilter { codes: vec![EventCode::WrongPassword], ..all.clone() }).await, "3 1");
        assert_eq!(found(&LogFilter { client: Some(client_id("client")), ..all.clone() }).await, "4 2 0");
        assert_eq!(found(&LogFilter { user: Some(user_id("auth0|1")), ..all.clone() }).await, "4 2 0");
        assert_eq!(found(&LogFilter { of_people: true, ..all.clone() }).await, "4 2 0");
        assert_eq!(found(&LogFilter { since: Some(later(2)), ..all.clone() }).await, "4 3 2");
        assert_eq!(found(&LogFilter { until: Some(later(2)), ..all.clone() }).await, "1 0");
        let codes = vec![EventCode::WrongPassword, EventCode::Login, EventCode::Logout];
        assert_eq!(found(&LogFilter { codes, since: Some(later(3)), ..all }).await, "4 3");
    });
}

#[test]
fn the_event_of_a_token_needs_client_api_and_grant_as_they_were_read() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let id = ResourceServerId::parse("api").unwrap();
        let api = ResourceServer::new(id, "https://api.test/".to_owned(), NOW);
        let id = ClientGrantId::parse("cgr_1").unwrap();
        let grant = ClientGrant::new(id, client_id("client"), api.identifier.clone(), Vec::new());
        let issue = async |id: &str, api: &ResourceServer, grant: Option<&ClientGrant>| {
            let client = client_id("client");
            write(&db, &t, |b| logs::insert_if(b, &event(id), &Grounds { client: &client, api, grant })).await
        };
        assert_eq!(issue("1", &api, None).await, unmet(logs::NOT_ALLOWED));
        write(&db, &t, |b| resource_servers::insert(b, &api)).await.unwrap();
        assert_eq!(issue("2", &api, None).await, Ok(()));
        assert_eq!(logs::get(&scope, &log_id("2")).await.unwrap(), Some(event("2")));
        assert_eq!(issue("3", &api, Some(&grant)).await, unmet(logs::NOT_ALLOWED));
        write(&db, &t, |b| client_grants::insert(b, &grant)).await.unwrap();
        assert_eq!(issue("4", &api, Some(&grant)).await, Ok(()));

        write(&db, &t, |b| client_grants::update(b, &grant)).await.unwrap();
        assert_eq!(issue("5", &api, Some(&grant)).await, unmet(logs::NOT_ALLOWED));
        let grant = ClientGrant { version: 2, ..grant };
        assert_eq!(issue("6", &api, Some(&grant)).await, Ok(()));
        write(&db, &t, |b| resource_servers::update(b, &api)).await.unwrap();
        assert_eq!(issue("7", &api, Some(&grant)).await, unmet(logs::NOT_ALLOWED));
        let api = ResourceServer { version: 2, ..api };
        assert_eq!(issue("8", &api, Some(&grant)).await, Ok(()));

        write(&db, &t, |b| client_grants::delete(b, &grant.id)).await.unwrap();
        assert_eq!(issue("9", &api, Some(&grant)).await, unmet(logs::NOT_ALLOWED));
        write(&db, &t, |b| clients::delete(b, &client_id("client"), NOW)).await.unwrap();
        assert_eq!(issue("10", &api, None).await, unmet(logs::NOT_ALLOWED));
        assert_eq!(logs::count(&scope, &LogFilter::default()).await.unwrap(), 4);
    });
}

#[test]
fn retention_deletes_the_oldest_in_steps() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        for i in 0..7 {
            logs::insert(&mut b, &Event { at: later(i), ..event(&format!("{i}")) });
        }
        b.commit().await.unwrap();
        assert_eq!(logs::delete_before(&scope, later(5), 3).await.unwrap(), 3);
        assert_eq!(logs::delete_before(&scope, later(5), 3).await.unwrap(), 2);
        assert_eq!(logs::delete_before(&scope, later(5), 3).await.unwrap(), 0);
        let left = logs::list(&scope, &LogFilter::default(), LogOrder::default(), (0, 9)).await.unwrap();
        assert_eq!(ids(&left), ["6", "5"]);
    });
}

/// Old events go in pieces, between which others write: nobody waits until all are gone.
#[test]
fn who_writes_does_not_wait_for_retention() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        (0..1000).for_each(|i| logs::insert(&mut b, &event(&format!("{i:04}"))));
        b.commit().await.unwrap();
        let clean = async { while logs::delete_before(&scope, later(5), 5).await.unwrap() > 0 {} };
        let log = async {
            let fresh = Event { at: later(9), ..event("9") };
            write(&db, &t, |b| logs::insert(b, &fresh)).await.unwrap();
            let old = LogFilter { until: Some(later(5)), ..LogFilter::default() };
            logs::count(&scope, &old).await.unwrap()
        };
        let ((), left) = tokio::join!(clean, log);
        assert!(left > 0, "the event was written after the last piece");
        assert_eq!(ids(&logs::list(&scope, &LogFilter::default(), OLDEST, (0, 9)).await.unwrap()), ["9"]);
    });
}

/// A shape stays as long as there is an event of it (one that a stream has not sent is kept for longer), and comes
/// again with the next.
#[test]
fn shapes_of_which_no_event_is_kept_are_forgotten() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let day = |days: u32| later(days * 86_400);
        for (id, code, days) in
            [("1", EventCode::Login, 0), ("2", EventCode::Logout, 0), ("3", EventCode::Logout, 9)]
        {
            let event = Event { code, at: day(days), ..event(id) };
            write(&db, &t, |b| logs::insert(b, &event)).await.unwrap();
        }
        let found = async |text: &str| {
            let filter = LogFilter { query: LOGS.parse(text).ok(), ..LogFilter::default() };
            ids(&logs::list(&scope, &filter, OLDEST, (0, 9)).await.unwrap()).join(" ")
        };
        // Whatever is still to be deleted is found until then.
        assert_eq!(logs::forget_shapes(&scope, day(5)).await.unwrap(), 0);
        assert_eq!((found("type:s").await, found("type:slo").await), ("1".to_owned(), "2 3".to_owned()));
        assert_eq!(logs::delete_before(&scope, day(5), 9).await.unwrap(), 2);
        assert_eq!(logs::forget_shapes(&scope, day(5)).await.unwrap(), 1);
        assert_eq!(found("type:slo").await, "3");
        let again = Event { at: day(10), ..event("4") };
        write(&db, &t, |b| logs::insert(b, &again)).await.unwrap();
        assert_eq!(found("type:s*").await, "3 4");
        let other = TenantId::parse("b").unwrap();
        assert_eq!(logs::forget_shapes(&db.tenant(&other), day(99)).await.unwrap(), 0);
    });
}

/// The ids of all that a copy gets that goes on after an event, in pages of two.
async fn copied(db: &Db, t: &TenantId, from: Option<&str>, of_people: bool) -> String {
    let scope = db.tenant(t);
    let (mut known, mut all) = (from.map(log_id), Vec::new());
    loop {
        let page = committed::after(&scope, known.as_ref(), of_people, 2).await.unwrap();
        let Some(last) = page.last() else { return all.join(" ") };
        known = Some(last.id.clone());
        all.extend(page.iter().map(|event| event.id.as_str().to_owned()));
        assert!(all.len() < 50, "the copy has no end: {all:?}");
    }
}

/// Waits until a copy is that: a transaction of anybody on the server holds back what was committed after it began.
async fn copies(db: &Db, t: &TenantId, from: Option<&str>, wanted: &str) {
    for _ in 0..3000 {
        if copied(db, t, from, false).await == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(copied(db, t, from, false).await, wanted, "from {from:?}");
}

/// Ids are drawn before the commit. A copy passes none of them by, and gives none twice, also when the event that
/// it goes on from counts further meanwhile.
#[test]
fn a_copy_passes_nothing_by_that_is_committed_with_an_earlier_id() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        furnish(&db, "b").await;
        let add = async |id: &str| write(&db, &t, |b| logs::insert(b, &event(id))).await.unwrap();
        let fold = async |id: &str| {
            let folded = Event { fold_key: Some("key".to_owned()), user: None, ..event(id) };
            write(&db, &t, |b| logs::insert_folded(b, &folded)).await.unwrap();
        };
        for id in ["5", "3", "4"] {
            add(id).await;
        }
        copies(&db, &t, None, "5 3 4").await;
        add("2").await;
        copies(&db, &t, Some("4"), "2").await;
        fold("1").await;
        add("6").await;
        copies(&db, &t, Some("2"), "1 6").await;
        fold("7").await;
        fold("8").await;
        add("0").await;
        // It counted two more, and stands where it stood for who reads on from it.
        copies(&db, &t, Some("1"), "6 0").await;
        copies(&db, &t, None, "5 3 4 2 1 6 0").await;
        let found = committed::after(&db.tenant(&t), Some(&log_id("2")), false, 1).await.unwrap();
        assert_eq!((found[0].id.as_str(), found[0].count), ("1", 3));
        assert_eq!(copied(&db, &t, Some("2"), true).await, "6 0", "of people only");
        // After one that is gone it goes on with greater ids, rather twice than not at all.
        assert!(copied(&db, &t, Some("55"), false).await.ends_with("6 0"));
        assert_eq!(copied(&db, &t, Some("9"), false).await, "");
        assert_eq!(copied(&db, &tenant_id("b"), None, false).await, "");
    });
}

#[test]
fn who_reads_along_sees_what_is_committed_before_it_is_settled() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        write(&db, &t, |b| logs::insert(b, &event("5"))).await.unwrap();
        let tip = committed::tip(&scope).await.unwrap();
        let start = Checkpoint { position: 0, event: None };
        let first = committed::newest_after(&scope, &start, 9).await.unwrap().remove(0);
        write(&db, &t, |b| logs::insert(b, &event("3"))).await.unwrap();
        let next = committed::newest_after(&scope, &first.checkpoint(), 9).await.unwrap();
        assert_eq!((next.len(), next[0].event.id.as_str()), (1, "3"));
        assert_eq!(committed::newest_after(&scope, &start, 1).await.unwrap(), [first]);
        assert!(committed::tip(&scope).await.unwrap() >= tip, "the tip never goes back");
        // What counts further is seen again, also when it was the newest.
        let fold = async |id: &str| {
            let folded = Event { fold_key: Some("key".to_owned()), ..event(id) };
            write(&db, &t, |b| logs::insert_folded(b, &folded)).await.unwrap();
            committed::newest_after(&scope, &start, 9).await.unwrap().pop().unwrap()
        };
        let (first_time, again) = (fold("6").await, fold("7").await);
        assert_eq!((again.event.id.as_str(), again.event.count), ("6", 2));
        assert!(again.checkpoint() > first_time.checkpoint());
        let other = TenantId::parse("b").unwrap();
        assert!(committed::newest_after(&db.tenant(&other), &start, 9).await.unwrap().is_empty());
    });
}

#[test]
fn what_was_done_to_a_client_is_found_beside_what_happened_at_it() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let about = |id: &str, target: serde_json::Value| {
            let mut event = Event { client: None, code: EventCode::ManagementWrite, ..event(id) };
            event.details.insert("target".to_owned(), target);
            event
        };
        let mut b = scope.batch();
        logs::insert(&mut b, &event("1"));
        logs::insert(&mut b, &about("2", json!({ "client_id": "client", "client_name": "App" })));
        logs::insert_folded(&mut b, &about("3", json!("client")));
        logs::insert(&mut b, &about("4", json!({ "client_id": "other" })));
        logs::insert(&mut b, &about("5", json!({ "email": "client" })));
        // A client that changes itself is found once.
        let itself = about("6", json!({ "client_id": "client" }));
        logs::insert(&mut b, &Event { client: Some(client_id("client")), ..itself });
        b.commit().await.unwrap();
        let of_it = LogFilter { about: Some(client_id("client")), ..LogFilter::default() };
        let before = async |id: Option<&str>, limit: u32| {
            let id = id.map(log_id);
            let found = logs::list_before(&scope, &of_it, id.as_ref(), limit).await.unwrap();
            ids(&found).join(" ")
        };
        assert_eq!(before(None, 9).await, "6 3 2 1");
        assert_eq!(before(None, 2).await, "6 3");
        assert_eq!(before(Some("3"), 9).await, "2 1");
        assert_eq!(
            ids(&logs::list(&scope, &of_it, LogOrder::default(), (0, 9)).await.unwrap()),
            ["6", "3", "2", "1"]
        );
        assert_eq!(logs::count(&scope, &of_it).await.unwrap(), 4);
        let changes = logs::changes_of(&scope, &client_id("client"), 2).await.unwrap();
        assert_eq!(ids(&changes), ["6", "3"]);
        let at_it = LogFilter { client: Some(client_id("client")), ..LogFilter::default() };
        assert_eq!(ids(&logs::list(&scope, &at_it, LogOrder::default(), (0, 9)).await.unwrap()), ["6", "1"]);
    });
}

#[test]
fn refusals_are_found_by_client_and_a_repeated_event_by_its_key() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        furnish(&db, "b").await;
        let scope = db.tenant(&t);
        let refused = |id: &str| Event { code: EventCode::LoginFailed, ..event(id) };
        let mut b = scope.batch();
        logs::insert(&mut b, &refused("1"));
        logs::insert(&mut b, &event("2"));
        logs::insert_folded(&mut b, &Event { fold_key: Some("key".into()), ..refused("3") });
        logs::insert_folded(&mut b, &Event { fold_key: Some("key".into()), ..refused("4") });
        logs::insert(&mut b, &Event { client: None, code: EventCode::LogoutFailed, ..event("5") });
        b.commit().await.unwrap();
        let since = async |client: Option<&str>, id: &str, limit: u32| {
            let client = client.map(client_id);
            let found = logs::refusals_since(&scope, client.as_ref(), &log_id(id), limit).await.unwrap();
            ids(&found).join(" ")
        };
        assert_eq!(since(None, "1", 9).await, "5 3 1");
        assert_eq!(since(None, "2", 9).await, "5 3");
        assert_eq!(since(None, "1", 2).await, "5 3");
        assert_eq!(since(Some("client"), "1", 9).await, "3 1");
        assert_eq!(since(Some("other"), "1", 9).await, "");
        let found = logs::folded(&scope, "key").await.unwrap().unwrap();
        assert_eq!((found.id.as_str(), found.count), ("3", 2));
        assert_eq!(logs::folded(&scope, "none").await.unwrap(), None);
        let other = TenantId::parse("b").unwrap();
        let other = db.tenant(&other);
        assert_eq!(logs::folded(&other, "key").await.unwrap(), None);
        assert!(logs::refusals_since(&other, None, &log_id("1"), 9).await.unwrap().is_empty());
    });
}

#[test]
fn events_are_counted_when_they_are_committed_and_repeats_apart() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let code = EventCode::WrongPassword;
        let now = || (db.measures().events(code), db.measures().folded.get());
        let begun = now();
        let repeated = |id: &str| Event { code, fold_key: Some("key".to_owned()), ..event(id) };
        for id in ["1", "2", "3"] {
            write(&db, &t, |b| logs::insert_folded(b, &repeated(id))).await.unwrap();
        }
        assert_eq!(now(), (begun.0 + 3, begun.1 + 2));
        let mut lost = scope.batch();
        logs::insert(&mut lost, &repeated("4"));
        drop(lost);
        assert!(write(&db, &t, |b| logs::insert(b, &repeated("1"))).await.is_err(), "the id is taken");
        assert_eq!(now(), (begun.0 + 3, begun.1 + 2), "what is not committed did not happen");
        assert!(db.measures().undone.get() >= 1);
        assert!(db.measures().commits.spread().count >= 3);
        assert_eq!((db.measures().waiting.get(), db.measures().turned_away.get()), (0, 0));
    });
}
