//! What the tables of the grants are made of: they decide, and `docs/reference/token.md` is made from them.

/// One row of a grant's table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check<F> {
    /// The parameter or fact that is looked at.
    pub name: &'static str,
    /// What is demanded, in words.
    pub says: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
    /// What the client is answered when it does not hold.
    pub failure: &'static str,
    /// How it is done.
    pub run: F,
}

impl<F> Check<F> {
    /// The row in the page.
    pub fn row(&self) -> String {
        format!("{} | {} | {} | {}", self.name, self.says, self.source, self.failure)
    }
}

/// One grant of the page: its heading, what is said of it, and its rows.
pub(super) struct Chapter {
    pub title: &'static str,
    pub says: &'static str,
    pub rows: Vec<String>,
}

impl Chapter {
    /// The chapter with one more row at its end.
    pub fn then<F>(mut self, check: &Check<F>) -> Self {
        self.rows.push(check.row());
        self
    }

    pub fn of<F>(title: &'static str, says: &'static str, checks: &[Check<F>]) -> Self {
        Self { title, says, rows: checks.iter().map(Check::row).collect() }
    }
}
