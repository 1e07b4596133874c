//! Writes events as a busy server does, one per batch, many batches at once, and says how many were on disk
//! per second: a figure of `docs/performance.md`.
//!
//! `cargo run --release -p doorward-store --example many_events -- URL [EVENTS]`, where URL is `sqlite:FILE` of a new
//! file or `postgres://…` of an empty database.

#![expect(clippy::print_stdout, reason = "a tool for the command line")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what goes wrong here ends the run")]

use std::path::PathBuf;
use std::time::Instant;

use doorward_model::ids::{LogId, TenantId};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::tenant::{Issuer, Tenant, TenantSettings};
use doorward_model::time::Timestamp;
use doorward_store::{DatabaseUrl, Db, global, logs};
use serde_json::Map;

/// Requests that are under way at once.
const AT_ONCE: u32 = 256;
const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let url = args.next().expect("the address of a database is needed");
    let wanted: u32 = args.next().map_or(100_000, |text| text.parse().expect("a number of events is needed"));
    let url = match url.strip_prefix("sqlite:") {
        Some(file) => DatabaseUrl::Sqlite(PathBuf::from(file)),
        None => DatabaseUrl::parse(&url).unwrap(),
    };
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    let tenant = Tenant {
        id: TenantId::parse("acme").unwrap(),
        issuer: Issuer::parse("https://id.acme.test/").unwrap(),
        version: 1,
        settings: TenantSettings::new("Acme".to_owned()),
        created_at: NOW,
    };
    let mut batch = db.tenant(&tenant.id).batch();
    global::tenants::insert(&mut batch, &tenant);
    batch.commit().await.unwrap();

    let started = Instant::now();
    let mut tasks = Vec::new();
    for first in 0..AT_ONCE {
        let (db, id) = (db.clone(), tenant.id.clone());
        tasks.push(tokio::spawn(async move {
            for number in (first..wanted).step_by(AT_ONCE as usize) {
                let mut batch = db.tenant(&id).batch();
                logs::insert(&mut batch, &event(number));
                batch.commit().await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{wanted} events, each durable before the next of its task: {:.0} per second",
        f64::from(wanted) / seconds
    );
    db.close().await;
}

/// As a login writes it.
fn event(number: u32) -> Event {
    let text = |text: &str| Some(text.to_owned());
    Event {
        id: LogId::parse(&format!("900202611290000000000000000000{number:08}")).unwrap(),
        at: NOW,
        code: EventCode::Login,
        description: "Logged in".to_owned(),
        client: None,
        client_name: text("Storefront"),
        connection: None,
        connection_name: text("Username-Password-Authentication"),
        strategy: text("auth0"),
        strategy_type: text("database"),
        user: None,
        user_name: text("ada@example.com"),
        ip: text("192.0.2.1"),
        user_agent: text("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/139.0 Safari/537.36"),
        audience: None,
        scope: text("openid profile email"),
        hostname: text("id.acme.test"),
        auth0_client: None,
        details: Map::new(),
        fold_key: None,
        count: 1,
    }
}
