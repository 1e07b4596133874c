//! Log streams: settings, the order of the outbox, leases, and what is kept of tries.

use std::sync::atomic::{AtomicU32, Ordering};

use doorward_model::ids::{StreamId, TenantId};
use doorward_model::json::Object;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::secret::SealedSecret;
use doorward_model::stream::pii::{PiiField, PiiMethod};
use doorward_model::stream::{Category, Checkpoint, PiiConfig, SinkKind, StreamStatus};
use doorward_store::global::leases::{self, Lease};
use doorward_store::log_streams::attempts::{self, Attempt, Outcome};
use doorward_store::log_streams::delivery::{self, Held, Taken};
use doorward_store::log_streams::letters::{self, Letter};
use doorward_store::log_streams::{self, StoredStream, outbox};
use doorward_store::{DatabaseUrl, Db, StoreError, logs};
use serde_json::json;

use crate::kit::samples::*;
use crate::kit::{execute_on, on_both};

fn id(text: &str) -> StreamId {
    StreamId::parse(text).unwrap()
}

fn object(value: serde_json::Value) -> Object {
    let serde_json::Value::Object(object) = value else { panic!("not an object: {value}") };
    object
}

fn stream(text: &str) -> StoredStream {
    StoredStream {
        id: id(text),
        name: "Mine".to_owned(),
        kind: SinkKind::Http,
        status: StreamStatus::Active,
        sink: object(json!({ "httpEndpoint": "https://in.test/" })),
        secrets: SealedSecret::from_ciphertext("sealed".to_owned()),
        categories: vec![Category::LoginFail, Category::Other],
        is_priority: true,
        pii: Some(PiiConfig { fields: vec![PiiField::Email], method: PiiMethod::Hash }),
        start_from: Some(later(7)),
        batch: Some(20),
        created_at: NOW,
        version: 1,
    }
}

const START: Checkpoint = Checkpoint { position: 0, event: None };

async fn made(db: &Db, text: &str) -> TenantId {
    let t = furnish(db, "a").await;
    write(db, &t, |b| log_streams::insert(b, &stream(text), Some(&START), 9)).await.unwrap();
    t
}

/// The ids after a checkpoint, in order, read in parts.
async fn waiting(db: &Db, t: &TenantId, from: &Checkpoint) -> Vec<String> {
    let scope = db.tenant(t);
    let (mut at, mut ids) = (from.clone(), Vec::new());
    loop {
        let part = outbox::after(&scope, &at, 2).await.unwrap();
        let Some(last) = part.last() else { break };
        at = last.checkpoint();
        ids.extend(part.iter().map(|placed| placed.event.id.as_str().to_owned()));
    }
    ids
}

/// Waits until these are after a checkpoint: a transaction of anybody on the server holds back what was
/// committed after it began.
async fn come(db: &Db, t: &TenantId, from: &Checkpoint, wanted: &[&str]) {
    let mut found = waiting(db, t, from).await;
    for _ in 0..3000 {
        if found == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        found = waiting(db, t, from).await;
    }
    assert_eq!(found, wanted);
}

/// The checkpoint behind all that is there.
async fn end(db: &Db, t: &TenantId) -> Checkpoint {
    outbox::after(&db.tenant(t), &START, 99).await.unwrap().pop().unwrap().checkpoint()
}

async fn log(db: &Db, t: &TenantId, id: &str) {
    write(db, t, |b| logs::insert(b, &event(id))).await.unwrap();
}

#[test]
fn a_stream_is_read_back_changed_under_its_version_and_deleted_with_all_of_it() {
    on_both(async |db| {
        let t = made(&db, "lst_1").await;
        let scope = db.tenant(&t);
        let (read, progress) = log_streams::get(&scope, &id("lst_1")).await.unwrap().unwrap();
        assert_eq!(read, stream("lst_1"));
        assert_eq!((progress.checkpoint, progress.floor_at), (START, Some(later(7))));
        assert_eq!(log_streams::list(&scope).await.unwrap().len(), 1);
        let changed = StoredStream {
            name: "Other".to_owned(),
            status: StreamStatus::Paused,
            categories: Vec::new(),
            pii: None,
            start_from: None,
            batch: None,
            ..read
        };
        write(&db, &t, |b| log_streams::update(b, &changed)).await.unwrap();
        assert_eq!(write(&db, &t, |b| log_streams::update(b, &changed)).await, unmet(log_streams::STALE));
        let (read, _) = log_streams::get(&scope, &id("lst_1")).await.unwrap().unwrap();
        assert_eq!(read, StoredStream { version: 2, ..changed });
        write(&db, &t, |b| {
            let event = log_id("1");
            let letter = Letter { event, at: NOW, status: None, said: String::new(), record: Object::new() };
            letters::insert(b, &id("lst_1"), &letter);
            log_streams::delete(b, &id("lst_1"));
        })
        .await
        .unwrap();
        assert_eq!(log_streams::get(&scope, &id("lst_1")).await.unwrap(), None);
        assert_eq!(letters::count(&scope, &id("lst_1")).await.unwrap(), 0);
        assert_eq!(write(&db, &t, |b| log_streams::delete(b, &id("lst_1"))).await, unmet(log_streams::STALE));
        assert_eq!(write(&db, &t, |b| log_streams::hurry(b, &id("lst_1"))).await, unmet(log_streams::STALE));
    });
}

/// Each of them counts what is there before it adds to it.
#[test]
fn of_thirty_streams_at_once_as_many_are_made_as_there_is_room_for() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let number = AtomicU32::new(1);
        let next = || stream(&format!("lst_{}", number.fetch_add(1, Ordering::Relaxed)));
        let (made, failures) =
            write_in_parallel(&db, &t, 30, |b| log_streams::insert(b, &next(), None, 20)).await;
        assert_eq!((made, log_streams::list(&db.tenant(&t)).await.unwrap().len()), (20, 20));
        for failure in failures {
            assert_eq!(Err(failure), unmet(log_streams::FULL));
        }
    });
}

#[test]
fn a_tenant_has_no_more_streams_than_it_may_and_no_two_for_one_file() {
    on_both(async |db| {
        let t = made(&db, "lst_1").await;
        furnish(&db, "b").await;
        let insert = async |stream: &StoredStream, most: u32| {
            write(&db, &t, |b| log_streams::insert(b, stream, None, most)).await
        };
        assert_eq!(insert(&stream("lst_2"), 1).await, unmet(log_streams::FULL));
        let file = |text: &str, name: &str| StoredStream {
            kind: SinkKind::File,
            sink: object(json!({ "fileName": name })),
            ..stream(text)
        };
        insert(&file("lst_3", "a"), 9).await.unwrap();
        insert(&file("lst_4", "b"), 9).await.unwrap();
        let refused = insert(&file("lst_5", "a"), 9).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
        let refused = write(&db, &t, |b| log_streams::update(b, &file("lst_4", "a"))).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
        // Elsewhere it is another file.
        write(&db, &tenant_id("b"), |b| log_streams::insert(b, &file("lst_6", "a"), None, 9)).await.unwrap();
    });
}

#[test]
fn events_stand_in_the_order_of_their_commits_and_come_again_when_they_are_counted_further() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        furnish(&db, "b").await;
        // A later commit may bring an earlier id.
        for id in ["5", "3", "4"] {
            log(&db, &t, id).await;
        }
        come(&db, &t, &START, &["5", "3", "4"]).await;
        let known = end(&db, &t).await;
        let folded = |id: &str| Event { fold_key: Some("key".into()), ..event(id) };
        write(&db, &t, |b| logs::insert_folded(b, &folded("1"))).await.unwrap();
        log(&db, &t, "2").await;
        write(&db, &t, |b| logs::insert_folded(b, &folded("6"))).await.unwrap();
        come(&db, &t, &known, &["2", "1"]).await;
        let again = outbox::after(&db.tenant(&t), &known, 9).await.unwrap().pop().unwrap();
        assert_eq!(again.event.count, 2);
        let counted = outbox::count_after(&db.tenant(&t), &START, &[EventCode::Login], 3).await.unwrap();
        assert_eq!(counted, 3, "no more than asked for");
        let none = outbox::count_after(&db.tenant(&t), &START, &[EventCode::ApiLimit], 3).await.unwrap();
        assert_eq!(none, 0);
        assert!(waiting(&db, &tenant_id("b"), &START).await.is_empty());
    });
}

#[test]
fn a_new_stream_begins_with_what_follows_or_where_it_is_told() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut early = event("1");
        early.at = later(1);
        let mut late = event("2");
        late.at = later(9);
        write(&db, &t, |b| logs::insert(b, &early)).await.unwrap();
        write(&db, &t, |b| logs::insert(b, &late)).await.unwrap();
        // What is committed is behind a stream that begins now; on a busy server a moment later.
        come(&db, &t, &START, &["1", "2"]).await;
        write(&db, &t, |b| log_streams::insert(b, &stream("lst_1"), None, 9)).await.unwrap();
        log(&db, &t, "3").await;
        let (_, progress) = log_streams::get(&scope, &id("lst_1")).await.unwrap().unwrap();
        come(&db, &t, &progress.checkpoint, &["3"]).await;

        let from = outbox::before_time(&scope, later(5), &log_id("2")).await.unwrap().unwrap();
        assert!(waiting(&db, &t, &from).await.contains(&"2".to_owned()));
        assert_eq!(outbox::before_time(&scope, later(99), &log_id("9")).await.unwrap(), None);
        write(&db, &t, |b| log_streams::replay(b, &id("lst_1"), 1, &from, Some(later(5)))).await.unwrap();
        let (read, progress) = log_streams::get(&scope, &id("lst_1")).await.unwrap().unwrap();
        assert_eq!((read.version, progress.checkpoint, progress.floor_at), (2, from.clone(), Some(later(5))));
        let stale = write(&db, &t, |b| log_streams::replay(b, &id("lst_1"), 1, &from, None)).await;
        assert_eq!(stale, unmet(log_streams::STALE));
    });
}

#[test]
fn no_position_comes_again_after_the_log_was_emptied() {
    on_both(async |db| {
        let t = made(&db, "lst_1").await;
        for id in ["1", "2", "3"] {
            log(&db, &t, id).await;
        }
        let scope = db.tenant(&t);
        come(&db, &t, &START, &["1", "2", "3"]).await;
        let last = end(&db, &t).await;
        write(&db, &t, |b| log_streams::replay(b, &id("lst_1"), 1, &last, None)).await.unwrap();
        // The last event is still at the checkpoint itself, and goes with the next.
        assert_eq!(logs::delete_before(&scope, later(99), 9).await.unwrap(), 2);
        execute_on(&db, "DELETE FROM logs").await;
        log(&db, &t, "0").await;
        come(&db, &t, &last, &["0"]).await;
    });
}

#[test]
fn what_a_stream_has_before_it_is_kept_for_as_long_as_it_is_active() {
    on_both(async |db| {
        let t = made(&db, "lst_1").await;
        let scope = db.tenant(&t);
        log(&db, &t, "1").await;
        assert_eq!(logs::delete_before(&scope, later(99), 9).await.unwrap(), 0);
        let suspended = StoredStream { status: StreamStatus::Suspended, ..stream("lst_1") };
        write(&db, &t, |b| log_streams::update(b, &suspended)).await.unwrap();
        come(&db, &t, &START, &["1"]).await;
        let behind = end(&db, &t).await;
        assert!(outbox::is_any_behind(&scope, &behind).await.unwrap());
        assert!(!outbox::is_any_behind(&scope, &START).await.unwrap());
        assert_eq!(logs::delete_before(&scope, later(99), 9).await.unwrap(), 1);
        assert!(!outbox::is_any_behind(&scope, &behind).await.unwrap());
    });
}

#[test]
fn who_lost_a_stream_or_read_an_older_one_of_it_moves_nothing() {
    on_both(async |db| {
        let t = made(&db, "lst_1").await;
        let free = leases::active(&db.global()).await.unwrap().pop().unwrap();
        let lease = Lease { tenant: t.clone(), stream: id("lst_1"), holder: String::new(), beat: 0 };
        assert_eq!(free, lease);
        write(&db, &t, |b| delivery::acquire(b, &free, "one")).await.unwrap();
        assert_eq!(write(&db, &t, |b| delivery::acquire(b, &free, "two")).await, unmet(delivery::LOST));
        let (stream, to) = (id("lst_1"), Checkpoint { position: 7, event: Some(log_id("7")) });
        let held = |holder, version| Held { stream: &stream, holder, version };
        write(&db, &t, |b| delivery::beat(b, &stream, "one")).await.unwrap();
        let taken = Taken { events: 3, at: NOW, delay: 12 };
        write(&db, &t, |b| delivery::taken(b, held("one", 1), &to, taken)).await.unwrap();
        write(&db, &t, |b| delivery::taken(b, held("one", 1), &to, taken)).await.unwrap();
        let progress = async || log_streams::get(&db.tenant(&t), &stream).await.unwrap().unwrap().1;
        let now = progress().await;
        assert_eq!((now.checkpoint, now.sent_today, now.sent_day), (to.clone(), 6, delivery::day(NOW)));
        assert_eq!((now.delivered_at, now.delay), (Some(NOW), Some(12)));
        let tomorrow = Taken { at: later(86_400), ..taken };
        write(&db, &t, |b| delivery::taken(b, held("one", 1), &to, tomorrow)).await.unwrap();
        assert_eq!(progress().await.sent_today, 3);

        let active = StreamStatus::Active;
        write(&db, &t, |b| delivery::failed(b, held("one", 1), later(1), later(3), active)).await.unwrap();
        write(&db, &t, |b| delivery::failed(b, held("one", 1), later(2), later(6), active)).await.unwrap();
        let now = progress().await;
        assert_eq!((now.failing_since, now.failures, now.retry_at), (Some(later(1)), 2, later(6)));
        write(&db, &t, |b| log_streams::hurry(b, &stream)).await.unwrap();
        assert_eq!(progress().await.retry_at.millis(), 0);
        write(&db, &t, |b| delivery::set_aside(b, held("one", 1), &to)).await.unwrap();
        let now = progress().await;
        assert_eq!((now.aside_in_a_row, now.failing_since), (1, None));

        // Another takes over, or an admin changes it: whoever had it moves nothing.
        let lease = leases::active(&db.global()).await.unwrap().pop().unwrap();
        write(&db, &t, |b| delivery::acquire(b, &lease, "two")).await.unwrap();
        let back = START;
        for held in [held("one", 1), held("two", 0)] {
            let lost = unmet(delivery::LOST);
            assert_eq!(write(&db, &t, |b| delivery::pass_over(b, held, &back)).await, lost);
            assert_eq!(write(&db, &t, |b| delivery::taken(b, held, &back, taken)).await, lost);
            assert_eq!(write(&db, &t, |b| delivery::set_aside(b, held, &back)).await, lost);
            assert_eq!(write(&db, &t, |b| delivery::failed(b, held, NOW, NOW, active)).await, lost);
        }
        assert_eq!(write(&db, &t, |b| delivery::beat(b, &stream, "one")).await, unmet(delivery::LOST));
        write(&db, &t, |b| delivery::release(b, &stream, "one")).await.unwrap();
        assert_eq!(progress().await.holder, "two");
        write(&db, &t, |b| delivery::pass_over(b, held("two", 1), &back)).await.unwrap();
        assert_eq!(progress().await.checkpoint, back);
        write(&db, &t, |b| delivery::release(b, &stream, "two")).await.unwrap();
        assert_eq!(progress().await.holder, "");
    });
}

#[test]
fn the_last_tries_and_what_was_set_aside_are_kept() {
    on_both(async |db| {
        let t = made(&db, "lst_1").await;
        let (scope, stream) = (db.tenant(&t), id("lst_1"));
        let attempt = |number: u32| Attempt {
            id: log_id(&format!("{number:04}")),
            at: later(number),
            events: number,
            outcome: Outcome::Taken,
            status: Some(200),
            said: "ok".to_owned(),
        };
        let mut b = scope.batch();
        (0..attempts::KEPT + 5).for_each(|number| attempts::insert(&mut b, &stream, &attempt(number)));
        b.commit().await.unwrap();
        let kept = attempts::list(&scope, &stream, 99).await.unwrap();
        assert_eq!((kept.len(), &kept[0]), (attempts::KEPT as usize, &attempt(attempts::KEPT + 4)));

        let letter = |said: &str| Letter {
            event: log_id("7"),
            at: NOW,
            status: Some(400),
            said: said.to_owned(),
            record: object(json!({ "log_id": "7", "data": { "a": ["'\"\\"] } })),
        };
        write(&db, &t, |b| letters::insert(b, &stream, &letter("no"))).await.unwrap();
        write(&db, &t, |b| letters::insert(b, &stream, &letter("never"))).await.unwrap();
        assert_eq!(letters::list(&scope, &stream, None, 9).await.unwrap(), [letter("never")]);
        assert_eq!(letters::list(&scope, &stream, Some(&log_id("6")), 9).await.unwrap().len(), 1);
        assert_eq!(letters::list(&scope, &stream, Some(&log_id("7")), 9).await.unwrap(), []);
        assert_eq!(letters::count(&scope, &stream).await.unwrap(), 1);
        write(&db, &t, |b| letters::delete(b, &stream, &log_id("7"))).await.unwrap();
        assert_eq!(letters::count(&scope, &stream).await.unwrap(), 0);
    });
}

/// A transaction that takes its time is not passed by, however much is committed meanwhile.
#[test]
fn nothing_is_shown_that_a_running_transaction_could_still_come_before() {
    on_both(async |db| {
        let t = made(&db, "lst_1").await;
        let DatabaseUrl::Postgres(address) = db.url() else { return };
        let (slow, connection) =
            tokio_postgres::connect(address.expose(), tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        log(&db, &t, "1").await;
        let insert = "BEGIN; INSERT INTO logs (tenant_id, id, at, code, description, details, repeats) \
             VALUES ('a', '2', 0, 's', '', '{}', 1)";
        slow.batch_execute(insert).await.unwrap();
        log(&db, &t, "3").await;
        come(&db, &t, &START, &["1"]).await;
        slow.batch_execute("COMMIT").await.unwrap();
        come(&db, &t, &START, &["1", "2", "3"]).await;
        drop(slow);
        let _ = driver.await;
    });
}

/// Transactions of another server have other numbers, small ones when it is new.
#[test]
fn a_dump_that_is_restored_on_another_server_goes_on_where_it_was() {
    on_both(async |db| {
        let t = made(&db, "lst_1").await;
        if matches!(db.url(), DatabaseUrl::Sqlite(_)) {
            return;
        }
        log(&db, &t, "1").await;
        execute_on(&db, "UPDATE log_positions SET system = '7'; UPDATE logs SET position = 9000000000000")
            .await;
        db.migrate().await.unwrap();
        let known = end(&db, &t).await;
        log(&db, &t, "0").await;
        come(&db, &t, &known, &["0"]).await;
        db.migrate().await.unwrap();
        log(&db, &t, "00").await;
        come(&db, &t, &known, &["0", "00"]).await;
    });
}
