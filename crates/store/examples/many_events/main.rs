//! Writes events as a busy server does, and says how many were on disk per second; with `search`, fills a log with
//! them and times searches of it: figures of `docs/performance.md`.
//!
//! `cargo run --release -p doorward-store --example many_events -- URL [EVENTS] [search]`, where URL is `sqlite:FILE` or
//! `postgres://…`. A log that has events already is not filled, only measured.

#![expect(clippy::print_stdout, reason = "a tool for the command line")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what goes wrong here ends the run")]

mod event;
mod search;
#[path = "../many_users/times.rs"]
mod times;

use std::path::PathBuf;
use std::time::Instant;

use doorward_model::ids::TenantId;
use doorward_model::tenant::{Issuer, Tenant, TenantSettings};
use doorward_model::time::Timestamp;
use doorward_store::logs::{self, LogFilter, LogOrder};
use doorward_store::{DatabaseUrl, Db, global};
use event::event;

/// Requests that are under way at once.
const AT_ONCE: u32 = 256;
/// Events of a batch, and batches under way at once, when a log is filled.
const BATCH: u32 = 500;
const BATCHES: u32 = 8;

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let url = args.next().expect("the address of a database is needed");
    let wanted: u32 = args.next().map_or(100_000, |text| text.parse().expect("a number of events is needed"));
    let is_search = args.next().is_some_and(|text| text == "search");
    let url = match url.strip_prefix("sqlite:") {
        Some(file) => DatabaseUrl::Sqlite(PathBuf::from(file)),
        None => DatabaseUrl::parse(&url).unwrap(),
    };
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    let tenant = TenantId::parse("acme").unwrap();
    let newest =
        logs::list(&db.tenant(&tenant), &LogFilter::default(), LogOrder::default(), (0, 1)).await.unwrap();
    if newest.is_empty() {
        furnish(&db, &tenant).await;
        if is_search {
            fill(&db, &tenant, wanted).await;
        }
    }
    if is_search {
        search::measure(&db, &tenant).await;
    } else {
        let begin = newest.first().map_or(0, |last| event::number_after(last.at, wanted));
        one_by_one(&db, &tenant, (begin, wanted)).await;
    }
    db.close().await;
}

async fn furnish(db: &Db, id: &TenantId) {
    let tenant = Tenant {
        id: id.clone(),
        issuer: Issuer::parse("https://id.acme.test/").unwrap(),
        version: 1,
        settings: TenantSettings::new("Acme".to_owned()),
        created_at: Timestamp::from_millis(event::END),
    };
    let mut batch = db.tenant(id).batch();
    global::tenants::insert(&mut batch, &tenant);
    batch.commit().await.unwrap();
}

/// As a server writes them: each in a batch of its own, and on disk before the next of its task. They come after
/// those that are there.
async fn one_by_one(db: &Db, tenant: &TenantId, (begin, wanted): (u32, u32)) {
    let started = Instant::now();
    let mut tasks = Vec::new();
    for first in 0..AT_ONCE {
        let (db, id) = (db.clone(), tenant.clone());
        tasks.push(tokio::spawn(async move {
            for number in (first..wanted).step_by(AT_ONCE as usize) {
                let mut batch = db.tenant(&id).batch();
                logs::insert(&mut batch, &event(begin + number, wanted));
                batch.commit().await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let seconds = started.elapsed().as_secs_f64();
    let rate = f64::from(wanted) / seconds;
    println!("{wanted} events, each durable before the next of its task: {rate:.0} per second");
}

async fn fill(db: &Db, tenant: &TenantId, wanted: u32) {
    let started = Instant::now();
    for first in (0..wanted).step_by((BATCH * BATCHES) as usize) {
        let mut under_way = Vec::new();
        for begin in (first..(first + BATCH * BATCHES).min(wanted)).step_by(BATCH as usize) {
            let mut batch = db.tenant(tenant).batch();
            (begin..(begin + BATCH).min(wanted))
                .for_each(|number| logs::insert(&mut batch, &event(number, wanted)));
            under_way.push(tokio::spawn(batch.commit()));
        }
        for batch in under_way {
            batch.await.unwrap().unwrap();
        }
        if first % 400_000 == 0 {
            println!("{first} events after {:.0} s", started.elapsed().as_secs_f64());
        }
    }
    println!("{wanted} events in {:.0} s", started.elapsed().as_secs_f64());
}
