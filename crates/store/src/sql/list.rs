//! Lists with filters that are only known at run time. The only place where SQL text is built.
//!
//! Values never become part of the text; the pieces of text are constants of the table files.

use std::sync::Arc;

use doorward_model::search::Pattern;

use super::search::{Condition, somewhere};
use super::text::Text;
use super::value::Value;

/// A `SELECT` under construction.
pub(crate) struct List {
    text: String,
    args: Vec<Value>,
}

impl List {
    /// Begins with a text that already has its `WHERE tenant_id = $1`.
    pub(crate) fn new(select: &str, args: Vec<Value>) -> Self {
        Self { text: select.to_owned(), args }
    }

    /// How many ids some `SELECT`s give, one after the other and up to a bound.
    pub(crate) fn how_many(parts: &[Condition], bound: u32) -> Self {
        let mut list = Self::new("SELECT COUNT(*) FROM (", Vec::new());
        list.parts(parts, " UNION ALL ");
        list.text.push_str(" LIMIT ");
        list.place(bound.into());
        list.text.push_str(") AS found");
        list
    }

    /// The ids that some `SELECT`s give, one after the other and up to a bound.
    pub(crate) fn some(parts: &[Condition], bound: u32) -> Self {
        let mut list = Self::new("SELECT id FROM (", Vec::new());
        list.parts(parts, " UNION ALL ");
        list.text.push_str(") AS found LIMIT ");
        list.place(bound.into());
        list
    }

    /// How many different ids some `SELECT`s give together, each of which gives none twice.
    pub(crate) fn how_many_of_any(parts: &[Condition]) -> Self {
        let count =
            if parts.len() == 1 { "SELECT COUNT(*) FROM (" } else { "SELECT COUNT(DISTINCT id) FROM (" };
        let mut list = Self::new(count, Vec::new());
        list.parts(parts, " UNION ALL ");
        list.text.push_str(") AS found");
        list
    }

    /// Adds that a column holds what one of some `SELECT`s gives.
    pub(crate) fn and_among(&mut self, column: &str, parts: &[Condition]) {
        self.text.push_str(" AND ");
        self.text.push_str(column);
        self.text.push_str(" IN (");
        self.parts(parts, " UNION ALL ");
        self.text.push(')');
    }

    /// Adds that a column holds one of the first values, in an order, that some `SELECT`s give together.
    pub(crate) fn and_first(
        &mut self,
        column: &str,
        parts: &[Condition],
        order: &str,
        (offset, limit): (u32, u32),
    ) {
        for text in [" AND ", column, " IN (SELECT ", column, " FROM ("] {
            self.text.push_str(text);
        }
        self.parts(parts, " UNION ");
        self.text.push_str(") AS found");
        self.order(order);
        self.page(offset, limit);
        self.text.push(')');
    }

    /// Ends a `FROM (SELECT …` that was begun: at most `bound` rows come out of it. Conditions follow.
    pub(crate) fn bounded(&mut self, name: &str, bound: u32) {
        self.text.push_str(" LIMIT ");
        self.place(bound.into());
        self.text.push_str(") AS ");
        self.text.push_str(name);
        self.text.push_str(" WHERE TRUE");
    }

    /// Adds that a row stands before another one in an order by these columns, all in one direction, of which
    /// the other one has these values.
    pub(crate) fn and_before(&mut self, columns: &[&str], descending: bool, values: Vec<Value>) {
        let Some(first) = values.first().cloned() else { return };
        let than = if descending { ">" } else { "<" };
        // Said twice: SQLite ends its walk of an index of expressions at a single value only.
        self.and(&format!("{} {than}= ?", columns[0]), vec![first]);
        let places = vec!["?"; columns.len()].join(", ");
        self.and(&format!("({}) {than} ({places})", columns.join(", ")), values);
    }

    fn parts(&mut self, parts: &[Condition], between: &str) {
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.text.push_str(between);
            }
            self.push(&part.text, part.values.clone());
        }
    }

    /// Adds a condition; each `?` in it stands for the next of `values`.
    pub(crate) fn and(&mut self, condition: &str, values: Vec<Value>) {
        self.text.push_str(" AND ");
        self.push(condition, values);
    }

    fn push(&mut self, text: &str, values: Vec<Value>) {
        let mut values = values.into_iter();
        for c in text.chars() {
            if c != '?' {
                self.text.push(c);
            } else if let Some(value) = values.next() {
                self.place(value);
            }
        }
    }

    /// Adds `column IN (…)`. The list is filled up to 1, 2, 4, 8 … places by repeating its last
    /// value, so that few different texts arise. An empty list matches nothing.
    pub(crate) fn and_in(&mut self, column: &str, mut values: Vec<Value>) {
        let Some(last) = values.last().cloned() else {
            self.text.push_str(" AND FALSE");
            return;
        };
        values.resize(values.len().next_power_of_two(), last);
        self.text.push_str(" AND ");
        self.text.push_str(column);
        self.text.push_str(" IN (");
        for (i, value) in values.into_iter().enumerate() {
            if i > 0 {
                self.text.push_str(", ");
            }
            self.place(value);
        }
        self.text.push(')');
    }

    /// Adds what follows the conditions, such as `ORDER BY`.
    pub(crate) fn order(&mut self, order: &str) {
        self.text.push(' ');
        self.text.push_str(order);
    }

    /// Takes `limit` rows after skipping `offset`.
    pub(crate) fn page(&mut self, offset: u32, limit: u32) {
        self.text.push_str(" LIMIT ");
        self.place(limit.into());
        self.text.push_str(" OFFSET ");
        self.place(offset.into());
    }

    pub(crate) fn finish(self) -> (Arc<Text>, Vec<Value>) {
        (Arc::new(Text::new(&self.text)), self.args)
    }

    fn place(&mut self, value: Value) {
        self.args.push(value);
        self.text.push('$');
        self.text.push_str(&self.args.len().to_string());
    }
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `text` anywhere. Search runs on lowered columns,
/// because only SQLite's `LIKE` ignores case.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A pattern for a plain `LIKE` that finds no less than [`contains`], in a lowered column. None for less than
/// three characters in a row, with which an index of such groups would begin.
pub(crate) fn contained(text: &str) -> Option<String> {
    let pattern = Pattern::new(vec![String::new(), text.to_lowercase(), String::new()])?;
    somewhere(&pattern, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::value::args;

    #[test]
    fn conditions_number_their_places_in_order() {
        let mut list = List::new("SELECT a FROM t WHERE tenant_id = $1", args!["x"]);
        list.and("(b = ? OR c = ?)", args!["y", 3i64]);
        list.and_in("d", args![1i64, 2i64, 3i64]);
        list.order("ORDER BY a");
        list.page(20, 10);
        let (text, args) = list.finish();
        assert_eq!(
            text.postgres,
            "SELECT a FROM t WHERE tenant_id = $1 AND (b = $2 OR c = $3) \
             AND d IN ($4, $5, $6, $7) ORDER BY a LIMIT $8 OFFSET $9"
        );
        assert_eq!(args.len(), 9);
        assert_eq!(args[6], Value::Int(3));
    }

    #[test]
    fn an_empty_choice_matches_nothing() {
        let mut list = List::new("SELECT a FROM t WHERE tenant_id = $1", args!["x"]);
        list.and_in("d", Vec::new());
        assert!(list.finish().0.postgres.ends_with("AND FALSE"));
    }

    #[test]
    fn a_pattern_takes_its_text_literally() {
        assert_eq!(contains("50%_A\\"), "%50\\%\\_a\\\\%");
        assert_eq!(contained("50%ABC\\").as_deref(), Some("%%50_abc_%%"));
        assert_eq!(contained("99"), None);
    }
}
