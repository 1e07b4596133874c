//! Brings the schema up to date: one forward-only list, the same text on both engines.
//!
//! Name, hash and time of what was applied are recorded in `refinery_schema_history`. All that is
//! missing is applied in one transaction, so a process that is killed leaves the old schema.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use refinery::error::Kind;
use refinery::{Migration, Runner};

use super::error::StoreError;
use super::postgres::{self, Postgres};
use super::sqlite::open_for_writing;
use super::tls;

/// In the order of their numbers; a released one is never changed.
const MIGRATIONS: &[(&str, &str)] = &[
    ("V0001__foundation", include_str!("../../migrations/V0001__foundation.sql")),
    ("V0002__dashboard", include_str!("../../migrations/V0002__dashboard.sql")),
    ("V0003__find_clients", include_str!("../../migrations/V0003__find_clients.sql")),
    ("V0004__client_columns", include_str!("../../migrations/V0004__client_columns.sql")),
    ("V0005__client_keys", include_str!("../../migrations/V0005__client_keys.sql")),
    ("V0007__users", include_str!("../../migrations/V0007__users.sql")),
    ("V0008__devices", include_str!("../../migrations/V0008__devices.sql")),
    ("V0009__apis", include_str!("../../migrations/V0009__apis.sql")),
    ("V0010__roles", include_str!("../../migrations/V0010__roles.sql")),
    ("V0011__key_lives", include_str!("../../migrations/V0011__key_lives.sql")),
    ("V0013__connections", include_str!("../../migrations/V0013__connections.sql")),
    ("V0014__people", include_str!("../../migrations/V0014__people.sql")),
    ("V0015__find_changes", include_str!("../../migrations/V0015__find_changes.sql")),
    ("V0016__find_refused_addresses", include_str!("../../migrations/V0016__find_refused_addresses.sql")),
    ("V0018__search_and_documents", include_str!("../../migrations/V0018__search_and_documents.sql")),
    ("V0019__clustered", include_str!("../../migrations/V0019__clustered.sql")),
    ("V0020__clients_elsewhere", include_str!("../../migrations/V0020__clients_elsewhere.sql")),
    ("V0023__device_codes", include_str!("../../migrations/V0023__device_codes.sql")),
    ("V0025__kinds_of_keys", include_str!("../../migrations/V0025__kinds_of_keys.sql")),
];

/// The lock that lets one node at a time look at the schema of a PostgreSQL database.
const LOCK: &str = "SELECT pg_advisory_lock(3667000001)";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

fn runner(engine: Engine) -> Result<Runner, StoreError> {
    let mut list = Vec::with_capacity(MIGRATIONS.len());
    for (name, sql) in MIGRATIONS {
        list.push(Migration::unapplied(name, &text_for(engine, sql)).map_err(StoreError::other)?);
    }
    Ok(Runner::new(&list).set_grouped(true).set_abort_divergent(true).set_abort_missing(true))
}

/// The text as an engine gets it. How rows lie on disk is the only thing in which the two may differ, and
/// that stands between two marks.
fn text_for(engine: Engine, sql: &'static str) -> Cow<'static, str> {
    const BEGIN: &str = "-- SQLite only: begin\n";
    const END: &str = "-- SQLite only: end\n";
    if engine == Engine::Sqlite {
        return Cow::Borrowed(sql);
    }
    let Some((before, rest)) = sql.split_once(BEGIN) else { return Cow::Borrowed(sql) };
    let after = rest.split_once(END).map_or("", |(_, after)| after);
    Cow::Owned(format!("{before}{after}"))
}

pub(crate) async fn sqlite(path: PathBuf) -> Result<(), StoreError> {
    tokio::task::spawn_blocking(move || migrate_file(&path)).await.map_err(StoreError::other)?
}

/// One process at a time: whoever waited finds everything done. The lock is a file of its own, because
/// closing a second handle on the database would let go of SQLite's locks on it.
fn migrate_file(path: &Path) -> Result<(), StoreError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-migrating");
    let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(beside);
    let lock = lock.and_then(|file| file.lock().map(|()| file)).map_err(StoreError::unavailable)?;
    let mut connection = open_for_writing(path)?;
    let result = runner(Engine::Sqlite)?.run(&mut connection).map(|_| ()).map_err(|error| refine(&error));
    drop(lock);
    result
}

pub(crate) async fn postgres(postgres: &Postgres) -> Result<(), StoreError> {
    let (config, connector) = tls::read(postgres.address())?;
    match connector {
        Some(tls) => migrate_server(&config, tls).await,
        None => migrate_server(&config, tokio_postgres::NoTls).await,
    }
}

/// On a connection of its own; closing it gives the lock back.
async fn migrate_server<T>(config: &tokio_postgres::Config, tls: T) -> Result<(), StoreError>
where
    T: tokio_postgres::tls::MakeTlsConnect<tokio_postgres::Socket>,
    T::Stream: Send + 'static,
{
    let refused = |error| postgres::refine(&error, "");
    let (mut client, connection) = config.connect(tls).await.map_err(refused)?;
    let driver = tokio::spawn(connection);
    client.batch_execute(LOCK).await.map_err(refused)?;
    let result =
        runner(Engine::Postgres)?.run_async(&mut client).await.map(|_| ()).map_err(|error| refine(&error));
    drop(client);
    // The connection ends with its client; how it ended changes nothing.
    let _ = driver.await;
    result
}

fn refine(error: &refinery::Error) -> StoreError {
    let known = newest();
    match error.kind() {
        Kind::MissingVersion(migration) if i64::from(migration.version()) > known => {
            StoreError::NewerSchema { found: i64::from(migration.version()), known }
        }
        Kind::Connection(what, cause) => StoreError::unavailable(format!("{what}: {cause}")),
        _ => StoreError::other(error),
    }
}

/// The number of a migration, from its name: 3 for `V0003__find_clients`.
fn number(name: &str) -> Option<i64> {
    name.strip_prefix('V')?.split_once("__")?.0.parse().ok()
}

/// The migration with which this release's tables are complete.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.iter().filter_map(|(name, _)| number(name)).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_stand_in_the_order_of_their_numbers() {
        let numbers: Vec<i64> = MIGRATIONS.iter().map(|(name, _)| number(name).unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        assert_eq!(newest(), *numbers.last().unwrap());
    }

    #[test]
    fn what_is_marked_for_sqlite_reaches_no_other_engine() {
        let text = "A;\n-- SQLite only: begin\nB;\n-- SQLite only: end\nC;\n";
        assert_eq!(text_for(Engine::Sqlite, text), text);
        assert_eq!(text_for(Engine::Postgres, text), "A;\nC;\n");
        assert_eq!(text_for(Engine::Postgres, "A;\n"), "A;\n");
    }

    /// A database as the release before left it, with rows in it.
    #[test]
    fn rows_outlive_the_tables_that_are_laid_out_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.db");
        let mut connection = open_for_writing(&path).unwrap();
        let runner = runner(Engine::Sqlite).unwrap();
        runner.set_target(refinery::Target::Version(15)).run(&mut connection).unwrap();
        connection
            .execute_batch(
                "INSERT INTO used_logins (tenant_id, id, expires_at) VALUES ('t', 'b', 1), ('t', 'a', 2), ('t', 'B', 3);
                 INSERT INTO refresh_tokens (tenant_id, hash, family_id, used_at) VALUES ('t', 'h', 'f', 7);",
            )
            .unwrap();
        drop(connection);
        migrate_file(&path).unwrap();
        // Opened by a tool that knows nothing of us.
        let plain = rusqlite::Connection::open(&path).unwrap();
        let text = |sql: &str| plain.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        assert_eq!(text("SELECT group_concat(id, '') FROM (SELECT id FROM used_logins ORDER BY id)"), "Bab");
        assert_eq!(text("SELECT hash || family_id || used_at FROM refresh_tokens"), "hf7");
        assert_eq!(text("SELECT CAST(COUNT(*) AS TEXT) FROM sqlite_schema WHERE sql LIKE '%COLLATE%'"), "0");
        assert_eq!(text("PRAGMA integrity_check"), "ok");
    }
}
