//! Statement texts: written once with `$1 … $N`, prepared once for both engines.
//!
//! SQLite takes a missing argument for NULL without a word, so the number of arguments is compared
//! with the highest `$N` before either engine sees the statement.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

use super::error::StoreError;
use super::value::Value;

/// A statement text as both engines want it.
#[derive(Debug)]
pub(crate) struct Text {
    /// As written, with `$N`.
    pub postgres: String,
    /// With `?N`: to SQLite `$N` would be a name, numbered by first use. And `OR FAIL`: whatever a batch did before it
    /// failed is taken back with all of it by the writer, so that no statement need keep by itself what it may have to
    /// take back. That would be a copy of each page that it changes.
    pub sqlite: String,
    /// The highest `$N`.
    pub arity: usize,
    /// The table that an error is about.
    pub table: String,
}

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        let (places, arity) = rewrite(text);
        Self { postgres: text.to_owned(), sqlite: failing(&places), arity, table: table(text) }
    }

    pub(crate) fn check(&self, args: &[Value]) -> Result<(), StoreError> {
        if args.len() == self.arity {
            return Ok(());
        }
        let why = format!("{} arguments for {} places in: {}", args.len(), self.arity, self.postgres);
        Err(StoreError::Other { why })
    }
}

/// Texts that were seen before, by the address of the constant.
#[derive(Default)]
pub(crate) struct Texts(RwLock<HashMap<(usize, usize), Arc<Text>>>);

impl Texts {
    pub(crate) fn of(&self, text: &'static str) -> Arc<Text> {
        let key = (text.as_ptr() as usize, text.len());
        if let Some(known) = self.0.read().get(&key) {
            return Arc::clone(known);
        }
        let made = Arc::new(Text::new(text));
        self.0.write().insert(key, Arc::clone(&made));
        made
    }
}

/// Turns `$N` outside of quotes into `?N` and finds the highest N.
fn rewrite(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let mut highest = 0;
    let mut quoted = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match quoted {
            Some(quote) if c == quote => quoted = None,
            None if c == '\'' || c == '"' => quoted = Some(c),
            _ => {}
        }
        if c != '$' || quoted.is_some() {
            out.push(c);
            continue;
        }
        out.push('?');
        let mut number = 0;
        while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
            number = number * 10 + digit as usize;
            out.extend(chars.next());
        }
        highest = highest.max(number);
    }
    (out, highest)
}

/// With the way of SQLite to leave what a failed statement did to the transaction.
fn failing(text: &str) -> String {
    for verb in ["INSERT ", "UPDATE "] {
        if let Some(rest) = text.strip_prefix(verb) {
            return format!("{verb}OR FAIL {rest}");
        }
    }
    text.to_owned()
}

/// The first table that the text names, for error messages.
fn table(text: &str) -> String {
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if matches!(word, "INTO" | "FROM" | "UPDATE") {
            return words.next().unwrap_or_default().to_owned();
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_rewritten_and_counted_outside_of_quotes() {
        let text = Text::new("UPDATE t SET a = $2, b = '$9' WHERE \"c$8\" = $10 AND d = $1");
        assert_eq!(text.sqlite, "UPDATE OR FAIL t SET a = ?2, b = '$9' WHERE \"c$8\" = ?10 AND d = ?1");
        assert_eq!(text.arity, 10);
        assert_eq!(text.table, "t");
    }

    #[test]
    fn a_missing_or_extra_argument_is_refused() {
        let text = Text::new("SELECT a FROM t WHERE b = $1");
        assert!(text.check(&["x".into()]).is_ok());
        assert!(text.check(&[]).is_err());
        assert!(text.check(&["x".into(), "y".into()]).is_err());
    }

    #[test]
    fn a_constant_is_prepared_once() {
        const SQL: &str = "SELECT a FROM t WHERE b = $1";
        let texts = Texts::default();
        assert!(Arc::ptr_eq(&texts.of(SQL), &texts.of(SQL)));
    }
}
