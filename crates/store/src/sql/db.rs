//! The database: an enum over two engines, and the handles that reads go through.

use std::sync::Arc;
use std::time::{Duration, Instant};

use doorward_model::ids::TenantId;

use super::batch::{Batch, Done, Durable, Expect, Statement};
use super::error::{LIST_SECONDS, StoreError};
use super::list::List;
use super::migrate;
use super::postgres::Postgres;
use super::row::Row;
use super::shapes::Shapes;
use super::sqlite::Sqlite;
use super::text::{Text, Texts};
use super::url::DatabaseUrl;
use super::value::Value;
use crate::measures::Measures;

/// An open database; clones are the same one.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    url: DatabaseUrl,
    engine: Engine,
    texts: Texts,
    measures: Arc<Measures>,
    shapes: Shapes,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens the database; a SQLite file is made when it is missing (its folder is not).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be opened or reached.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let measures = Arc::new(Measures::default());
        let engine = match url {
            DatabaseUrl::Sqlite(path) => Engine::Sqlite(Sqlite::open(path, Arc::clone(&measures))?),
            DatabaseUrl::Postgres(url) => Engine::Postgres(Postgres::open(url).await?),
        };
        Ok(Self(Arc::new(Inner {
            url: url.clone(),
            engine,
            texts: Texts::default(),
            shapes: Shapes::default(),
            measures,
        })))
    }

    /// Brings the schema up to date. Several processes may do this at once.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer release was here before.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.0.engine {
            Engine::Sqlite(sqlite) => migrate::sqlite(sqlite.path().to_owned()).await,
            Engine::Postgres(postgres) => migrate::postgres(postgres).await,
        }
    }

    /// Has a server look at its tables, as whoever fills a new database does after the first entries. Its plans are
    /// made for what it knows of a table, which of one that was empty until now is nothing, and those of open
    /// connections stay until it looks, by itself within a minute. SQLite plans by rules and has nothing to look at.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server cannot be reached.
    pub async fn analyze(&self) -> Result<(), StoreError> {
        match &self.0.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(postgres) => postgres.analyze().await,
        }
    }

    /// Whether the database answers, has all that this release's migrations make, and can be written.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn ping(&self) -> Result<(), StoreError> {
        const APPLIED: &str =
            "SELECT COUNT(version) FROM refinery_schema_history WHERE CAST(version AS BIGINT) >= $1";
        let row = self.query(APPLIED, vec![Value::Int(migrate::newest())]).await?.into_iter().next();
        if row.map_or(Ok(0), |row| row.read("refinery_schema_history").int("count"))? == 0 {
            return Err(StoreError::unavailable("the tables are those of an older release"));
        }
        self.run(Vec::new(), Durable::WithTheNext).await.map(|_| ())
    }

    /// Where the database is.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.0.url
    }

    /// What it has counted since it was opened.
    #[must_use]
    pub fn measures(&self) -> &Measures {
        &self.0.measures
    }

    /// Finishes what is queued and closes. Writes fail afterwards.
    pub async fn close(&self) {
        match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close(),
        }
    }

    /// The rows of one tenant.
    #[must_use]
    pub fn tenant<'a>(&'a self, tenant: &'a TenantId) -> Scope<'a> {
        Scope { db: self, tenant }
    }

    /// What belongs to no tenant.
    #[must_use]
    pub fn global(&self) -> Global<'_> {
        Global { db: self }
    }

    /// The shapes of events that are on disk.
    pub(crate) fn shapes(&self) -> &Shapes {
        &self.0.shapes
    }

    pub(crate) fn text(&self, sql: &'static str) -> Arc<Text> {
        self.0.texts.of(sql)
    }

    pub(crate) async fn query(&self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let text = self.text(sql);
        text.check(&args)?;
        match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.query(&text, &args),
            Engine::Postgres(postgres) => postgres.query(&text, &args).await,
        }
    }

    /// Runs a list, away from the async threads where it could take long, and gives it up when it does.
    pub(crate) async fn list(&self, list: List) -> Result<Vec<Row>, StoreError> {
        let (text, args) = list.finish();
        text.check(&args)?;
        let longest = Duration::from_secs(LIST_SECONDS);
        match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.scan(text, args, longest).await,
            Engine::Postgres(postgres) => postgres.scan(&text, &args, longest).await,
        }
    }

    pub(crate) async fn run(
        &self,
        statements: Vec<Statement>,
        durable: Durable,
    ) -> Result<Vec<Done>, StoreError> {
        let (measures, started) = (&self.0.measures, Instant::now());
        let outcome = match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.commit(statements, durable).await,
            Engine::Postgres(postgres) => postgres.commit(statements, durable, measures).await,
        };
        measures.note_commit(started.elapsed(), outcome.is_ok());
        outcome
    }

    /// Gives free pages back to the file system, where the engine does not do so itself.
    pub(crate) async fn vacuum(&self) -> Result<(), StoreError> {
        match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.vacuum().await,
            Engine::Postgres(_) => Ok(()),
        }
    }
}

/// A handle on one tenant: what it reads and writes belongs to that tenant.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    db: &'a Db,
    tenant: &'a TenantId,
}

impl Scope<'_> {
    /// Starts a batch for this tenant.
    pub fn batch(&self) -> Batch {
        Batch::new(self.db.clone(), self.tenant.clone())
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        self.tenant
    }

    /// The tenant's id as the first argument of a statement.
    pub(crate) fn id(&self) -> &str {
        self.tenant.as_str()
    }

    pub(crate) async fn query(&self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.db.query(sql, args).await
    }

    pub(crate) async fn first(&self, sql: &'static str, args: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.db.query(sql, args).await?.into_iter().next())
    }

    pub(crate) async fn list(&self, list: List) -> Result<Vec<Row>, StoreError> {
        self.db.list(list).await
    }
}

/// A handle on what belongs to no tenant; used in `global` only.
#[derive(Clone, Copy)]
pub struct Global<'a> {
    db: &'a Db,
}

impl Global<'_> {
    pub(crate) fn db(&self) -> &Db {
        self.db
    }

    pub(crate) async fn query(&self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.db.query(sql, args).await
    }

    /// Commits statements that belong to no tenant.
    pub(crate) async fn run(
        &self,
        statements: Vec<(&'static str, Vec<Value>, Expect)>,
    ) -> Result<Vec<Done>, StoreError> {
        let mut checked = Vec::with_capacity(statements.len());
        for (sql, args, expect) in statements {
            let text = self.db.text(sql);
            text.check(&args)?;
            checked.push(Statement { text, args, expect });
        }
        self.db.run(checked, Durable::Now).await
    }
}
