//! A batch: statements that are committed as one transaction, or not at all.
//!
//! Nothing is awaited between its statements, so the one writer of SQLite is never held by a
//! request, and PostgreSQL gets all of them in one round trip.

use std::sync::Arc;
use std::time::Duration;

use doorward_model::ids::TenantId;
use doorward_model::log::code::EventCode;

use super::db::Db;
use super::error::StoreError;
use super::row::Row;
use super::rows::Rows;
use super::shapes::{Known, Shape};
use super::text::Text;
use super::value::Value;

/// What a statement must have done for the batch to be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Anything.
    Any,
    /// Exactly so many rows; else the batch is undone and fails as [`StoreError::Unmet`] with the
    /// label.
    Rows(u64, &'static str),
}

/// When a committed batch is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durable {
    /// When the commit returns.
    Now,
    /// When the commit returns, which may wait so long for others to share it.
    InCompany(Duration),
    /// With the next batch that is synced. A process that is killed loses nothing; a power cut may
    /// take what no synced batch followed.
    WithTheNext,
}

impl Durable {
    /// How long the commit may wait for others.
    pub(crate) fn patience(self) -> Duration {
        match self {
            Durable::InCompany(patience) => patience,
            Durable::Now | Durable::WithTheNext => Duration::ZERO,
        }
    }
}

/// Finds the answer of one statement in a [`Committed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(usize);

pub(crate) struct Statement {
    pub text: Arc<Text>,
    pub args: Vec<Value>,
    pub expect: Expect,
}

/// What one statement did: its rows when it returns some, and how many it touched.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub rows: Vec<Row>,
    pub affected: u64,
}

impl Statement {
    pub(crate) fn check(&self, done: &Done) -> Result<(), StoreError> {
        match self.expect {
            Expect::Rows(wanted, what) if done.affected != wanted => Err(StoreError::Unmet { what }),
            _ => Ok(()),
        }
    }
}

/// Statements of one tenant that are waiting to be committed together.
#[must_use = "a batch does nothing until it is committed"]
pub struct Batch {
    db: Db,
    tenant: TenantId,
    statements: Vec<Statement>,
    /// What is counted once the batch is committed; the statement tells whether the event folded.
    events: Vec<(EventCode, Ticket)>,
    /// What is on disk once this batch is, with what writes it.
    shapes: Vec<(Shape, Statement)>,
    version_is_bumped: bool,
    mistake: Option<StoreError>,
}

impl Batch {
    pub(crate) fn new(db: Db, tenant: TenantId) -> Self {
        Self {
            db,
            tenant,
            statements: Vec::new(),
            events: Vec::new(),
            shapes: Vec::new(),
            version_is_bumped: false,
            mistake: None,
        }
    }

    /// The tenant whose rows are written.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Adds a statement. A wrong number of arguments makes the commit fail.
    pub fn push(&mut self, sql: &'static str, args: Vec<Value>, expect: Expect) -> Ticket {
        let statement = self.statement(self.db.text(sql), args, expect);
        self.statements.push(statement);
        Ticket(self.statements.len() - 1)
    }

    /// Adds rows with as few statements as take them; each must do what is expected.
    pub(crate) fn push_rows(&mut self, rows: &Rows, values: Vec<Vec<Value>>, expect: Expect) {
        for (text, args) in rows.statements(values) {
            let statement = self.statement(Arc::new(text), args, expect);
            self.statements.push(statement);
        }
    }

    fn statement(&mut self, text: Arc<Text>, args: Vec<Value>, expect: Expect) -> Statement {
        if let Err(mistake) = text.check(&args) {
            self.mistake.get_or_insert(mistake);
        }
        Statement { text, args, expect }
    }

    /// Notes that a statement writes an event. One that gives back a number greater than 1 has counted
    /// onto an earlier event.
    pub(crate) fn writes_event(&mut self, code: EventCode, ticket: Ticket) {
        self.events.push((code, ticket));
    }

    /// True for the first caller only: one commit moves the tenant's version by one.
    pub(crate) fn wants_version_bump(&mut self) -> bool {
        !std::mem::replace(&mut self.version_is_bumped, true)
    }

    /// Whether events of that shape need its row: on the first of a day in this process.
    pub(crate) fn shape(&self, shape: Shape) -> Known {
        if self.shapes.iter().any(|(known, _)| *known == shape) {
            return Known::Already;
        }
        self.db.shapes().look_up(shape)
    }

    /// Writes the row of a shape when everything else is done. Many write the same rows in the first moment
    /// of a day; all do it in the order of the numbers, so that no two wait for each other.
    pub(crate) fn writes_shape(&mut self, shape: Shape, sql: &'static str, args: Vec<Value>) {
        let statement = self.statement(self.db.text(sql), args, Expect::Any);
        let at = self.shapes.partition_point(|(other, _)| other.number < shape.number);
        self.shapes.insert(at, (shape, statement));
    }

    /// Whether nothing was pushed yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Commits all statements in one transaction; returns when they are on disk. Once called, the
    /// transaction is carried through even if the caller stops waiting.
    ///
    /// # Errors
    /// Any [`StoreError`]; nothing was changed then, except when the connection to PostgreSQL was
    /// lost during the commit itself ([`StoreError::Unavailable`]).
    pub async fn commit(self) -> Result<Committed, StoreError> {
        self.commit_with(Durable::Now).await
    }

    /// Commits like [`Self::commit`], but where one commit after the other is written it may wait for as long as
    /// `patience` for others that share it. For times when the processors are short: a commit costs them about
    /// the same for one batch as for ten.
    ///
    /// # Errors
    /// Those of [`Self::commit`].
    pub async fn commit_in_company(self, patience: Duration) -> Result<Committed, StoreError> {
        self.commit_with(Durable::InCompany(patience)).await
    }

    /// Commits like [`Self::commit`], but lets the disk catch up with the next batch that is
    /// committed: everybody sees it, a killed process loses nothing of it, and whatever is answered
    /// after a later commit is answered after this one is on disk too. For counters that are followed
    /// by a commit of their outcome.
    ///
    /// # Errors
    /// Those of [`Self::commit`].
    pub async fn commit_ahead(self) -> Result<Committed, StoreError> {
        self.commit_with(Durable::WithTheNext).await
    }

    async fn commit_with(mut self, durable: Durable) -> Result<Committed, StoreError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        if self.statements.is_empty() {
            return Ok(Committed(Vec::new()));
        }
        let (shapes, writes): (Vec<Shape>, Vec<Statement>) = self.shapes.into_iter().unzip();
        self.statements.extend(writes);
        let committed = self.db.run(self.statements, durable).await.map(Committed)?;
        for (code, ticket) in self.events {
            let repeats = committed.rows(ticket).first().and_then(|row| row.values().first());
            self.db.measures().note_event(code, matches!(repeats, Some(Value::Int(2..))));
        }
        self.db.shapes().note(&shapes);
        Ok(committed)
    }
}

/// What the statements of a batch did.
#[derive(Debug)]
pub struct Committed(Vec<Done>);

impl Committed {
    /// The rows that a statement gave back by `RETURNING`.
    #[must_use]
    pub fn rows(&self, ticket: Ticket) -> &[Row] {
        self.0.get(ticket.0).map_or(&[], |done| &done.rows)
    }

    /// How many rows a statement touched.
    #[must_use]
    pub fn affected(&self, ticket: Ticket) -> u64 {
        self.0.get(ticket.0).map_or(0, |done| done.affected)
    }
}
