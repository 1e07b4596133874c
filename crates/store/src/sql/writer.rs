//! The one writer of SQLite: takes everything that is queued and commits it as one transaction.
//!
//! A batch that fails leaves its neighbours alone: the group is then done again, each batch in a savepoint.
//! A full disk or an input error can make SQLite undo the whole transaction by itself; then everybody in it
//! fails. Answers go out after the commit, never before.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::batch::{Done, Durable, Statement};
use super::error::StoreError;
use super::sqlite;
use crate::measures::Measures;

/// The most batches in one transaction.
const GROUP: usize = 256;
/// How often the beginning of a transaction is tried; each try waits for the busy timeout.
const TRIES: usize = 3;

/// What came of each batch of a group.
type Outcomes = Vec<Result<Vec<Done>, StoreError>>;
type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked to do.
pub(crate) enum Job {
    /// Commit these statements together.
    Batch { statements: Vec<Statement>, durable: Durable, answer: Answer<Vec<Done>> },
    /// Give free pages back to the file system.
    Vacuum { answer: Answer<()> },
    /// Finish.
    Close { answer: Answer<()> },
}

struct Waiting {
    statements: Vec<Statement>,
    durable: Durable,
    answer: Answer<Vec<Done>>,
}

/// Works until the last handle is dropped or the database is closed.
pub(crate) fn run(connection: Connection, jobs: &Receiver<Job>, measures: &Measures) {
    let mut synchronous = None;
    while let Ok(first) = jobs.recv() {
        // On a busy core those who are about to ask get to do so, and share this sync; on an idle one
        // this costs nothing.
        std::thread::yield_now();
        let (group, other) = gather(first, jobs, measures);
        if !group.is_empty() {
            measures.groups.observe(group.len() as u64);
            commit(&connection, group, &mut synchronous);
        }
        match other {
            Some(Job::Vacuum { answer }) => {
                reply(answer, batch(&connection, "PRAGMA incremental_vacuum(512)"));
            }
            Some(Job::Close { answer }) => {
                let closed = batch(&connection, "PRAGMA wal_checkpoint(TRUNCATE)");
                drop(connection);
                reply(answer, closed);
                return;
            }
            _ => {}
        }
    }
}

/// What is queued, up to a full group; while nobody in it is in a hurry, also who comes a little later. What is no
/// batch ends the group.
fn gather(first: Job, jobs: &Receiver<Job>, measures: &Measures) -> (Vec<Waiting>, Option<Job>) {
    let began = Instant::now();
    let (mut group, mut patience) = (Vec::new(), Duration::MAX);
    let mut next = Some(first);
    while let Some(job) = next {
        let Job::Batch { statements, durable, answer } = job else { return (group, Some(job)) };
        measures.waiting.leave();
        patience = patience.min(durable.patience());
        group.push(Waiting { statements, durable, answer });
        if group.len() == GROUP {
            break;
        }
        next = jobs.try_recv().ok().or_else(|| {
            let left = patience.saturating_sub(began.elapsed());
            if left.is_zero() { None } else { jobs.recv_timeout(left).ok() }
        });
    }
    (group, None)
}

/// Runs a group and answers everybody in it.
fn commit(connection: &Connection, group: Vec<Waiting>, synchronous: &mut Option<Durable>) {
    match attempt(connection, &group, synchronous) {
        Ok(results) => {
            for (waiting, result) in group.into_iter().zip(results) {
                reply(waiting.answer, result);
            }
        }
        Err(error) => {
            tracing::warn!(%error, batches = group.len(), "a group of writes was undone");
            if !connection.is_autocommit() {
                // Nothing is lost when this fails too: the transaction was not committed.
                let _ = batch(connection, "ROLLBACK");
            }
            for waiting in group {
                reply(waiting.answer, Err(error.clone()));
            }
        }
    }
}

/// One transaction for the whole group. An error is everybody's; a batch's own failure is in its
/// place of the list.
fn attempt(
    connection: &Connection,
    group: &[Waiting],
    synchronous: &mut Option<Durable>,
) -> Result<Outcomes, StoreError> {
    choose_durability(connection, group, synchronous)?;
    match together(connection, group)? {
        Some(outcomes) => Ok(outcomes),
        None => one_by_one(connection, group),
    }
}

/// Runs the group as if it were one batch, since hardly ever one fails and a savepoint copies every page
/// that is touched after it. Nothing, with nothing done, when a batch failed that has neighbours.
fn together(connection: &Connection, group: &[Waiting]) -> Result<Option<Outcomes>, StoreError> {
    begin(connection)?;
    let mut outcomes = Vec::with_capacity(group.len());
    for waiting in group {
        match run_batch(connection, &waiting.statements) {
            Ok(done) => outcomes.push(Ok(done)),
            Err(error) if connection.is_autocommit() || error.is_fatal() => return Err(error),
            Err(error) => {
                statement(connection, "ROLLBACK")?;
                return Ok((group.len() == 1).then(|| vec![Err(error)]));
            }
        }
    }
    statement(connection, "COMMIT")?;
    Ok(Some(outcomes))
}

/// Runs each batch of the group in a savepoint, so that those that fail leave the others alone.
fn one_by_one(connection: &Connection, group: &[Waiting]) -> Result<Outcomes, StoreError> {
    begin(connection)?;
    let mut outcomes = Vec::with_capacity(group.len());
    for waiting in group {
        statement(connection, "SAVEPOINT one")?;
        let outcome = run_batch(connection, &waiting.statements);
        if let Err(error) = &outcome {
            if connection.is_autocommit() || error.is_fatal() {
                return Err(error.clone());
            }
            statement(connection, "ROLLBACK TO one")?;
        }
        statement(connection, "RELEASE one")?;
        outcomes.push(outcome);
    }
    let is_needed = outcomes.iter().any(Result::is_ok);
    statement(connection, if is_needed { "COMMIT" } else { "ROLLBACK" })?;
    Ok(outcomes)
}

fn run_batch(connection: &Connection, statements: &[Statement]) -> Result<Vec<Done>, StoreError> {
    let mut all = Vec::with_capacity(statements.len());
    for statement in statements {
        let done = sqlite::run(connection, &statement.text, &statement.args)?;
        statement.check(&done)?;
        all.push(done);
    }
    Ok(all)
}

/// Says before the transaction whether its commit waits for the disk: it does as soon as one batch of
/// the group wants that, and then everything before it is on disk too, since the log has one end.
fn choose_durability(
    connection: &Connection,
    group: &[Waiting],
    synchronous: &mut Option<Durable>,
) -> Result<(), StoreError> {
    let must_wait = group.iter().any(|waiting| waiting.durable != Durable::WithTheNext);
    let wanted = if must_wait { Durable::Now } else { Durable::WithTheNext };
    if *synchronous != Some(wanted) {
        batch(
            connection,
            if must_wait { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" },
        )?;
        *synchronous = Some(wanted);
    }
    Ok(())
}

/// Takes the write lock at once; another process (the command line) may hold it for a while.
fn begin(connection: &Connection) -> Result<(), StoreError> {
    let mut result = Err(StoreError::Busy);
    for _ in 0..TRIES {
        result = statement(connection, "BEGIN IMMEDIATE");
        if result != Err(StoreError::Busy) {
            break;
        }
    }
    result
}

/// A statement that is used all the time, kept prepared.
fn statement(connection: &Connection, text: &str) -> Result<(), StoreError> {
    let run = || connection.prepare_cached(text)?.execute([]);
    run().map(|_| ()).map_err(|error| sqlite::refine(&error, ""))
}

fn batch(connection: &Connection, text: &str) -> Result<(), StoreError> {
    connection.execute_batch(text).map_err(|error| sqlite::refine(&error, ""))
}

/// Whoever asked may have stopped waiting; what was committed stays committed.
fn reply<T>(answer: Answer<T>, result: Result<T, StoreError>) {
    let _ = answer.send(result);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tempfile::TempDir;

    use super::*;
    use crate::sql::batch::Expect;
    use crate::sql::text::Text;
    use crate::sql::value::Value;

    type Answered = oneshot::Receiver<Result<Vec<Done>, StoreError>>;

    fn waiting(text: &str) -> (Waiting, Answered) {
        let (answer, answered) = oneshot::channel();
        let sql = Arc::new(Text::new("INSERT INTO t (a) VALUES ($1)"));
        let statement = Statement { text: sql, args: vec![Value::from(text)], expect: Expect::Any };
        (Waiting { statements: vec![statement], durable: Durable::Now, answer }, answered)
    }

    /// A database with this table `t`, which lives as long as its folder.
    fn with_table(made: &str) -> (TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let connection = sqlite::open_for_writing(&folder.path().join("doorward.db")).unwrap();
        connection.execute_batch(made).unwrap();
        (folder, connection)
    }

    /// Commits a group, and says of each batch whether it was written.
    fn written(connection: &Connection, group: Vec<(Waiting, Answered)>) -> Vec<bool> {
        let (group, answers): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        commit(connection, group, &mut None);
        answers.into_iter().map(|answer| answer.blocking_recv().unwrap().is_ok()).collect()
    }

    fn rows(connection: &Connection) -> i64 {
        connection.query_row("SELECT COUNT(a) FROM t", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_full_disk_fails_everybody_in_the_group_and_nobody_after_it() {
        let (_folder, connection) = with_table("CREATE TABLE t (a TEXT UNIQUE); PRAGMA max_page_count = 20");
        let texts = ["one".to_owned(), "x".repeat(1 << 20), "three".to_owned()];
        let (group, answers): (Vec<_>, Vec<_>) = texts.iter().map(|text| waiting(text)).unzip();
        commit(&connection, group, &mut None);
        for answer in answers {
            assert_eq!(answer.blocking_recv().unwrap().err(), Some(StoreError::Full));
        }
        assert!(connection.is_autocommit());
        assert_eq!(rows(&connection), 0);

        connection.execute_batch("PRAGMA max_page_count = 2000").unwrap();
        let group = texts.iter().map(|text| waiting(text)).collect();
        assert_eq!(written(&connection, group), [true; 3]);
        assert_eq!(rows(&connection), 3);
    }

    /// How a commit of these batches treats the disk: 2 waits for it, 1 does not.
    fn level_after(connection: &Connection, now: &mut Option<Durable>, wanted: &[Durable]) -> i64 {
        let group = wanted.iter().map(|durable| Waiting { durable: *durable, ..waiting("same").0 }).collect();
        commit(connection, group, now);
        connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_commit_waits_for_the_disk_unless_every_batch_of_the_group_can_do_without() {
        let (_folder, connection) = with_table("CREATE TABLE t (a TEXT)");
        let mut now = None;
        let mut level = |wanted: &[Durable]| level_after(&connection, &mut now, wanted);
        assert_eq!(level(&[Durable::WithTheNext, Durable::WithTheNext]), 1);
        assert_eq!(level(&[Durable::WithTheNext, Durable::Now]), 2);
        assert_eq!(level(&[Durable::WithTheNext]), 1);
        connection.execute_batch("DROP TABLE t").unwrap();
        assert_eq!(level(&[Durable::WithTheNext]), 1, "a failure");
        assert_eq!(level(&[Durable::Now]), 2, "what follows a failure");
    }

    fn job(durable: Durable) -> (Job, Answered) {
        let (Waiting { statements, answer, .. }, answered) = waiting("one");
        (Job::Batch { statements, durable, answer }, answered)
    }

    #[test]
    fn who_is_patient_waits_for_company_until_somebody_is_in_a_hurry() {
        let (_folder, connection) = with_table("CREATE TABLE t (a TEXT)");
        let (send, jobs) = std::sync::mpsc::channel();
        let measures = Arc::new(Measures::default());
        let writer = std::thread::spawn({
            let measures = Arc::clone(&measures);
            move || run(connection, &jobs, &measures)
        });
        let patient = || job(Durable::InCompany(Duration::from_secs(30)));
        let all = [patient(), patient(), job(Durable::Now)].map(|(job, answered)| {
            send.send(job).unwrap();
            answered
        });
        assert!(all.into_iter().all(|answered| answered.blocking_recv().unwrap().is_ok()));
        assert_eq!(measures.groups.spread().count, 1, "all three share one commit");
        let (alone, answered) = job(Durable::InCompany(Duration::from_millis(1)));
        send.send(alone).unwrap();
        assert!(answered.blocking_recv().unwrap().is_ok(), "nobody came");
        drop(send);
        writer.join().unwrap();
    }

    #[test]
    fn a_failure_between_two_others_leaves_both_alone() {
        let (_folder, connection) =
            with_table("CREATE TABLE t (a TEXT UNIQUE); INSERT INTO t (a) VALUES ('taken')");
        let group = ["one", "taken", "two"].map(waiting).into();
        assert_eq!(written(&connection, group), [true, false, true]);
        assert_eq!(rows(&connection), 3);
    }

    /// A statement of several rows that breaks a rule at its second one, alone and beside a good batch.
    #[test]
    fn a_statement_that_fails_midway_leaves_nothing() {
        let (_folder, connection) =
            with_table("CREATE TABLE t (a TEXT UNIQUE); INSERT INTO t (a) VALUES ('taken')");
        let midway = || {
            let (mut waiting, answered) = waiting("taken");
            let sql = "INSERT INTO t (a) SELECT column1 FROM (VALUES ('new'), ($1))";
            waiting.statements[0].text = Arc::new(Text::new(sql));
            (waiting, answered)
        };
        assert_eq!(written(&connection, vec![midway()]), [false]);
        assert_eq!(written(&connection, vec![midway(), waiting("good")]), [false, true]);
        let left: Vec<String> = connection
            .prepare("SELECT a FROM t ORDER BY a")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(left, ["good", "taken"]);
    }

    #[test]
    fn a_group_of_failures_leaves_no_transaction_open() {
        let (_folder, connection) =
            with_table("CREATE TABLE t (a TEXT UNIQUE); INSERT INTO t (a) VALUES ('one')");
        let (group, answers): (Vec<_>, Vec<_>) = (0..2).map(|_| waiting("one")).unzip();
        commit(&connection, group, &mut None);
        for answer in answers {
            let failure = answer.blocking_recv().unwrap().err();
            assert_eq!(failure, Some(StoreError::Conflict { what: "t".to_owned() }));
        }
        assert!(connection.is_autocommit());
    }
}
