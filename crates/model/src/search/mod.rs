//! The search language of lists: `email:ada* AND last_login:[2026-01-01 TO *]`.
//!
//! Owns lexer, parser and tree in one place, for every list that can be searched: what differs between
//! lists is a [`Language`], the table of their fields. Knows no SQL and no rows; the store turns a
//! [`Query`] into conditions. Whatever is typed ends in a tree or in a sentence that points at a
//! character. Length, depth and number of terms are bounded, so no input costs more than its bound.
//!
//! Source: the original's query syntax for users and logs (SURFACE §8.3), a part of Lucene's:
//! whole values, no fuzziness, no regular expressions.
//!
//! ```
//! use doorward_model::user::search::USERS;
//! let query = USERS.parse("email:ada* -blocked:true").unwrap();
//! assert_eq!(query.to_string(), "email:ada* AND NOT blocked:true");
//! let error = USERS.parse("emial:ada*").unwrap_err();
//! assert_eq!(error.to_string(), "At character 1: There is no field emial here. Did you mean email?");
//! ```

mod lexer;
mod parse;
mod print;
#[cfg(test)]
mod properties;
mod time;
mod value;

use std::fmt;

pub use time::Moment;
pub use value::Pattern;

/// The longest query, in bytes.
pub const MAX_LENGTH: usize = 4096;
/// How deep brackets and negations may be nested.
pub const MAX_DEPTH: usize = 20;
/// How many terms a query may have.
pub const MAX_TERMS: usize = 50;
/// How many stars one pattern may have.
pub const MAX_STARS: usize = 5;
/// How many letters a pattern needs that does not merely end in a star.
pub const MIN_LITERALS: usize = 3;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text whose case counts.
    Text,
    /// Text whose case does not count.
    Folded,
    /// A whole number.
    Number,
    /// True or false.
    Flag,
    /// A point in time.
    Time,
}

/// A field that can be searched.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in a query.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a term without a field looks here.
    pub bare: bool,
}

/// What one list can be searched for.
#[derive(Debug)]
pub struct Language {
    /// Its fields.
    pub fields: &'static [Field],
    /// Objects whose members are named by whoever wrote them, `user_metadata`: their paths are
    /// searched for whole values.
    pub roots: &'static [&'static str],
}

/// What a query asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Everything (`*`).
    Everything,
    /// All of these, at least two.
    All(Vec<Query>),
    /// One of these, at least two.
    Any(Vec<Query>),
    /// What this is not.
    Not(Box<Query>),
    /// A test of one thing.
    Term(Target, Test),
}

/// Where a term looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// In the fields that are searched when none is named.
    Anywhere,
    /// In one field.
    Field(&'static Field),
    /// In the member of an object, by its path, the root included.
    Path(String),
}

/// What a term asks of a value. For fields whose case does not count, neither does it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// That there is one.
    Exists,
    /// That it is this.
    Is(Scalar),
    /// That it looks like this.
    Like(Pattern),
    /// That it lies between these; at least one of the two is there.
    Between(Option<Bound>, Option<Bound>),
}

/// A value in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A text, as typed.
    Text(String),
    /// A number.
    Number(i64),
    /// True or false.
    Flag(bool),
    /// A time, which may be as long as a year.
    Time(Moment),
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Where it lies.
    pub value: Scalar,
    /// Whether the value itself belongs to the range.
    pub inclusive: bool,
}

/// Why a text is no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchError {
    /// The character that is wrong, counted from zero; the length of the text when something is
    /// missing at its end.
    pub at: usize,
    /// What is wrong, and what would be right.
    pub text: String,
}

impl SearchError {
    fn new(at: usize, text: impl Into<String>) -> Self {
        Self { at, text: text.into() }
    }

    /// The query with a mark below the character that is wrong, for those who read it in a fixed
    /// width.
    ///
    /// ```
    /// use doorward_model::user::search::USERS;
    /// let error = USERS.parse("email:(a OR b").unwrap_err();
    /// assert_eq!(error.pointing("email:(a OR b"), "email:(a OR b\n      ^");
    /// ```
    #[must_use]
    pub fn pointing(&self, query: &str) -> String {
        let line: String = query.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{line}\n{}^", " ".repeat(self.at.min(line.chars().count())))
    }
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "At character {}: {}", self.at + 1, self.text)
    }
}

impl std::error::Error for SearchError {}

impl Language {
    /// Reads a query.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(&self, text: &str) -> Result<Query, SearchError> {
        parse::parse(self, text)
    }

    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether a term without a field looks anywhere.
    fn has_bare(&self) -> bool {
        self.fields.iter().any(|field| field.bare)
    }

    /// Whether `name` is a path into one of the objects.
    fn is_path(&self, name: &str) -> bool {
        let below = |root: &str| name.strip_prefix(root).and_then(|rest| rest.strip_prefix('.'));
        self.roots.iter().any(|root| below(root).is_some_and(|path| !path.is_empty()))
    }
}

impl Query {
    /// All of these: what is nested without need is not, and one alone stands for itself.
    #[must_use]
    pub fn all(parts: Vec<Query>) -> Query {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Query::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        alone(flat, Query::All)
    }

    /// One of these, in the same way.
    #[must_use]
    pub fn any(parts: Vec<Query>) -> Query {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Query::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        alone(flat, Query::Any)
    }

    /// The opposite; twice is not at all.
    #[must_use]
    pub fn opposite(self) -> Query {
        match self {
            Query::Not(inner) => *inner,
            other => Query::Not(Box::new(other)),
        }
    }
}

fn alone(mut parts: Vec<Query>, several: impl FnOnce(Vec<Query>) -> Query) -> Query {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            several(parts)
        }
        (_, None) => Query::Everything,
    }
}
