//! What a command says when it does not succeed: what happened, why, and what to do.
//!
//! Owns the exit codes that scripts rely on. Knows nothing of HTTP.
//! Source: the design's contracts with scripts, "exit codes".

use std::{fmt, io};

use doorward_engine::fault::{Fault, Trouble};
use doorward_store::StoreError;

use crate::plain::tame_lines;

/// How the process ends. Zero is success and is no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It was tried and did not work.
    Failed = 1,
    /// The command was given wrong.
    Usage = 2,
    /// What it is about does not exist.
    NotFound = 3,
    /// It exists and may not be done.
    NotAllowed = 4,
    /// It is done already.
    NothingToDo = 5,
}

/// A command that did not succeed, in three lines for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    what: String,
    why: String,
    fix: String,
}

impl Failure {
    /// A failure: what happened, why, and what to do.
    #[must_use]
    pub fn new(exit: Exit, what: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { exit, what: what.into(), why: why.into(), fix: fix.into() }
    }

    /// A command that was given wrong.
    #[must_use]
    pub fn usage(what: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, why, fix)
    }

    /// Something that was tried and did not work.
    #[must_use]
    pub fn failed(what: impl Into<String>, why: impl fmt::Display, fix: impl Into<String>) -> Self {
        Self::new(Exit::Failed, what, why.to_string(), fix)
    }

    /// Something that is as it is wanted already.
    #[must_use]
    pub fn nothing_to_do(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Exit::NothingToDo, what, why, "Nothing is to be done.")
    }

    /// The same failure with more words for why.
    #[must_use]
    pub fn because(self, why: impl fmt::Display) -> Self {
        Self { why: why.to_string(), ..self }
    }

    /// A file or folder that the system did not hand out: not allowed when its rights are the reason.
    #[must_use]
    pub fn file(what: impl Into<String>, error: &io::Error, fix: impl Into<String>) -> Self {
        let is_forbidden = error.kind() == io::ErrorKind::PermissionDenied;
        let exit = if is_forbidden { Exit::NotAllowed } else { Exit::Failed };
        Self::new(exit, what, error.to_string(), fix)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Each of the three may name what a stranger chose.
        writeln!(f, "{}", tame_lines(&self.what))?;
        writeln!(f, "  why  {}", tame_lines(&self.why).replace('\n', "\n       "))?;
        write!(f, "  fix  {}", tame_lines(&self.fix))
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// A use case that refused: its public words, and an exit code by their kind.
    #[must_use]
    pub fn of(what: impl Into<String>, fault: &Fault) -> Self {
        let (exit, fix) = match fault {
            Fault::NotFound { .. } => (Exit::NotFound, "Check the spelling."),
            Fault::Forbidden { .. } | Fault::Unauthenticated { .. } | Fault::NotServed { .. } => {
                (Exit::NotAllowed, "Ask an owner.")
            }
            Fault::InUse { .. } => (Exit::NotAllowed, "Take away what stands in the way first."),
            Fault::NotSupported { .. } => (Exit::NotAllowed, "Leave it as it is."),
            Fault::Invalid(_) => (Exit::Usage, "Correct the input and run the command again."),
            Fault::Exists { .. } => (Exit::NothingToDo, "Nothing is to be done."),
            Fault::Stale { .. } => (Exit::Failed, "Run the command again."),
            Fault::TooSoon { .. } => (Exit::NotAllowed, "Wait that long and run the command again."),
            Fault::TooSlow => (Exit::Failed, "Search for less and run the command again."),
            Fault::LimitReached { .. } | Fault::Unavailable { .. } => {
                (Exit::Failed, "Run the command again in a moment.")
            }
            Fault::Database { trouble, .. } => (Exit::Failed, trouble.fix()),
            Fault::Token(_) | Fault::Internal { .. } => {
                (Exit::Failed, "If it happens again, report it together with these lines.")
            }
        };
        Self::new(exit, what, fault.to_string(), fix)
    }

    /// A database that cannot be used.
    #[must_use]
    pub fn database(error: &StoreError) -> Self {
        let fix = match error {
            StoreError::NewerSchema { .. } => {
                "Start the newer release, or restore a backup that this one made."
            }
            StoreError::Full => Trouble::Full.fix(),
            StoreError::Unwritable { .. } => Trouble::Unwritable.fix(),
            StoreError::Busy => "Another process is writing: run the command again in a moment.",
            _ => Trouble::Away.fix(),
        };
        Self::failed("The database cannot be used.", error, fix)
    }
}
