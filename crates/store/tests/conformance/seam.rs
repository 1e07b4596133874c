//! The seam itself: transactions, groups, arity, migrations, opening and closing.

use std::time::Instant;

use doorward_store::logs::LogFilter;
use doorward_store::{DatabaseUrl, Db, Expect, StoreError, Value, clients, logs, tenants, users};

use crate::kit::samples::*;
use crate::kit::{block_on, on_both, on_postgres_at};

#[test]
fn a_batch_is_committed_as_a_whole_or_not_at_all() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let late = write(&db, &t, |b| {
            logs::insert(b, &event("1"));
            users::record_login(b, &user_id("auth0|1"), None, NOW);
            clients::update(b, &Client9::stale());
        });
        assert_eq!(late.await, unmet(clients::STALE));
        let clash = write(&db, &t, |b| {
            logs::insert(b, &event("2"));
            users::insert(b, &user("auth0|1", "ada@a.test"));
            logs::insert(b, &event("3"));
        });
        assert_eq!(clash.await, conflict("users"));
        assert_eq!(logs::count(&scope, &LogFilter::default()).await.unwrap(), 0);
        assert_eq!(users::get(&scope, &user_id("auth0|1")).await.unwrap().unwrap().logins_count, 0);
        assert_eq!(write(&db, &t, |b| logs::insert(b, &event("4"))).await, Ok(()));
    });
}

/// A client as it was read before somebody else changed it.
struct Client9;

impl Client9 {
    fn stale() -> doorward_model::client::Client {
        doorward_model::client::Client { version: 9, ..client("client", "App") }
    }
}

#[test]
fn a_failing_batch_does_not_hurt_its_neighbours_in_the_group() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut tasks = Vec::new();
        for i in 0..100 {
            let mut b = scope.batch();
            logs::insert(&mut b, &event(&format!("{i:03}")));
            match i % 4 {
                1 => clients::update(&mut b, &Client9::stale()),
                2 => users::insert(&mut b, &user("auth0|1", "ada@a.test")),
                _ => {}
            }
            tasks.push(tokio::spawn(b.commit()));
        }
        for (i, task) in tasks.into_iter().enumerate() {
            let result = task.await.unwrap().map(|_| ());
            match i % 4 {
                1 => assert_eq!(result, unmet(clients::STALE)),
                2 => assert_eq!(result, conflict("users")),
                _ => assert_eq!(result, Ok(())),
            }
        }
        assert_eq!(logs::count(&scope, &LogFilter::default()).await.unwrap(), 50);
    });
}

#[test]
fn a_wrong_number_of_arguments_is_refused_on_both_engines() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let wrong = |args: Vec<Value>| {
            write(&db, &t, move |b| {
                b.push("UPDATE sessions SET last_used_at = $2 WHERE tenant_id = $1", args, Expect::Any);
            })
        };
        let one = vec![Value::from("a")];
        let three = vec![Value::from("a"), Value::Int(1), Value::Int(2)];
        assert!(matches!(wrong(one).await, Err(StoreError::Other { .. })));
        assert!(matches!(wrong(three).await, Err(StoreError::Other { .. })));
        assert!(matches!(wrong(vec![Value::from("a"), Value::Int(1)]).await, Ok(())));
        let nonsense = write(&db, &t, |b| {
            b.push("UPDATE nothing SET a = 1", Vec::new(), Expect::Any);
        });
        assert!(matches!(nonsense.await, Err(StoreError::Other { .. })));
    });
}

#[test]
fn statements_of_a_batch_see_each_other_and_give_rows_back() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let mut b = db.tenant(&t).batch();
        let sql = "UPDATE tenants SET version = version + 1 WHERE tenant_id = $1 RETURNING version";
        let mut tickets = Vec::new();
        for _ in 0..40 {
            tickets.push(b.push(sql, vec![Value::from("a")], Expect::Rows(1, "the tenant")));
        }
        let committed = b.commit().await.unwrap();
        let first = committed.rows(tickets[0])[0].values().to_vec();
        let last = committed.rows(tickets[39])[0].values().to_vec();
        let (Value::Int(first), Value::Int(last)) = (&first[0], &last[0]) else {
            panic!("{first:?} {last:?}")
        };
        assert_eq!(last - first, 39);
        assert_eq!(committed.affected(tickets[39]), 1);
        assert!(db.tenant(&t).batch().is_empty());
        assert!(db.tenant(&t).batch().commit().await.is_ok());
    });
}

#[test]
fn a_commit_is_carried_through_when_nobody_waits_for_it() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        for i in 0..50 {
            let mut b = scope.batch();
            logs::insert(&mut b, &event(&format!("{i:03}")));
            users::record_login(&mut b, &user_id("auth0|1"), None, NOW);
            let task = tokio::spawn(b.commit());
            tokio::task::yield_now().await;
            task.abort();
        }
        // Each is there as a whole or not at all, writing goes on, and what was begun comes to an
        // end: both counts agree as soon as the last of them is through.
        write(&db, &t, |b| users::record_login(b, &user_id("auth0|1"), None, NOW)).await.unwrap();
        for _ in 0..10_000 {
            let logged = logs::count(&scope, &LogFilter::default()).await.unwrap();
            let counted = users::get(&scope, &user_id("auth0|1")).await.unwrap().unwrap().logins_count;
            if logged + 1 == counted {
                return;
            }
        }
        panic!("a batch was committed in part");
    });
}

#[test]
fn what_was_committed_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::parse(folder.path().join("doorward.db").to_str().unwrap()).unwrap();
    block_on(async {
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        furnish(&db, "a").await;
        // No closing: the process may be killed at any moment.
        std::mem::forget(db);
    });
    block_on(async {
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        db.ping().await.unwrap();
        let t = tenant_id("a");
        assert!(clients::get(&db.tenant(&t), &client_id("client")).await.unwrap().is_some());
        write(&db, &t, |b| logs::insert(b, &event("1"))).await.unwrap();
        db.close().await;
        let closed = write(&db, &t, |b| logs::insert(b, &event("2"))).await;
        assert!(matches!(closed, Err(StoreError::Unavailable { .. })), "{closed:?}");
    });
}

#[test]
fn a_second_process_writes_to_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("doorward.db"));
    block_on(async {
        let server = Db::open(&url).await.unwrap();
        server.migrate().await.unwrap();
        let t = furnish(&server, "a").await;
        let command_line = Db::open(&url).await.unwrap();
        command_line.migrate().await.unwrap();
        let mut tasks = Vec::new();
        for i in 0..100 {
            let db = if i % 2 == 0 { &server } else { &command_line };
            let mut b = db.tenant(&t).batch();
            logs::insert(&mut b, &event(&format!("{i:03}")));
            tenants::bump_version(&mut b);
            tasks.push(tokio::spawn(b.commit()));
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(logs::count(&server.tenant(&t), &LogFilter::default()).await.unwrap(), 100);
        let versions =
            (tenants::version(&server.tenant(&t)).await, tenants::version(&command_line.tenant(&t)).await);
        assert_eq!(versions.0, versions.1);
    });
}

#[test]
fn a_database_without_its_tables_or_its_writer_does_not_answer_the_ping() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("doorward.db"));
    block_on(async {
        let db = Db::open(&url).await.unwrap();
        assert!(db.ping().await.is_err());
        db.migrate().await.unwrap();
        assert_eq!(db.ping().await, Ok(()));
        // As the release before leaves it.
        let older = rusqlite::Connection::open(folder.path().join("doorward.db")).unwrap();
        let newest = "DELETE FROM refinery_schema_history WHERE version = (SELECT MAX(version) FROM refinery_schema_history)";
        older.execute(newest, []).unwrap();
        assert!(matches!(db.ping().await, Err(StoreError::Unavailable { .. })));
        older.execute("INSERT INTO refinery_schema_history (version) VALUES (1000)", []).unwrap();
        assert_eq!(db.ping().await, Ok(()), "a newer release may have been here while this one runs");
        db.close().await;
        assert!(db.ping().await.is_err());
        let nowhere = DatabaseUrl::Sqlite(folder.path().join("no/such/folder.db"));
        assert!(matches!(Db::open(&nowhere).await, Err(StoreError::Unavailable { .. })));
    });
}

#[test]
fn several_processes_may_migrate_at_once() {
    let at_once = async |url: DatabaseUrl| {
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let url = url.clone();
            tasks.push(tokio::spawn(async move {
                let db = Db::open(&url).await?;
                db.migrate().await?;
                db.ping().await
            }));
        }
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
    };
    let folder = tempfile::tempdir().unwrap();
    block_on(at_once(DatabaseUrl::Sqlite(folder.path().join("doorward.db"))));
    on_postgres_at(&async |url: DatabaseUrl| {
        let DatabaseUrl::Postgres(address) = &url else { panic!("{url}") };
        crate::kit::execute(address.expose(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
        at_once(url).await;
    });
}

#[test]
fn a_newer_schema_is_refused() {
    on_both(async |db| {
        furnish(&db, "a").await;
        let mut b = db.tenant(&tenant_id("a")).batch();
        let sql = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
             SELECT version + 41, 'future', applied_on, checksum FROM refinery_schema_history WHERE version = 1";
        b.push(sql, Vec::new(), Expect::Rows(1, "a newer release was here"));
        b.commit().await.unwrap();
        let refused = db.migrate().await;
        assert!(
            matches!(refused, Err(StoreError::NewerSchema { found: 42, known }) if known < 42),
            "{refused:?}"
        );
    });
}

#[test]
fn writes_of_many_tasks_share_their_syncs() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        for tasks in [1, 64] {
            let started = Instant::now();
            let mut running = Vec::new();
            for task in 0..tasks {
                let (db, t) = (db.clone(), t.clone());
                running.push(tokio::spawn(async move {
                    for i in 0..20 {
                        let event = event(&format!("{tasks}-{task:02}-{i:02}"));
                        write(&db, &t, |b| logs::insert(b, &event)).await.unwrap();
                    }
                }));
            }
            for task in running {
                task.await.unwrap();
            }
            let each = started.elapsed().as_micros() / (tasks * 20);
            eprintln!("{}: {each} µs per committed event with {tasks} tasks", db.url());
        }
        assert_eq!(logs::count(&db.tenant(&t), &LogFilter::default()).await.unwrap(), 65 * 20);
    });
}

#[test]
fn when_the_queue_is_full_more_is_refused_and_what_waits_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("doorward.db");
    block_on(async {
        let db = Db::open(&DatabaseUrl::Sqlite(path.clone())).await.unwrap();
        db.migrate().await.unwrap();
        let t = furnish(&db, "a").await;
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for i in 0..3000 {
            let mut b = db.tenant(&t).batch();
            logs::insert(&mut b, &event(&format!("{i:04}")));
            tasks.spawn(b.commit());
        }
        let first = tasks.join_next().await.unwrap().unwrap();
        assert_eq!(first.err(), Some(StoreError::Busy));
        other.execute_batch("COMMIT").unwrap();
        let mut written = 0;
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(_) => written += 1,
                Err(error) => assert_eq!(error, StoreError::Busy),
            }
        }
        assert!((1024..3000).contains(&written), "{written}");
        assert_eq!(logs::count(&db.tenant(&t), &LogFilter::default()).await.unwrap(), written);
    });
}
