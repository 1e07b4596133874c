//! What can go wrong in the store, in words that need no knowledge of the engine.

/// How long a list may take, in seconds; the original gives a search as long.
pub const LIST_SECONDS: u64 = 2;

/// Why a read or a write did not happen.
///
/// A failed write changed nothing: a batch is committed as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A row of that key exists already.
    #[error("{what}: a row with this key exists already")]
    Conflict {
        /// The table.
        what: String,
    },
    /// Another row still needs, or does not find, the row in question.
    #[error("{what}: a row that this one belongs to is missing, or rows that belong to it remain")]
    InUse {
        /// The table.
        what: String,
    },
    /// A statement did not meet its expectation, so the whole batch was undone.
    #[error("the expectation \"{what}\" was not met")]
    Unmet {
        /// The label given with the expectation.
        what: &'static str,
    },
    /// A row holds something that cannot have been written by this program.
    #[error("{table}.{column} of the row \"{id}\" holds what cannot be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's first column.
        id: String,
    },
    /// Too much is under way, or another process holds the database: try again.
    #[error("the database is busy")]
    Busy,
    /// A list would have had to look at more than there was time for.
    #[error("the list took longer than {LIST_SECONDS} seconds and was given up")]
    TooSlow,
    /// The disk is full.
    #[error("the disk of the database is full")]
    Full,
    /// The database can be read, but not written, and nothing says that its disk is full.
    #[error("the database cannot be written: {why}")]
    Unwritable {
        /// The engine's words.
        why: String,
    },
    /// The database cannot be reached or read.
    #[error("the database is not available: {why}")]
    Unavailable {
        /// The engine's words.
        why: String,
    },
    /// The database was last used by a newer release.
    #[error("the database has schema {found}, this release knows {known}: start the newer release again")]
    NewerSchema {
        /// The version in the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A mistake in a statement or a migration: a fault of the program.
    #[error("the statement was refused: {why}")]
    Other {
        /// The engine's words.
        why: String,
    },
}

impl StoreError {
    pub(crate) fn unavailable(why: impl std::fmt::Display) -> Self {
        StoreError::Unavailable { why: why.to_string() }
    }

    pub(crate) fn unwritable(why: impl std::fmt::Display) -> Self {
        StoreError::Unwritable { why: why.to_string() }
    }

    pub(crate) fn other(why: impl std::fmt::Display) -> Self {
        StoreError::Other { why: why.to_string() }
    }

    /// Whether the error says that the whole database is in trouble, not this statement alone.
    pub(crate) fn is_fatal(&self) -> bool {
        matches!(self, StoreError::Full | StoreError::Unwritable { .. } | StoreError::Unavailable { .. })
    }
}
