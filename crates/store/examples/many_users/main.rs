//! Fills an empty database with users and clients and times pages and searches: the figures of
//! `docs/performance.md`.
//!
//! `cargo run --release -p doorward-store --example many_users -- URL [USERS]`, where URL is
//! `sqlite:FILE` or `postgres://…`. A database that has users already is only measured.

#![expect(clippy::print_stdout, reason = "a tool for the command line")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what goes wrong here ends the run")]

mod clients;
mod times;

use std::path::PathBuf;
use std::time::Instant;

use doorward_model::connection::{Connection, DEFAULT_DATABASE, DatabaseOptions, Strategy};
use doorward_model::ids::{ConnectionId, TenantId, UserId};
use doorward_model::search::Query;
use doorward_model::tenant::{Issuer, Tenant, TenantSettings};
use doorward_model::time::Timestamp;
use doorward_model::user::search::USERS;
use doorward_model::user::{Email, Profile, User};
use doorward_store::users::list::{self, UserFilter, UserOrder};
use doorward_store::users::{self, Credential};
use doorward_store::{DatabaseUrl, Db, connections, global};
use serde_json::json;
use times::Times;

/// Entries per batch, and batches under way at once: SQLite commits those together, and a server has as many
/// cores for them.
const BATCH: u32 = 256;
const AT_ONCE: u32 = 4;
/// How often each list is asked for.
const RUNS: usize = 41;
const FIRST: i64 = 1_700_000_000_000;

const GIVEN: [&str; 20] = [
    "Ada",
    "Grace",
    "Alan",
    "Edsger",
    "Barbara",
    "Donald",
    "Frances",
    "John",
    "Margaret",
    "Tony",
    "Radia",
    "Ken",
    "Sophie",
    "Niklaus",
    "Hedy",
    "Tim",
    "Lynn",
    "Leslie",
    "Shafi",
    "Whitfield",
];
const FAMILY: [&str; 20] = [
    "Lovelace",
    "Hopper",
    "Turing",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Allen",
    "Backus",
    "Hamilton",
    "Hoare",
    "Perlman",
    "Thompson",
    "Wilson",
    "Wirth",
    "Lamarr",
    "Lee",
    "Conway",
    "Lamport",
    "Goldwasser",
    "Diffie",
];
const DOMAINS: [&str; 5] = ["example.com", "mail.test", "acme.com", "uni.test", "post.test"];

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let url = args.next().expect("the address of a database is needed");
    let wanted: u32 =
        args.next().map_or(1_000_000, |text| text.parse().expect("a number of users is needed"));
    let url = match url.strip_prefix("sqlite:") {
        Some(file) => DatabaseUrl::Sqlite(PathBuf::from(file)),
        None => DatabaseUrl::parse(&url).unwrap(),
    };
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    let tenant = TenantId::parse("acme").unwrap();
    if connections::all(&db.tenant(&tenant)).await.unwrap().is_empty() {
        furnish(&db, &tenant).await;
    }
    let known = connections::all(&db.tenant(&tenant)).await.unwrap();
    let there = list::count(&db.tenant(&tenant), UserFilter::default()).await.unwrap();
    if there == 0 {
        fill(&db, &tenant, &known[0].id, wanted).await;
    }
    clients::fill(&db, &tenant).await;
    measure(&db, &tenant, &known).await;
    clients::measure(&db, &tenant).await;
    db.close().await;
}

async fn furnish(db: &Db, id: &TenantId) {
    let now = Timestamp::from_millis(FIRST);
    let tenant = Tenant {
        id: id.clone(),
        issuer: Issuer::parse("https://id.acme.test/").unwrap(),
        version: 1,
        settings: TenantSettings::new("Acme".to_owned()),
        created_at: now,
    };
    let connection = Connection::new(
        ConnectionId::parse("con_0123456789abcdef").unwrap(),
        DEFAULT_DATABASE,
        Strategy::Database(DatabaseOptions::default()),
        now,
    );
    let mut batch = db.tenant(id).batch();
    global::tenants::insert(&mut batch, &tenant);
    connections::insert(&mut batch, &connection);
    batch.commit().await.unwrap();
}

/// Adds users as an import does that keeps their hashes.
async fn fill(db: &Db, tenant: &TenantId, connection: &ConnectionId, wanted: u32) {
    let (started, before) = (Instant::now(), memory());
    let credential = Credential { hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA".to_owned() };
    for first in (0..wanted).step_by((BATCH * AT_ONCE) as usize) {
        let mut under_way = Vec::new();
        for begin in (first..(first + BATCH * AT_ONCE).min(wanted)).step_by(BATCH as usize) {
            let mut batch = db.tenant(tenant).batch();
            let end = (begin + BATCH).min(wanted);
            let some: Vec<User> = (begin..end).map(|number| user(number, connection)).collect();
            let passwords: Vec<_> = some.iter().map(|user| (&user.id, &credential)).collect();
            users::insert_all(&mut batch, &some);
            users::put_passwords(&mut batch, &passwords, Timestamp::from_millis(FIRST));
            under_way.push(tokio::spawn(batch.commit()));
        }
        for batch in under_way {
            batch.await.unwrap().unwrap();
        }
        if first == 0 {
            db.analyze().await.unwrap();
        }
        if (first / (BATCH * AT_ONCE)).is_multiple_of(100) {
            println!("{first} users after {:.1} s", started.elapsed().as_secs_f64());
        }
    }
    let (seconds, more) = (started.elapsed().as_secs_f64(), memory().saturating_sub(before));
    println!(
        "{wanted} users in {seconds:.1} s, {:.0} a second, memory + {more} KiB",
        f64::from(wanted) / seconds
    );
}

/// What this process has in memory, in KiB, as Linux says it.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// A number that looks like chance and is the same in every run.
fn mixed(number: u32, salt: u32) -> u32 {
    let mut x = number.wrapping_add(salt.wrapping_mul(0x9E37_79B9)).wrapping_mul(0x85EB_CA6B);
    x ^= x >> 13;
    x = x.wrapping_mul(0xC2B2_AE35);
    x ^ (x >> 16)
}

fn pick<'a>(list: &[&'a str], number: u32) -> &'a str {
    list[number as usize % list.len()]
}

fn user(number: u32, connection: &ConnectionId) -> User {
    let (given, family) = (pick(&GIVEN, mixed(number, 1)), pick(&FAMILY, mixed(number, 2)));
    let address = format!("{}.{}{number}@{}", given, family, pick(&DOMAINS, mixed(number, 5)));
    let made = Timestamp::from_millis(FIRST + i64::from(number) * 10_000);
    let logins = i64::from(mixed(number, 6) % 300);
    let plan = pick(&["free", "free", "free", "free", "free", "free", "free", "gold"], mixed(number, 7));
    let id = format!("auth0|{:08x}{:08x}{:08x}", made.seconds(), mixed(number, 3), mixed(number, 4));
    let mut user =
        User::new(UserId::parse(&id).unwrap(), connection.clone(), Email::parse(&address).unwrap(), made);
    user.email_verified = !mixed(number, 8).is_multiple_of(10);
    user.blocked = mixed(number, 9).is_multiple_of(1000);
    user.logins_count = logins;
    user.last_login =
        (logins > 0).then(|| Timestamp::from_millis(made.millis() + i64::from(mixed(number, 10))));
    user.profile = Profile {
        name: Some(format!("{given} {family}")),
        given_name: Some(given.to_owned()),
        family_name: Some(family.to_owned()),
        ..Profile::default()
    };
    user.app_metadata.insert("plan".to_owned(), json!(plan));
    user.app_metadata.insert("customer".to_owned(), json!(format!("c-{number}")));
    user
}

async fn measure(db: &Db, tenant: &TenantId, known: &[Connection]) {
    let oldest = (UserOrder::CreatedAt, false);
    let plain = [
        ("first page of 50", oldest, 0),
        ("page 20 of 50", oldest, 950),
        ("newest 50", (UserOrder::CreatedAt, true), 0),
        ("last logins", (UserOrder::LastLogin, true), 0),
        ("most logins", (UserOrder::LoginsCount, true), 0),
        ("by name", (UserOrder::Name, false), 0),
        ("by family name, page 20", (UserOrder::FamilyName, true), 950),
    ];
    println!("{:58} {:>9} {:>9} {:>9} {:>9}", "list", "found", "page", "page p95", "total");
    for (name, order, offset) in plain {
        row(db, tenant, known, (name, None, order, offset)).await;
    }
    for text in [
        "email:\"ada.lovelace0@mail.test\"",
        "email:ada.lovelace12*",
        "email:ada*",
        "name:\"Ada Lovelace\"",
        "name:radia*",
        "ada*",
        "ada.lovelace12*",
        "customer",
        "user_id:auth0|6600*",
        "email:*@acme.com",
        "email.domain:acme.com AND name:\"Grace Hopper\"",
        "logins_count:[299 TO *]",
        "logins_count:[100 TO 200]",
        "last_login:[2023-12-01 TO 2023-12-02]",
        "created_at:[2025-01-01 TO 2025-01-02]",
        "blocked:true",
        "blocked:true AND email:ada*",
        "email_verified:false",
        "app_metadata.customer:\"c-123456\"",
        "app_metadata.plan:gold",
        "app_metadata.plan:gold AND name:\"Ada Lovelace\"",
        "identities.connection:\"Username-Password-Authentication\"",
        "_exists_:last_login",
        "name:*lace",
        "*nobody*",
        "name:*nobody",
        "email:*@acme.com AND name:*lace",
        "email:*lace123456@*",
        "*race*9999*",
        "*dead*",
        "*comp*",
        "NOT app_metadata.plan:free",
    ] {
        let query = USERS.parse(text).unwrap();
        row(db, tenant, known, (text, Some(&query), oldest, 0)).await;
    }
}

async fn row(
    db: &Db,
    tenant: &TenantId,
    known: &[Connection],
    (name, query, order, offset): (&str, Option<&Query>, (UserOrder, bool), u32),
) {
    let scope = db.tenant(tenant);
    let filter = UserFilter { query, connections: known, ..UserFilter::default() };
    let mut times = Times::default();
    for _ in 0..RUNS {
        // What takes longer than the bound is shown as that.
        let page = times.page(list::page(&scope, filter, order, (offset, 50))).await;
        times.found = page.map_or(0, |users| users.len());
        drop(times.total(list::count(&scope, filter)).await);
        if times.are_enough() {
            break;
        }
    }
    times.print(name);
}
