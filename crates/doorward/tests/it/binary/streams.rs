//! Receiver, nodes, the connections to the database and the database itself are killed in the middle of many events:
//! nothing is lost, the order is kept, what comes twice is no more than the requests that were under way, and what a
//! node leaves is taken over in time.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use doorward_engine::app::{App, AppConfig};
use doorward_engine::caller::Caller;
use doorward_engine::clock::Clock;
use doorward_engine::entropy::Entropy;
use doorward_engine::outbound::Reach;
use doorward_engine::passwords::PasswordCost;
use doorward_engine::sealing::Sealing;
use doorward_engine::streams;
use doorward_model::ids::LogId;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_store::global::leases;
use doorward_store::{DatabaseUrl, Db, StoreError, logs};
use serde_json::json;
use tokio::sync::watch;

use super::process::{Server, free_port, installation};
use crate::kit::receiver::{Got, Mortal, Said};
use crate::kit::{Cluster, Engine};

/// `DOORWARD_TEST_EVENTS` asks for another number.
const EVENTS: usize = 100_000;
const AT_ONCE: usize = 100;
/// The most events in one request.
const REQUEST: usize = 500;
/// After so long at the most another node delivers what one left that was killed.
const TAKEN_OVER: Duration = Duration::from_secs(10);
/// What may come on top where everything else runs beside it.
const SLOWNESS: Duration = Duration::from_secs(20);

type Ids = Arc<Mutex<Vec<String>>>;

/// A receiver that notes the ids of what it takes.
async fn born(address: SocketAddr, taken: &Ids) -> Mortal {
    let ids = Arc::clone(taken);
    let noting = move |got: &Got| {
        ids.lock().unwrap().extend(got.ids());
        Said::Status(200, "yes")
    };
    Mortal::born(address, noting).await
}

async fn until(taken: &Ids, count: usize) {
    for _ in 0..60_000 {
        if taken.lock().unwrap().len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} of {count} events came", taken.lock().unwrap().len());
}

fn id(number: usize) -> String {
    format!("9001{number:019}")
}

fn count() -> usize {
    std::env::var("DOORWARD_TEST_EVENTS").map_or(EVENTS, |text| text.parse().unwrap())
}

/// Writes events one batch after the other, so that their order is that of their numbers; up to `most` as soon as it
/// says so.
async fn write(app: App, count: usize, mut most: watch::Receiver<usize>) {
    let tenant = app.tenants()[0].tenant.id.clone();
    for first in (0..count).step_by(AT_ONCE) {
        most.wait_for(|most| first < *most).await.unwrap();
        loop {
            let mut batch = app.db().tenant(&tenant).batch();
            for number in first..(first + AT_ONCE).min(count) {
                let id = LogId::parse(&id(number)).unwrap();
                logs::insert(&mut batch, &Event::new(id, app.now(), EventCode::Login, "Logged in"));
            }
            match batch.commit().await {
                // It was committed before the connection was lost.
                Ok(_) | Err(StoreError::Conflict { .. }) => break,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_receiver_node_and_database_are_killed() {
    for engine in Engine::all() {
        all_arrive(engine).await;
    }
}

async fn all_arrive(engine: Engine) {
    let (port, count, database) = (free_port(), count(), engine.fresh());
    let key = database.folder.path().join("shared.key");
    let on_server = match &database.url {
        DatabaseUrl::Sqlite(_) => Vec::new(),
        DatabaseUrl::Postgres(url) => {
            vec!["--database", url.expose(), "--master-key-file", key.to_str().unwrap()]
        }
    };
    let folder = installation(port, &on_server);
    let networks = ["--stream-networks", "127.0.0.0/8"];
    let (issuer, other_port) = (format!("http://localhost:{port}/"), free_port().to_string());
    let second = [&networks[..], &["--issuer", &issuer, "--port", &other_port]].concat();
    let app = start(&database.url, folder.path(), &key).await;
    let taken = Ids::default();
    let mut receiver = born(([127, 0, 0, 1], 0).into(), &taken).await;

    let one = Server::start(folder.path(), &networks);
    make_stream(&app, &receiver).await;
    // What is left when a node is killed is not written before: something waits for whoever follows it.
    let (more, most) = watch::channel(count / 2);
    let writer = tokio::spawn(write(app.clone(), count, most));
    until(&taken, 1).await;
    let two = Server::start(folder.path(), &second);
    until(&taken, count / 10).await;
    one.signal("KILL");
    drop(one);
    more.send_replace(count / 10 * 9);
    is_followed(&app, &taken).await;
    until(&taken, count / 10 * 3).await;
    receiver = born(receiver.dies(), &taken).await;
    until(&taken, count / 2).await;
    let three = Server::start(folder.path(), &networks);
    two.signal("KILL");
    drop(two);
    more.send_replace(count);
    is_followed(&app, &taken).await;
    until(&taken, count / 10 * 7).await;
    if let DatabaseUrl::Postgres(_) = &database.url {
        database.end_connections();
    }
    writer.await.unwrap();
    // Two nodes, the receiver and the database: each may cut one request off.
    all_came(&taken, count, 4).await;
    drop(three);
    drop(receiver);
    app.stop().await;
}

/// Insists that what the node held that was just killed is delivered by another one in time.
async fn is_followed(app: &App, taken: &Ids) {
    let holder = async || leases::active(&app.db().global()).await.unwrap().remove(0).holder;
    let (killed, before) = (Instant::now(), holder().await);
    assert!(!before.is_empty(), "nobody delivered");
    // What it sent last may still be on its way here. What comes after its lease is over is of another one.
    let mut seen = taken.lock().unwrap().len();
    let mut already = seen;
    while holder().await == before {
        assert!(killed.elapsed() < TAKEN_OVER + SLOWNESS, "nobody takes it over");
        already = seen;
        tokio::time::sleep(Duration::from_millis(20)).await;
        seen = taken.lock().unwrap().len();
    }
    until(taken, already + 1).await;
    let after = killed.elapsed();
    assert!(after < TAKEN_OVER + SLOWNESS, "it went on after {after:?} only");
}

/// A server of its own is killed twice, with everything that it was about to do.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_answered_is_lost_when_postgresql_is_killed() {
    let Some(cluster) = Cluster::new() else { return };
    let (port, count, keys) = (free_port(), count(), tempfile::tempdir().unwrap());
    let (url, key) = (cluster.url(), keys.path().join("shared.key"));
    let folder = installation(port, &["--database", &url, "--master-key-file", key.to_str().unwrap()]);
    let app = start(&DatabaseUrl::parse(&url).unwrap(), folder.path(), &key).await;
    let taken = Ids::default();
    let receiver = born(([127, 0, 0, 1], 0).into(), &taken).await;
    let node = Server::start(folder.path(), &["--stream-networks", "127.0.0.0/8"]);
    make_stream(&app, &receiver).await;
    let (_all, most) = watch::channel(count);
    let writer = tokio::spawn(write(app.clone(), count, most));
    for part in [count / 4, count / 2] {
        until(&taken, part).await;
        cluster.kill();
        tokio::task::block_in_place(|| cluster.start());
    }
    writer.await.unwrap();
    // Each time a request may have been taken of which the database never heard.
    all_came(&taken, count, 2).await;
    drop(node);
    drop(receiver);
    app.stop().await;
}

/// Insists that all events came, in order, and at most so many requests twice.
async fn all_came(taken: &Ids, count: usize, requests: usize) {
    until(taken, count).await;
    let whole = || taken.lock().unwrap().iter().collect::<HashSet<_>>().len() == count;
    for _ in 0..60_000 {
        if whole() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut seen = HashSet::new();
    let all = taken.lock().unwrap().clone();
    let first_time: Vec<&String> = all.iter().filter(|id| seen.insert(id.as_str())).collect();
    assert_eq!(first_time.len(), count, "events were lost");
    assert!(first_time.iter().enumerate().all(|(number, found)| **found == id(number)), "out of order");
    let twice = all.len() - count;
    assert!(twice <= requests * REQUEST, "{twice} events came more than once");
}

async fn make_stream(app: &App, receiver: &Mortal) {
    let caller = Caller::command_line(app.tenants().remove(0));
    let sink = json!({ "httpEndpoint": format!("http://{}/", receiver.address()) });
    let filters = json!([{ "type": "category", "name": "auth.login.success" }]);
    let body = json!({ "name": "Mine", "type": "http", "sink": sink, "filters": filters });
    streams::create(app, &caller, body.as_object().unwrap()).await.unwrap();
}

async fn start(url: &DatabaseUrl, folder: &std::path::Path, shared: &std::path::Path) -> App {
    let entropy = Entropy::System;
    let key = if shared.exists() { shared.to_owned() } else { folder.join("master.key") };
    let url = match url {
        DatabaseUrl::Sqlite(_) => DatabaseUrl::Sqlite(folder.join("doorward.db")),
        DatabaseUrl::Postgres(_) => url.clone(),
    };
    let sealing = Sealing::open_or_create(&key, &entropy).unwrap();
    let reach = Reach::new(vec!["127.0.0.0/8".parse().unwrap()], None, Vec::new());
    let (db, clock, password_cost) = (Db::open(&url).await.unwrap(), Clock::System, PasswordCost::least());
    App::start(AppConfig { db, clock, entropy, sealing, reach, password_cost, workers: 1 }).await.unwrap()
}
