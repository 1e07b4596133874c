//! PostgreSQL: one pool; the statements of a batch travel together in one transaction.

use std::error::Error as _;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use doorward_model::secret::Secret;
use futures_util::future::{MaybeDone, maybe_done};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::batch::{Done, Durable, Statement};
use super::error::StoreError;
use super::row::Row;
use super::text::Text;
use super::tls;
use super::value::Value;
use crate::measures::Measures;

/// Connections per node.
const CONNECTIONS: usize = 16;
/// How long a request waits for a connection before it is told that the database is busy.
const WAIT: Duration = Duration::from_secs(5);
/// How often a batch is tried again when PostgreSQL chose it to end a deadlock.
const TRIES: usize = 3;

pub(crate) struct Postgres {
    pool: Pool,
    address: Secret,
}

impl Postgres {
    pub(crate) async fn open(address: &Secret) -> Result<Self, StoreError> {
        let (config, connector) = tls::read(address)?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match connector {
            Some(tls) => Manager::from_config(config, tls, recycling),
            None => Manager::from_config(config, tokio_postgres::NoTls, recycling),
        };
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(StoreError::unavailable)?;
        let postgres = Self { pool, address: address.clone() };
        drop(postgres.connection().await?);
        Ok(postgres)
    }

    pub(crate) fn address(&self) -> &Secret {
        &self.address
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }

    async fn connection(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => StoreError::Busy,
            PoolError::Backend(error) => refine(&error, ""),
            error => StoreError::unavailable(error),
        })
    }

    pub(crate) async fn analyze(&self) -> Result<(), StoreError> {
        self.connection().await?.batch_execute("ANALYZE").await.map_err(|error| refine(&error, ""))
    }

    pub(crate) async fn query(&self, text: &Text, args: &[Value]) -> Result<Vec<Row>, StoreError> {
        let connection = self.connection().await?;
        let read = async {
            let statement = connection.prepare_cached(&text.postgres).await?;
            run(&connection, &statement, args).await
        };
        read.await.map(|done| done.rows).map_err(|error| refine(&error, &text.table))
    }

    /// Reads for so long and no longer. All is sent at once, so the bound costs no way there and back.
    pub(crate) async fn scan(
        &self,
        text: &Text,
        args: &[Value],
        longest: Duration,
    ) -> Result<Vec<Row>, StoreError> {
        let connection = self.connection().await?;
        let refine = |error: tokio_postgres::Error| refine(&error, &text.table);
        let statement = connection.prepare_cached(&text.postgres).await.map_err(refine)?;
        let first = format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {}", longest.as_millis());
        let plain = |text: String| {
            let connection = &connection;
            async move { connection.batch_execute(&text).await.map(|()| Done::default()) }
        };
        let sent: Vec<Sent<'_>> = vec![
            Box::pin(plain(first)),
            Box::pin(run(&connection, &statement, args)),
            // After a failure this rolls back.
            Box::pin(plain("COMMIT".to_owned())),
        ];
        let mut results = in_order(sent).await.into_iter();
        let begun = results.next().unwrap_or_else(|| Ok(Done::default()));
        let found = results.next().unwrap_or_else(|| Ok(Done::default()));
        begun.and(found).map(|done| done.rows).map_err(refine)
    }

    /// Carried through on a task of its own: a caller that stops waiting must not leave a
    /// connection in the middle of a transaction.
    pub(crate) async fn commit(
        &self,
        statements: Vec<Statement>,
        durable: Durable,
        measures: &Measures,
    ) -> Result<Vec<Done>, StoreError> {
        measures.waiting.enter();
        let connection = self.connection().await;
        measures.waiting.leave();
        let connection = connection.inspect_err(|_| measures.turned_away.add_one())?;
        let work = tokio::spawn(async move {
            let mut result = attempt(&connection, &statements, durable).await;
            for _ in 1..TRIES {
                if result.as_ref().err() != Some(&StoreError::Busy) {
                    break;
                }
                result = attempt(&connection, &statements, durable).await;
            }
            result
        });
        work.await.map_err(StoreError::other)?
    }
}

/// A request whose answer is still to come.
type Sent<'a> = Pin<Box<dyn Future<Output = Result<Done, tokio_postgres::Error>> + Send + 'a>>;

/// One transaction: everything is sent at once, then the expectations are looked at.
async fn attempt(
    connection: &Object,
    statements: &[Statement],
    durable: Durable,
) -> Result<Vec<Done>, StoreError> {
    let mut prepared = Vec::with_capacity(statements.len());
    for statement in statements {
        let ready = connection.prepare_cached(&statement.text.postgres).await;
        prepared.push(ready.map_err(|error| refine(&error, &statement.text.table))?);
    }
    let first = match durable {
        // A server has settings of its own for company (`commit_delay`).
        Durable::Now | Durable::InCompany(_) => "BEGIN",
        Durable::WithTheNext => "BEGIN; SET LOCAL synchronous_commit = OFF",
    };
    let begin = async { connection.batch_execute(first).await.map(|()| Done::default()) };
    let mut sent: Vec<Sent<'_>> = Vec::with_capacity(statements.len() + 1);
    sent.push(Box::pin(begin));
    for (statement, ready) in statements.iter().zip(&prepared) {
        sent.push(Box::pin(run(connection, ready, &statement.args)));
    }
    let mut results = in_order(sent).await.into_iter();
    let checked = match results.next() {
        Some(Err(error)) => Err(refine(&error, "")),
        _ => check(statements, results),
    };
    // Dropping a connection that cannot even roll back makes the server do so.
    let last = if checked.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection.batch_execute(last).await.map_err(|error| refine(&error, ""));
    checked.and_then(|done| ended.map(|()| done))
}

/// The answers, or the first failure: those after it only say that the transaction is over.
fn check(
    statements: &[Statement],
    results: impl Iterator<Item = Result<Done, tokio_postgres::Error>>,
) -> Result<Vec<Done>, StoreError> {
    let mut all = Vec::with_capacity(statements.len());
    for (statement, result) in statements.iter().zip(results) {
        let done = result.map_err(|error| refine(&error, &statement.text.table))?;
        statement.check(&done)?;
        all.push(done);
    }
    Ok(all)
}

/// Polls all in the given order, again and again: the first poll of each sends its request, so the
/// requests leave in that order before the first answer is there.
async fn in_order<F: Future + Unpin>(futures: Vec<F>) -> Vec<F::Output>
where
    F::Output: Unpin,
{
    let mut waiting: Vec<MaybeDone<F>> = futures.into_iter().map(maybe_done).collect();
    std::future::poll_fn(|context| {
        let mut is_ready = true;
        for future in &mut waiting {
            is_ready &= Pin::new(future).poll(context).is_ready();
        }
        if is_ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting.iter_mut().filter_map(|future| Pin::new(future).take_output()).collect()
}

async fn run(
    connection: &Object,
    statement: &tokio_postgres::Statement,
    args: &[Value],
) -> Result<Done, tokio_postgres::Error> {
    let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
    if statement.columns().is_empty() {
        let affected = connection.execute(statement, &params).await?;
        return Ok(Done { rows: Vec::new(), affected });
    }
    let mut rows = Vec::new();
    for row in connection.query(statement, &params).await? {
        rows.push(Row((0..row.len()).map(|i| row.try_get(i)).collect::<Result<_, _>>()?));
    }
    let affected = rows.len() as u64;
    Ok(Done { rows, affected })
}

/// A value that does not fit the type PostgreSQL expects: a fault of the statement.
#[derive(Debug, thiserror::Error)]
#[error("a value of another kind is bound where {0} is expected")]
struct WrongKind(Type);

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Bool(value), &Type::BOOL) => value.to_sql(ty, out),
            (Value::Int(value), &Type::INT8) => value.to_sql(ty, out),
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR) => text.to_sql(ty, out),
            _ => Err(Box::new(WrongKind(ty.clone()))),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        match *ty {
            Type::BOOL => bool::from_sql(ty, raw).map(Value::Bool),
            Type::INT8 => i64::from_sql(ty, raw).map(Value::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|value| Value::Int(value.into())),
            Type::TEXT | Type::VARCHAR => String::from_sql(ty, raw).map(Value::Text),
            _ => Err(Box::new(WrongKind(ty.clone()))),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Turns PostgreSQL's error into ours; `table` is what the statement was about.
pub(crate) fn refine(error: &tokio_postgres::Error, table: &str) -> StoreError {
    let Some(code) = error.code() else {
        let is_network = error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        let refine =
            if error.is_closed() || is_network { StoreError::unavailable } else { StoreError::other };
        return refine(words(error));
    };
    match *code {
        SqlState::UNIQUE_VIOLATION => StoreError::Conflict { what: table.to_owned() },
        SqlState::FOREIGN_KEY_VIOLATION => StoreError::InUse { what: table.to_owned() },
        SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE => StoreError::Busy,
        SqlState::DISK_FULL => StoreError::Full,
        // A server that only follows another one, until it is told to lead.
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::unwritable(words(error)),
        SqlState::QUERY_CANCELED => StoreError::TooSlow,
        _ => match &code.code()[..2] {
            // Connection, resources, operator's intervention, system, password, no such database.
            "08" | "53" | "57" | "58" | "28" | "3D" => StoreError::unavailable(words(error)),
            _ => StoreError::other(words(error)),
        },
    }
}

/// The driver's own words hide the cause behind it; the cause is what an operator needs.
fn words(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(cause), _) => cause.to_string(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each code raised by a server as it raises it by itself. Source: PostgreSQL's manual, "Error Codes".
    #[tokio::test]
    async fn what_a_server_says_by_its_code_is_understood() {
        let Ok(address) = std::env::var("DOORWARD_TEST_POSTGRES") else {
            eprintln!("PostgreSQL was not run: DOORWARD_TEST_POSTGRES names no server");
            return;
        };
        let postgres = Postgres::open(&Secret::new(address)).await.unwrap();
        let understood = [
            ("53100", StoreError::Full),
            ("40P01", StoreError::Busy),
            ("40001", StoreError::Busy),
            ("57014", StoreError::TooSlow),
            ("23505", StoreError::Conflict { what: String::new() }),
            ("23503", StoreError::InUse { what: String::new() }),
            ("53200", StoreError::unavailable("ERROR: no")),
            ("57P03", StoreError::unavailable("ERROR: no")),
            ("42601", StoreError::other("ERROR: no")),
        ];
        for (code, expected) in understood {
            let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$");
            let raise = Text { table: String::new(), ..Text::new(&raise) };
            assert_eq!(postgres.query(&raise, &[]).await.unwrap_err(), expected, "{code}");
        }
    }

    #[tokio::test]
    async fn a_list_that_takes_too_long_is_given_up_and_the_next_is_not() {
        let Ok(address) = std::env::var("DOORWARD_TEST_POSTGRES") else {
            eprintln!("PostgreSQL was not run: DOORWARD_TEST_POSTGRES names no server");
            return;
        };
        let postgres = Postgres::open(&Secret::new(address)).await.unwrap();
        let endless = Text::new("SELECT COUNT(i) FROM generate_series(1, 1000000000000) AS many (i)");
        for _ in 0..3 {
            let found = postgres.scan(&endless, &[], Duration::from_millis(20)).await;
            assert_eq!(found.unwrap_err(), StoreError::TooSlow);
        }
        let short = Text::new("SELECT 1");
        assert_eq!(postgres.scan(&short, &[], Duration::from_secs(60)).await.unwrap()[0].0, [Value::Int(1)]);
        // The bound is no bound of other statements on the same connection.
        assert_eq!(postgres.query(&short, &[]).await.unwrap().len(), 1);
        postgres.commit(Vec::new(), Durable::Now, &Measures::default()).await.unwrap();
    }

    /// A server that follows another one takes no transaction but those that read only.
    #[tokio::test]
    async fn a_server_that_only_follows_cannot_be_written() {
        let Ok(address) = std::env::var("DOORWARD_TEST_POSTGRES") else {
            eprintln!("PostgreSQL was not run: DOORWARD_TEST_POSTGRES names no server");
            return;
        };
        let joint = if address.contains('?') { '&' } else { '?' };
        let address = format!("{address}{joint}options=-c%20default_transaction_read_only%3Don");
        let postgres = Postgres::open(&Secret::new(address)).await.unwrap();
        let refused = postgres.query(&Text::new("DROP TABLE IF EXISTS a_table_that_never_was"), &[]).await;
        assert!(matches!(refused, Err(StoreError::Unwritable { .. })), "{refused:?}");
        assert_eq!(postgres.query(&Text::new("SELECT 1"), &[]).await.unwrap().len(), 1);
    }
}
