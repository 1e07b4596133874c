//! The two engines, and a fresh database on each.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use doorward_store::DatabaseUrl;
use tempfile::TempDir;

use super::given::Given;

pub(super) const VARIABLE: &str = "DOORWARD_TEST_POSTGRES";
/// `./test` sets it to `postgres` for a second run of what runs in this process.
const ENGINE: &str = "DOORWARD_TEST_ENGINE";
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Where the data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Those that can take part here; only one when the run is about that one.
    pub fn all() -> Vec<Engine> {
        if std::env::var_os(ENGINE).is_some() {
            return vec![Self::of_this_run()];
        }
        if std::env::var_os(VARIABLE).is_some() {
            return vec![Engine::Sqlite, Engine::Postgres];
        }
        eprintln!("PostgreSQL was not run: {VARIABLE} is not set");
        vec![Engine::Sqlite]
    }

    /// The one that tests use which do not ask for both.
    pub fn of_this_run() -> Engine {
        match std::env::var(ENGINE).as_deref() {
            Err(_) | Ok("sqlite") => Engine::Sqlite,
            Ok("postgres") if std::env::var_os(VARIABLE).is_some() => Engine::Postgres,
            Ok("postgres") => panic!("{ENGINE}=postgres needs {VARIABLE}"),
            Ok(other) => panic!("{ENGINE} is {other:?}; it may be sqlite or postgres"),
        }
    }

    pub fn fresh(self) -> Database {
        let folder = tempfile::tempdir().unwrap();
        if self == Engine::Sqlite {
            let url = DatabaseUrl::Sqlite(folder.path().join("doorward.db"));
            return Database { url, folder, on_server: None, given: Arc::default() };
        }
        let server = std::env::var(VARIABLE).unwrap();
        let name = format!("doorward_it_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        psql(&server, &format!("CREATE DATABASE {name}"));
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        let url = DatabaseUrl::parse(url.as_str()).unwrap();
        Database { url, folder, on_server: Some((server, name)), given: Arc::default() }
    }
}

/// A database that is gone when it is dropped.
pub struct Database {
    pub url: DatabaseUrl,
    pub folder: TempDir,
    on_server: Option<(String, String)>,
    /// The secrets that nobody may find in it.
    pub given: Arc<Given>,
}

impl Database {
    /// Runs a text beside the server, as somebody with a shell may. Only the store names the engines' libraries.
    pub fn execute(&self, text: &str) {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let program = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])";
                let done = Command::new("python3").arg("-c").arg(program).arg(path).arg(text).status();
                assert!(done.unwrap().success(), "{text}");
            }
            DatabaseUrl::Postgres(url) => psql(url.expose(), text),
        }
    }

    /// All that stands in it: the files of SQLite, or every row of PostgreSQL.
    pub fn stored(&self) -> String {
        if let DatabaseUrl::Postgres(url) = &self.url {
            return rows(url.expose());
        }
        let mut all = String::new();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let is_database = path.file_name().unwrap().to_string_lossy().starts_with("doorward.db");
            if is_database && let Ok(bytes) = std::fs::read(&path) {
                all.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
        all
    }

    /// Ends every connection to it, as a server that is killed does.
    pub fn end_connections(&self) {
        if let Some((server, name)) = &self.on_server {
            let text = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ";
            psql(server, &format!("{text}'{name}'"));
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test that has failed already says why.
        if !std::thread::panicking() {
            self.given.assert_kept(&self.stored());
        }
        if let Some((server, name)) = &self.on_server {
            psql(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// Every row of every table, by one call of the program: a dump of the schema beside them would take far longer.
fn rows(database: &str) -> String {
    const EACH: &[u8] = b"SELECT format('COPY %I TO STDOUT', tablename) FROM pg_tables \
        WHERE schemaname = 'public' \\gexec\n";
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", database]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(EACH).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Only the store names a PostgreSQL library; the tests ask the server's own program.
fn psql(server: &str, text: &str) {
    let done = Command::new("psql").args(["-X", "-q", "-v", "ON_ERROR_STOP=1", server, "-c", text]).output();
    let done = done.unwrap_or_else(|error| panic!("psql is needed beside {VARIABLE}: {error}"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
