//! Where the database is: a file, or a PostgreSQL server.

use std::fmt;
use std::path::PathBuf;

use doorward_model::secret::Secret;

/// A database address. Printing it leaves a password out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server, `postgres://user:password@host/name`.
    Postgres(Secret),
}

/// Why a text is not a database address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// Nothing was given.
    #[error("the database address is empty: give a file name or postgres://user@host/name")]
    Empty,
    /// Another kind of database.
    #[error("\"{0}\" is not a database this program knows: give sqlite:FILE or postgres://user@host/name")]
    Scheme(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:FILE`, a bare file name, or `postgres://…`.
    ///
    /// # Errors
    /// When the text is empty or names another kind of database.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        let text = text.trim();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres(Secret::new(text.to_owned())));
        }
        if let Some((scheme, _)) = text.split_once("://")
            && scheme != "sqlite"
        {
            return Err(DatabaseUrlError::Scheme(scheme.to_owned()));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        if path.is_empty() {
            return Err(DatabaseUrlError::Empty);
        }
        Ok(DatabaseUrl::Sqlite(path.into()))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => {
                let text = url.expose();
                let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
                let (authority, _) = rest.split_once('?').unwrap_or((rest, ""));
                let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                write!(f, "postgres://{host}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_spellings_are_read() {
        let file = |path: &str| Ok(DatabaseUrl::Sqlite(path.into()));
        assert_eq!(DatabaseUrl::parse("sqlite:data/a.db"), file("data/a.db"));
        assert_eq!(DatabaseUrl::parse("sqlite:///var/a.db"), file("/var/a.db"));
        assert_eq!(DatabaseUrl::parse("/var/a.db"), file("/var/a.db"));
        assert!(matches!(DatabaseUrl::parse("postgres://a@b/c"), Ok(DatabaseUrl::Postgres(_))));
        assert_eq!(DatabaseUrl::parse("mysql://a"), Err(DatabaseUrlError::Scheme("mysql".into())));
        assert_eq!(DatabaseUrl::parse("sqlite:"), Err(DatabaseUrlError::Empty));
    }

    #[test]
    fn a_password_is_never_printed() {
        let url = DatabaseUrl::parse("postgres://ada:hunter2@db.test:5432/id?password=hunter2").unwrap();
        assert_eq!(url.to_string(), "postgres://db.test:5432/id");
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
