//! SQLite: readers that are used inline on the asking task, and the way to the one writer.
//!
//! A point read takes a few microseconds, less than handing it to another thread would; lists,
//! which may take longer, go to a blocking thread.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, params_from_iter};
use tokio::sync::oneshot;

use super::batch::{Done, Durable, Statement};
use super::error::StoreError;
use super::row::Row;
use super::text::Text;
use super::value::Value;
use super::writer::{self, Job};
use crate::measures::Measures;

/// How many batches may wait for the writer before more are refused.
const QUEUE: usize = 1024;
/// How long a statement waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// After so many steps of a list the time is looked at: about every millisecond.
const STEPS: i32 = 10_000;
/// Lists that run at the same time.
const SCANNERS: usize = 2;
/// Texts kept prepared per connection.
const PREPARED: usize = 256;
/// The longest text of a value or a statement, in bytes.
const MAX_LENGTH: i32 = 8 * 1024 * 1024;

pub(crate) struct Sqlite {
    path: PathBuf,
    readers: Arc<Readers>,
    /// For lists, which may take their time: point reads never wait for one.
    scanners: Arc<Readers>,
    writer: SyncSender<Job>,
    measures: Arc<Measures>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, measures: Arc<Measures>) -> Result<Self, StoreError> {
        let connection = open_for_writing(path)?;
        let count = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        let readers = Arc::new(Readers::open(path, count)?);
        let scanners = Arc::new(Readers::open(path, SCANNERS)?);
        let (writer, jobs) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn({
                let measures = Arc::clone(&measures);
                move || writer::run(connection, &jobs, &measures)
            })
            .map_err(StoreError::unavailable)?;
        Ok(Self { path: path.to_owned(), readers, scanners, writer, measures })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads on the calling thread.
    pub(crate) fn query(&self, text: &Text, args: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.readers.query(text, args)
    }

    /// Reads on a thread that may block, for so long and no longer.
    pub(crate) async fn scan(
        &self,
        text: Arc<Text>,
        args: Vec<Value>,
        longest: Duration,
    ) -> Result<Vec<Row>, StoreError> {
        let readers = Arc::clone(&self.scanners);
        tokio::task::spawn_blocking(move || readers.scan(&text, &args, longest))
            .await
            .map_err(StoreError::other)?
    }

    pub(crate) async fn commit(
        &self,
        statements: Vec<Statement>,
        durable: Durable,
    ) -> Result<Vec<Done>, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.measures.waiting.enter();
        if let Err(error) = self.send(Job::Batch { statements, durable, answer }) {
            self.measures.waiting.leave();
            self.measures.turned_away.add_one();
            return Err(error);
        }
        answered.await.map_err(|_| gone())?
    }

    pub(crate) async fn vacuum(&self) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Vacuum { answer })?;
        answered.await.map_err(|_| gone())?
    }

    pub(crate) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.send(Job::Close { answer }).is_ok() {
            // An error here means that the writer is gone already, which is what was asked for.
            let _ = answered.await;
        }
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        self.writer.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => gone(),
        })
    }
}

fn gone() -> StoreError {
    StoreError::unavailable("the database was closed")
}

struct Readers {
    connections: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Readers {
    fn open(path: &Path, count: usize) -> Result<Self, StoreError> {
        let connections =
            (0..count).map(|_| open_for_reading(path).map(Mutex::new)).collect::<Result<_, _>>()?;
        Ok(Self { connections, next: AtomicUsize::new(0) })
    }

    fn query(&self, text: &Text, args: &[Value]) -> Result<Vec<Row>, StoreError> {
        run(&self.connection(), text, args).map(|done| done.rows)
    }

    /// The same, given up after a time.
    fn scan(&self, text: &Text, args: &[Value], longest: Duration) -> Result<Vec<Row>, StoreError> {
        // Waiting for one counts as well: of many long lists the last ones are given up at once.
        let end = Instant::now() + longest;
        let mut connection = self.connection();
        let handler = |error: rusqlite::Error| refine(&error, &text.table);
        connection.progress_handler(STEPS, Some(move || Instant::now() > end)).map_err(handler)?;
        let found = run(&connection, text, args);
        connection.progress_handler(0, None::<fn() -> bool>).map_err(handler)?;
        found.map(|done| done.rows)
    }

    /// One that is free, else the next to be free.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let count = self.connections.len();
        let mut all = (0..count).map(|step| &self.connections[(first + step) % count]);
        all.find_map(Mutex::try_lock).unwrap_or_else(|| self.connections[first % count].lock())
    }
}

/// Opens the file for the writer and for migrations; makes it when it is missing.
pub(crate) fn open_for_writing(path: &Path) -> Result<Connection, StoreError> {
    make_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = open(path, flags)?;
    // Counts before the first table exists, and before WAL writes the first page.
    pragmas(&connection, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;")?;
    pragmas(&connection, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    // Hot pages are written back once for many commits.
    pragmas(&connection, "PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000;")?;
    // What a savepoint would undo is kept in memory: else a batch that touches more than sixteen pages
    // makes and deletes a file.
    pragmas(&connection, "PRAGMA temp_store = MEMORY;")?;
    // A batch that does not fit is written, read and written again until it is done. 16 MiB, taken
    // only as far as pages are touched.
    pragmas(&connection, "PRAGMA cache_size = -16384;")?;
    Ok(connection)
}

/// Makes a missing file readable by its owner only; SQLite gives its side files the same mode.
fn make_private(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(StoreError::unavailable(format!("{}: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

fn open_for_reading(path: &Path) -> Result<Connection, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // PostgreSQL's LIKE tells case apart.
    pragmas(&connection, "PRAGMA query_only = ON; PRAGMA case_sensitive_like = ON;")?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| refine(&error, ""))?;
    let prepare = || -> rusqlite::Result<()> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        // PostgreSQL's name for comparing byte by byte.
        connection.create_collation("C", |a: &str, b: &str| a.as_bytes().cmp(b.as_bytes()))?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_LENGTH)?;
        // Else a partial index makes SQLite prepare the statement anew for each set of arguments.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        Ok(())
    };
    prepare().map_err(|error| refine(&error, ""))?;
    Ok(connection)
}

fn pragmas(connection: &Connection, texts: &str) -> Result<(), StoreError> {
    connection.execute_batch(texts).map_err(|error| refine(&error, ""))
}

/// Runs one statement and collects what it gives back.
pub(crate) fn run(connection: &Connection, text: &Text, args: &[Value]) -> Result<Done, StoreError> {
    let attempt = || -> rusqlite::Result<Done> {
        let mut statement = connection.prepare_cached(&text.sqlite)?;
        let width = statement.column_count();
        if width == 0 {
            let affected = statement.execute(params_from_iter(args))? as u64;
            return Ok(Done { rows: Vec::new(), affected });
        }
        let mut found = statement.query(params_from_iter(args))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let values = (0..width).map(|i| row.get_ref(i).map(value)).collect::<rusqlite::Result<_>>()?;
            rows.push(Row(values));
        }
        let affected = rows.len() as u64;
        Ok(Done { rows, affected })
    };
    attempt().map_err(|error| refine(&error, &text.table))
}

fn value(found: ValueRef<'_>) -> Value {
    match found {
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(bytes) => Value::Text(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(bytes).into_owned(),
        }),
        // No column holds either; null makes the reader of the row say which one is corrupt.
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::Null,
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// Turns SQLite's error into ours; `table` is what the statement was about.
pub(crate) fn refine(error: &rusqlite::Error, table: &str) -> StoreError {
    use rusqlite::ffi;
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return StoreError::other(error);
    };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
            return StoreError::Conflict { what: table.to_owned() };
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return StoreError::InUse { what: table.to_owned() },
        // No room is said as one of these, too, where it is a quota or a bound of the process that is used up.
        ffi::SQLITE_IOERR_WRITE
        | ffi::SQLITE_IOERR_FSYNC
        | ffi::SQLITE_IOERR_DIR_FSYNC
        | ffi::SQLITE_IOERR_TRUNCATE
        | ffi::SQLITE_IOERR_SHMSIZE => return StoreError::unwritable(error),
        _ => {}
    }
    match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
        ErrorCode::DiskFull => StoreError::Full,
        ErrorCode::ReadOnly => StoreError::unwritable(error),
        ErrorCode::OperationInterrupted => StoreError::TooSlow,
        ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::OutOfMemory
        | ErrorCode::PermissionDenied
        | ErrorCode::FileLockingProtocolFailed => StoreError::unavailable(error),
        _ => StoreError::other(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn pragma(connection: &Connection, name: &str) -> String {
        let text = |row: &rusqlite::Row<'_>| row.get_ref(0).map(|found| format!("{:?}", value(found)));
        connection.query_row(&format!("PRAGMA {name}"), [], text).unwrap()
    }

    #[test]
    fn the_file_is_durable_shrinkable_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.db");
        let connection = open_for_writing(&path).unwrap();
        assert_eq!(pragma(&connection, "synchronous"), "Int(2)");
        assert_eq!(pragma(&connection, "auto_vacuum"), "Int(2)");
        assert_eq!(pragma(&connection, "foreign_keys"), "Int(1)");
        assert_eq!(pragma(&connection, "journal_mode"), "Text(3 bytes)");
        connection.execute_batch("CREATE TABLE t (a TEXT)").unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_reader_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.db");
        open_for_writing(&path).unwrap().execute_batch("CREATE TABLE t (a TEXT)").unwrap();
        let reader = open_for_reading(&path).unwrap();
        let refused = run(&reader, &Text::new("INSERT INTO t (a) VALUES ('x')"), &[]);
        assert!(matches!(refused, Err(StoreError::Unwritable { .. })), "{refused:?}");
    }

    #[test]
    fn a_list_that_takes_too_long_is_given_up_and_the_next_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.db");
        drop(open_for_writing(&path).unwrap());
        let readers = Readers::open(&path, SCANNERS).unwrap();
        let endless =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(i) FROM n";
        for _ in 0..2 * readers.connections.len() {
            let found = readers.scan(&Text::new(endless), &[], Duration::from_millis(5));
            assert_eq!(found.unwrap_err(), StoreError::TooSlow);
        }
        let short = Text::new("SELECT 1");
        assert_eq!(readers.scan(&short, &[], Duration::from_secs(60)).unwrap()[0].0, [Value::Int(1)]);
        assert_eq!(readers.query(&short, &[]).unwrap().len(), 1);
    }
}
