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
use super::sqlite::{self, open_for_writing};
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
    ("V0021__client_grants", include_str!("../../migrations/V0021__client_grants.sql")),
    ("V0022__parts_of_texts", include_str!("../../migrations/V0022__parts_of_texts.sql")),
    ("V0023__device_codes", include_str!("../../migrations/V0023__device_codes.sql")),
    ("V0024__asked_claims", include_str!("../../migrations/V0024__asked_claims.sql")),
    ("V0025__kinds_of_keys", include_str!("../../migrations/V0025__kinds_of_keys.sql")),
    ("V0027__search_the_log", include_str!("../../migrations/V0027__search_the_log.sql")),
    ("V0029__streams", include_str!("../../migrations/V0029__streams.sql")),
    ("V0030__stream_batches", include_str!("../../migrations/V0030__stream_batches.sql")),
    ("V0031__copy_the_log", include_str!("../../migrations/V0031__copy_the_log.sql")),
    ("V0032__devices_and_people", include_str!("../../migrations/V0032__devices_and_people.sql")),
    ("V0033__positions_of_events", include_str!("../../migrations/V0033__positions_of_events.sql")),
    ("V0035__texts_of_many", include_str!("../../migrations/V0035__texts_of_many.sql")),
];

/// After this migration two streams of a tenant could write into one file; the next one lets none.
const SHARED_FILES: i64 = 29;
/// Run between the two: of streams that share a file all but the oldest go on in a file of
/// their own, so that the index can be made and no stream is lost.
const PART_FILES: &str = "UPDATE log_streams SET sink = REPLACE(sink, '\"fileName\":\"', '\"fileName\":\"' || id || '-') \
     WHERE type = 'file' AND EXISTS (SELECT 1 FROM log_streams AS older \
     WHERE older.tenant_id = log_streams.tenant_id AND older.type = 'file' AND older.sink = log_streams.sink \
     AND (older.created_at, older.id) < (log_streams.created_at, log_streams.id))";

/// Asks whether the database came from another server, where transactions were numbered otherwise.
const SETTLE: &str = "SELECT settle_log_positions()";
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

/// The text as an engine gets it. How rows lie on disk, how texts compare and what finds them are the only
/// things in which the two may differ, and those stand between marks.
fn text_for(engine: Engine, sql: &'static str) -> Cow<'static, str> {
    let (begin, end) = match engine {
        Engine::Sqlite => ("-- PostgreSQL only: begin\n", "-- PostgreSQL only: end\n"),
        Engine::Postgres => ("-- SQLite only: begin\n", "-- SQLite only: end\n"),
    };
    let mut text = Cow::Borrowed(sql);
    while let Some((before, rest)) = text.split_once(begin) {
        let after = rest.split_once(end).map_or("", |(_, after)| after);
        text = Cow::Owned(format!("{before}{after}"));
    }
    text
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
    let result = bring_up(&mut connection);
    drop(lock);
    result
}

fn bring_up(connection: &mut rusqlite::Connection) -> Result<(), StoreError> {
    let runner = runner(Engine::Sqlite)?;
    // A new database has no list of migrations yet; any other trouble the run meets again.
    let last = runner.get_last_applied_migration(connection).ok().flatten();
    if may_share_files(last.as_ref()) {
        connection.execute_batch(PART_FILES).map_err(|error| sqlite::refine(&error, "log_streams"))?;
    }
    runner.run(connection).map(|_| ()).map_err(|error| refine(&error))
}

/// Whether the last migration is the one after which streams could share a file.
fn may_share_files(last: Option<&Migration>) -> bool {
    last.is_some_and(|migration| i64::from(migration.version()) == SHARED_FILES)
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
    let result = match bring_up_server(&mut client).await {
        Ok(()) => client.batch_execute(SETTLE).await.map_err(refused),
        failed => failed,
    };
    drop(client);
    // The connection ends with its client; how it ended changes nothing.
    let _ = driver.await;
    result
}

async fn bring_up_server(client: &mut tokio_postgres::Client) -> Result<(), StoreError> {
    let runner = runner(Engine::Postgres)?;
    let last = runner.get_last_applied_migration_async(client).await.ok().flatten();
    if may_share_files(last.as_ref()) {
        let done = client.batch_execute(PART_FILES).await;
        done.map_err(|error| postgres::refine(&error, "log_streams"))?;
    }
    runner.run_async(client).await.map(|_| ()).map_err(|error| refine(&error))
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
    fn what_is_marked_for_one_engine_reaches_no_other() {
        let text = "A;\n-- SQLite only: begin\nB;\n-- SQLite only: end\nC;\n\
                    -- PostgreSQL only: begin\nD;\n-- PostgreSQL only: end\nE;\n\
                    -- SQLite only: begin\nF;\n-- SQLite only: end\n";
        let statements = |engine| -> String {
            text_for(engine, text).lines().filter(|line| !line.starts_with("--")).collect()
        };
        assert_eq!(statements(Engine::Postgres), "A;C;D;E;");
        assert_eq!(statements(Engine::Sqlite), "A;B;C;E;F;");
        assert_eq!(text_for(Engine::Postgres, "A;\n"), "A;\n");
        let text = "A;\n-- PostgreSQL only: begin\nB;\n-- PostgreSQL only: end\nC;\n";
        assert_eq!(text_for(Engine::Sqlite, text), "A;\nC;\n");
        assert_eq!(text_for(Engine::Postgres, text), text);
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

    /// Two tenants, of one of which three streams write into one file.
    const SHARED: &str = "INSERT INTO tenants (tenant_id, issuer, version, settings, created_at)
             VALUES ('t', 'i', 1, '{}', 1), ('u', 'j', 1, '{}', 1);
         INSERT INTO log_streams (tenant_id, id, name, type, status, sink, secrets, filters, is_priority, created_at,
                 version, position, event_id)
             VALUES ('t', 'lst_1', 'a', 'file', 'active', '{\"fileName\":\"x.jsonl\"}', '{}', '[]', FALSE, 1, 1, 0, ''),
                    ('t', 'lst_2', 'b', 'file', 'active', '{\"fileName\":\"x.jsonl\"}', '{}', '[]', FALSE, 2, 1, 0, ''),
                    ('t', 'lst_3', 'c', 'file', 'active', '{\"fileName\":\"x.jsonl\"}', '{}', '[]', FALSE, 2, 1, 0, ''),
                    ('u', 'lst_4', 'd', 'file', 'active', '{\"fileName\":\"x.jsonl\"}', '{}', '[]', FALSE, 3, 1, 0, '')";
    const SINKS: &str = "SELECT id || sink FROM log_streams ORDER BY id";
    const PARTED: [&str; 4] = [
        r#"lst_1{"fileName":"x.jsonl"}"#,
        r#"lst_2{"fileName":"lst_2-x.jsonl"}"#,
        r#"lst_3{"fileName":"lst_3-x.jsonl"}"#,
        r#"lst_4{"fileName":"x.jsonl"}"#,
    ];

    fn before_one_file(engine: Engine) -> Runner {
        runner(engine).unwrap().set_target(refinery::Target::Version(29))
    }

    #[test]
    fn streams_that_shared_a_file_go_on_in_files_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.db");
        let mut connection = open_for_writing(&path).unwrap();
        before_one_file(Engine::Sqlite).run(&mut connection).unwrap();
        connection.execute_batch(SHARED).unwrap();
        drop(connection);
        migrate_file(&path).unwrap();
        let after = open_for_writing(&path).unwrap();
        let mut read = after.prepare(SINKS).unwrap();
        let sinks: Vec<String> = read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(sinks, PARTED);
    }

    #[tokio::test]
    async fn so_do_they_on_a_server() {
        let Ok(server) = std::env::var("DOORWARD_TEST_POSTGRES") else {
            eprintln!("PostgreSQL was not run: DOORWARD_TEST_POSTGRES names no server");
            return;
        };
        let name = format!("doorward_test_migrate_{}", std::process::id());
        let connect = async |config: tokio_postgres::Config| {
            let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client
        };
        let root: tokio_postgres::Config = server.parse().unwrap();
        let admin = connect(root.clone()).await;
        let drop_it = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        admin.batch_execute(&drop_it).await.unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).await.unwrap();
        let mut own = root;
        own.dbname(&name);
        let mut client = connect(own.clone()).await;
        before_one_file(Engine::Postgres).run_async(&mut client).await.unwrap();
        client.batch_execute(SHARED).await.unwrap();
        let migrated = migrate_server(&own, tokio_postgres::NoTls).await;
        let rows = client.query(SINKS, &[]).await;
        admin.batch_execute(&drop_it).await.unwrap();
        migrated.unwrap();
        let sinks: Vec<String> = rows.unwrap().iter().map(|row| row.get(0)).collect();
        assert_eq!(sinks, PARTED);
    }

    /// As a release wrote it that knew neither defaults nor parts of texts.
    #[test]
    fn what_was_there_before_is_found_by_its_parts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.db");
        let mut connection = open_for_writing(&path).unwrap();
        let runner = runner(Engine::Sqlite).unwrap();
        runner.set_target(refinery::Target::Version(20)).run(&mut connection).unwrap();
        connection
            .execute_batch(
                "INSERT INTO tenants (tenant_id, issuer, version, settings, created_at) VALUES ('t', 'i', 1, '{}', 1);
                 INSERT INTO clients (tenant_id, id, is_global, version, name_lower, settings, created_at, updated_at,
                     search_text) VALUES ('t', 'c', FALSE, 1, 'shop', '{}', 1, 1, 'c https://shop.test/cb');
                 INSERT INTO connections (tenant_id, id, name, strategy, options, created_at)
                     VALUES ('t', 'con', 'Users', 'auth0', '{}', 1);
                 INSERT INTO users (tenant_id, id, connection_id, email, email_verified, profile, blocked, version,
                     logins_count, created_at, updated_at, name_lower, nickname_lower, has_nickname)
                     VALUES ('t', 'auth0|7', 'con', 'ada@a.test', TRUE, '{}', FALSE, 1, 0, 1, 1, 'ada lovelace', 'lady', TRUE);
                 INSERT INTO resource_servers (tenant_id, id, identifier, name, permissions, token_lifetime,
                     allow_offline_access, is_system, created_at) VALUES ('t', 'r', 'urn:r', 'R', '[]', 1, FALSE, FALSE, 1);
                 INSERT INTO client_grants (tenant_id, id, client_id, audience, scope, organization_usage, version)
                     VALUES ('t', 'cgr_1', 'c', 'urn:r', 'a b', 'deny', 3);",
            )
            .unwrap();
        drop(connection);
        migrate_file(&path).unwrap();
        let after = open_for_writing(&path).unwrap();
        let text = |sql: &str| after.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        let of_user =
            "SELECT user_id || texts FROM user_texts WHERE tenant_id = 't' AND texts LIKE '%ovelac%'";
        assert_eq!(text(of_user), "auth0|7 auth0|7 ada@a.test ada lovelace lady ");
        let how: String =
            after.query_row(&format!("EXPLAIN QUERY PLAN {of_user}"), [], |row| row.get("detail")).unwrap();
        assert!(how.contains("VIRTUAL TABLE INDEX 0:L"), "{how}: the index of three letters serves LIKE");
        assert_eq!(
            text("SELECT client_id || texts FROM client_texts WHERE texts LIKE '%hop.t%'"),
            "cshop c https://shop.test/cb"
        );
        let of_grant = "SELECT id || client_id || scope || organization_usage || version || authorization_details_types \
                        || COALESCE(allow_all_scopes, '') FROM client_grants";
        assert_eq!(text(of_grant), "cgr_1ca bdeny3null");
        // Any tool may do this, and it may give every row another rowid.
        rusqlite::Connection::open(&path).unwrap().execute_batch("VACUUM").unwrap();
        after.execute_batch("DELETE FROM users WHERE id = 'auth0|7'").unwrap();
        assert_eq!(text("SELECT CAST(COUNT(*) AS TEXT) FROM user_texts WHERE texts LIKE '%ovelac%'"), "0");
        assert_eq!(text("PRAGMA integrity_check"), "ok");
    }

    /// Positions are numbered anew; the order of the events, where they stood first and where streams stand stay.
    #[test]
    fn events_keep_their_order_and_streams_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.db");
        let mut connection = open_for_writing(&path).unwrap();
        let runner = runner(Engine::Sqlite).unwrap();
        runner.set_target(refinery::Target::Version(32)).run(&mut connection).unwrap();
        let tenant = "INSERT INTO tenants (tenant_id, issuer, version, settings, created_at) VALUES (?1, ?1, 1, '{}', 1)";
        let event = "INSERT INTO logs (tenant_id, id, at, code, description, details, repeats) VALUES (?1, ?2, 1, 's', '', '{}', 1)";
        let stream = "INSERT INTO log_streams (tenant_id, id, name, type, status, sink, secrets, filters, is_priority, created_at, \
             version, position, event_id) VALUES ('a', ?1, '', 'http', 'active', '{}', '{}', '[]', FALSE, 1, 1, ?2, ?3)";
        for name in ["a", "b"] {
            connection.execute(tenant, [name]).unwrap();
        }
        // Those of "2" and "1" were there before positions were; "5" was overtaken, and "4" counted further.
        for (name, id) in [("a", "2"), ("b", "9"), ("a", "1"), ("a", "4"), ("a", "6"), ("a", "5"), ("b", "8")]
        {
            connection.execute(event, [name, id]).unwrap();
        }
        connection
            .execute_batch(
                "UPDATE logs SET position = 1 WHERE id < '3';
                 UPDATE logs SET first_position = position, repeats = 2 WHERE id = '4';",
            )
            .unwrap();
        let streams = [("new", 0, ""), ("old", 1, "1"), ("gone", 2, "x"), ("now", 6, "~")];
        for (id, position, event) in streams {
            connection.execute(stream, (id, position, event)).unwrap();
        }
        drop(connection);
        migrate_file(&path).unwrap();
        let after = open_for_writing(&path).unwrap();
        let text = |sql: &str| {
            after.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).unwrap().unwrap_or_default()
        };
        let ids = |order: &str| {
            text(&format!(
                "SELECT group_concat(id, '') FROM (SELECT id FROM logs WHERE tenant_id = 'a' ORDER BY {order})"
            ))
        };
        assert_eq!(ids("position"), "12654");
        assert_eq!(ids("COALESCE(first_position, position)"), "12465");
        let waiting = |stream: &str| {
            text(&format!(
                "SELECT group_concat(id, '') FROM (SELECT l.id FROM logs AS l, log_streams AS s WHERE l.tenant_id = 'a' \
                 AND s.id = '{stream}' AND (l.position, l.id) > (s.position, s.event_id) ORDER BY l.position)"
            ))
        };
        for (stream, left) in [("new", "12654"), ("old", "2654"), ("gone", "654"), ("now", "")] {
            assert_eq!(waiting(stream), left, "{stream}");
        }
        // The number of a row never comes again, though its event is gone.
        let newest = "SELECT CAST(MAX(position) AS TEXT) FROM logs";
        let (last, tip) =
            (text(newest), text("SELECT CAST(tip AS TEXT) FROM log_tips WHERE tenant_id = 'a'"));
        assert_eq!(last, tip);
        after.execute_batch("DELETE FROM logs").unwrap();
        after.execute(event, ["a", "7"]).unwrap();
        assert!(text(newest).parse::<i64>().unwrap() > last.parse().unwrap());
        assert_eq!(
            text("SELECT CAST(COUNT(*) AS TEXT) FROM sqlite_schema WHERE name LIKE 'log_places%'"),
            "0"
        );
        assert_eq!(text("PRAGMA integrity_check"), "ok");
    }
}
