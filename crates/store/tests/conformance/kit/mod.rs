//! One case, two engines.

pub mod samples;

use std::future::Future;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use doorward_store::{DatabaseUrl, Db};
use tokio::sync::Mutex;

const VARIABLE: &str = "DOORWARD_TEST_POSTGRES";

/// Guards the making of databases.
static TEMPLATE_IS_READY: Mutex<bool> = Mutex::const_new(false);
static SAY_IT: Once = Once::new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Runs a case on a fresh, migrated database of each engine.
pub fn on_both(case: impl AsyncFn(Db)) {
    on_sqlite(&case);
    on_postgres(&case);
}

/// Runs a future on a runtime of its own with real parallelism.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub fn on_sqlite(case: &impl AsyncFn(Db)) {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("doorward.db"));
    block_on(async {
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        case(db).await;
    });
}

pub fn on_postgres(case: &impl AsyncFn(Db)) {
    on_postgres_at(&async |url: DatabaseUrl| {
        let db = Db::open(&url).await.unwrap();
        case(db).await;
    });
}

/// Runs a case with the address of a fresh, migrated PostgreSQL database, if there is a server.
pub fn on_postgres_at(case: &impl AsyncFn(DatabaseUrl)) {
    let Ok(server) = std::env::var(VARIABLE) else {
        // Past the capture of test output: who runs a bare `cargo test` should see it, once.
        SAY_IT.call_once(|| {
            let _ = writeln!(std::io::stderr(), "PostgreSQL was not run: {VARIABLE} is not set");
        });
        return;
    };
    assert!(!matches!(server.as_str(), "" | "required"), "{VARIABLE} must name a PostgreSQL server here");
    block_on(async {
        let name = make_database(&server).await;
        // Aborts with the panic of the case, if any, after the database is gone again.
        let outcome = futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(async {
            case(DatabaseUrl::parse(&address(&server, &name)).unwrap()).await;
        }))
        .await;
        execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Clones the template. It is named after the migrations and stays on the server, so the next run
/// finds it; a lock on the server keeps other test programs away meanwhile.
async fn make_database(server: &str) -> String {
    let name = format!("doorward_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let template = format!("doorward_template_{:x}", fingerprint());
    let mut is_ready = TEMPLATE_IS_READY.lock().await;
    let (lock, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    lock.batch_execute("SELECT pg_advisory_lock(3667000002)").await.unwrap();
    if !*is_ready {
        let find = "SELECT 1 FROM pg_database WHERE datname = $1";
        if lock.query(find, &[&template]).await.unwrap().is_empty() {
            lock.batch_execute(&format!("CREATE DATABASE {template} TEMPLATE template0")).await.unwrap();
        }
        let db = Db::open(&DatabaseUrl::parse(&address(server, &template)).unwrap()).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await;
        *is_ready = true;
    }
    // A template may have no sessions; those that migrated it need a moment to go.
    let evict =
        format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{template}'");
    lock.batch_execute(&evict).await.unwrap();
    lock.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
    lock.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
    drop(lock);
    let _ = driver.await;
    name
}

/// A number that changes with the migrations, so that two working copies never share a template.
fn fingerprint() -> u64 {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hasher = std::hash::DefaultHasher::new();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

/// The server's address with another database.
fn address(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, String::new()), |(b, q)| (b, format!("?{q}")));
    let host =
        base.rfind('/').filter(|slash| *slash > "postgres://".len()).map_or(base, |slash| &base[..slash]);
    format!("{host}/{name}{query}")
}

/// Runs a text as it is on the database of a store, beside it.
pub async fn execute_on(db: &Db, text: &str) {
    match db.url() {
        DatabaseUrl::Sqlite(path) => rusqlite::Connection::open(path).unwrap().execute_batch(text).unwrap(),
        DatabaseUrl::Postgres(address) => execute(address.expose(), text).await,
    }
}

/// Runs a text as it is, beside the store.
pub async fn execute(server: &str, text: &str) {
    let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(text).await.unwrap();
    drop(client);
    let _ = driver.await;
}

/// The number that a text of PostgreSQL's own gives, read beside the store.
pub async fn number_on(url: &DatabaseUrl, text: &str) -> i64 {
    let DatabaseUrl::Postgres(address) = url else { panic!("only PostgreSQL counts") };
    let (client, connection) =
        tokio_postgres::connect(address.expose(), tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let number = client.query_one(text, &[]).await.unwrap().get(0);
    drop(client);
    let _ = driver.await;
    number
}
