//! A batch: statements that are committed as one transaction, or not at all.
//!
//! Nothing is awaited between its statements, so the one writer of SQLite is never held by a
//! request, and PostgreSQL gets all of them in one round trip.

use std::sync::Arc;

use doorward_model::ids::TenantId;

use super::db::Db;
use super::error::StoreError;
use super::row::Row;
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
    /// With the next batch that is synced. A process that is killed loses nothing; a power cut may
    /// take what no synced batch followed.
    WithTheNext,
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
    /// What is on disk once this batch is.
    shapes: Vec<Shape>,
    version_is_bumped: bool,
    mistake: Option<StoreError>,
}

impl Batch {
    pub(crate) fn new(db: Db, tenant: TenantId) -> Self {
        Self {
            db,
            tenant,
            statements: Vec::new(),
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
        let text = self.db.text(sql);
        if let Err(mistake) = text.check(&args) {
            self.mistake.get_or_insert(mistake);
        }
        self.statements.push(Statement { text, args, expect });
        Ticket(self.statements.len() - 1)
    }

    /// True for the first caller only: one commit moves the tenant's version by one.
    pub(crate) fn wants_version_bump(&mut self) -> bool {
        !std::mem::replace(&mut self.version_is_bumped, true)
    }

    /// Whether events of that shape need its row first: on the first of a day in this process.
    pub(crate) fn shape(&mut self, shape: Shape) -> Known {
        if self.shapes.contains(&shape) {
            return Known::Already;
        }
        let known = self.db.shapes().look_up(shape);
        if known == Known::New {
            self.shapes.push(shape);
        }
        known
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

    async fn commit_with(self, durable: Durable) -> Result<Committed, StoreError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        if self.statements.is_empty() {
            return Ok(Committed(Vec::new()));
        }
        let committed = self.db.run(self.statements, durable).await.map(Committed)?;
        self.db.shapes().note(&self.shapes);
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
