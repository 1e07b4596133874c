//! From a query of the search language to a condition of a `SELECT`.
//!
//! Owns the operators and how a test reads in SQL; which column a field is, each table says in its
//! `leaf`. Values never become text. The conditions use indexes on both engines: a pattern that ends
//! in its only star is a range, because neither engine's `LIKE` would take an index of collation C.

use doorward_model::search::{Bound, Pattern, Query, Scalar, Target, Test};

use super::value::Value;

/// A condition with a `?` for each of its values, as [`super::list::List::and`] takes it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

impl Condition {
    /// Adds a piece of text whose every `?` is one of `values`.
    pub(crate) fn push(&mut self, text: &str, values: impl IntoIterator<Item = Value>) {
        self.text.push_str(text);
        self.values.extend(values);
    }
}

/// The condition of a query. `leaf` writes the condition of one term, in brackets where it has
/// operators of its own.
pub(crate) fn compile(query: &Query, leaf: &impl Fn(&Target, &Test, &mut Condition)) -> Condition {
    let mut out = Condition::default();
    write(query, leaf, &mut out);
    out
}

fn write(query: &Query, leaf: &impl Fn(&Target, &Test, &mut Condition), out: &mut Condition) {
    match query {
        Query::Everything => out.push("TRUE", []),
        Query::All(parts) => joined(parts, " AND ", leaf, out),
        Query::Any(parts) => joined(parts, " OR ", leaf, out),
        Query::Not(inner) => {
            // What is not known is not so: a comparison with NULL must not stay NULL below a NOT.
            out.push("NOT COALESCE((", []);
            write(inner, leaf, out);
            out.push("), FALSE)", []);
        }
        Query::Term(target, test) => leaf(target, test, out),
    }
}

fn joined(
    parts: &[Query],
    between: &str,
    leaf: &impl Fn(&Target, &Test, &mut Condition),
    out: &mut Condition,
) {
    out.push("(", []);
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push(between, []);
        }
        write(part, leaf, out);
    }
    out.push(")", []);
}

/// How the texts of a column are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// As they came.
    Kept,
    /// In small letters.
    Lowered,
}

/// A test of a column that holds text, and an empty one where there is nothing.
pub(crate) fn text(column: &str, case: Case, test: &Test, out: &mut Condition) {
    let fold = |text: &str| if case == Case::Lowered { text.to_lowercase() } else { text.to_owned() };
    match test {
        Test::Exists => out.push(&format!("{column} <> ''"), []),
        Test::Is(Scalar::Text(wanted)) if !wanted.is_empty() => {
            out.push(&format!("{column} = ?"), [fold(wanted).into()]);
        }
        Test::Like(pattern) => {
            let pattern = if case == Case::Lowered { pattern.folded() } else { pattern.clone() };
            like(column, &pattern, out);
        }
        Test::Between(low, high) => {
            let end = |bound: &Bound| match &bound.value {
                Scalar::Text(text) => fold(text),
                _ => String::new(),
            };
            out.push(&format!("({column} <> ''"), []);
            if let Some(bound) = low {
                let operator = if bound.inclusive { ">=" } else { ">" };
                out.push(&format!(" AND {column} {operator} ?"), [end(bound).into()]);
            }
            if let Some(bound) = high {
                let operator = if bound.inclusive { "<=" } else { "<" };
                out.push(&format!(" AND {column} {operator} ?"), [end(bound).into()]);
            }
            out.push(")", []);
        }
        Test::Is(_) => out.push("FALSE", []),
    }
}

/// Texts that look like `pattern`.
pub(crate) fn like(column: &str, pattern: &Pattern, out: &mut Condition) {
    let Some(prefix) = pattern.prefix() else {
        out.push(&format!("{column} LIKE ? ESCAPE '\\'"), [spelled(pattern).into()]);
        return;
    };
    match past(prefix) {
        Some(end) => {
            out.push(&format!("({column} >= ? AND {column} < ?)"), [prefix.into(), end.into()]);
        }
        None => out.push(&format!("{column} >= ?"), [prefix.into()]),
    }
}

/// A test of a column that holds a number.
pub(crate) fn number(column: &str, test: &Test, out: &mut Condition) {
    match test {
        Test::Exists => out.push("TRUE", []),
        Test::Is(Scalar::Number(wanted)) => out.push(&format!("{column} = ?"), [(*wanted).into()]),
        Test::Between(low, high) => {
            out.push("(TRUE", []);
            for (bound, operators) in [(low, [">=", ">"]), (high, ["<=", "<"])] {
                if let Some(Bound { value: Scalar::Number(end), inclusive }) = bound {
                    let operator = operators[usize::from(!inclusive)];
                    out.push(&format!(" AND {column} {operator} ?"), [(*end).into()]);
                }
            }
            out.push(")", []);
        }
        Test::Is(_) | Test::Like(_) => out.push("FALSE", []),
    }
}

/// A test of a column that holds a time, and zero where there is none.
pub(crate) fn time(column: &str, test: &Test, out: &mut Condition) {
    let mut between = |from: Option<i64>, to: Option<i64>| {
        out.push(&format!("({column} >= ?"), [from.unwrap_or(1).into()]);
        if let Some(to) = to {
            out.push(&format!(" AND {column} < ?"), [to.into()]);
        }
        out.push(")", []);
    };
    match test {
        Test::Exists => between(None, None),
        Test::Is(Scalar::Time(moment)) => {
            between(Some(moment.start().millis()), Some(moment.end().millis()));
        }
        Test::Between(low, high) => {
            let edge = |bound: &Bound, is_end: bool| match bound.value {
                Scalar::Time(moment) if is_end => Some(moment.end().millis()),
                Scalar::Time(moment) => Some(moment.start().millis()),
                _ => None,
            };
            let from = low.as_ref().and_then(|bound| edge(bound, !bound.inclusive));
            between(from, high.as_ref().and_then(|bound| edge(bound, bound.inclusive)));
        }
        Test::Is(_) | Test::Like(_) => out.push("FALSE", []),
    }
}

/// A test of a column that is true or false. The value is text of ours, so that an index of the rows
/// that have it can serve.
pub(crate) fn flag(column: &str, test: &Test, out: &mut Condition) {
    match test {
        Test::Exists => out.push("TRUE", []),
        Test::Is(Scalar::Flag(true)) => out.push(&format!("{column} = TRUE"), []),
        Test::Is(Scalar::Flag(false)) => out.push(&format!("{column} = FALSE"), []),
        Test::Is(_) | Test::Like(_) | Test::Between(..) => out.push("FALSE", []),
    }
}

/// A pattern as a plain `LIKE` spells it that looks for it somewhere in a longer text, in which `edge` stands
/// around whatever the pattern is of. It finds no less than the pattern; what `LIKE` would misread stands for
/// any character. None when no three characters stand together, with which an index of such groups would begin.
pub(crate) fn somewhere(pattern: &Pattern, edge: &str) -> Option<String> {
    const GROUP: usize = 3;
    /// Each further group is one more list for an engine to compare.
    const LONGEST: usize = 64;
    let (first, last) = (pattern.parts().first()?, pattern.parts().last()?);
    let begin = if first.is_empty() { "" } else { edge };
    let end = if last.is_empty() { "" } else { edge };
    let plain = |c: char| if matches!(c, '%' | '_' | '\\') { '_' } else { c };
    let parts: Vec<String> = pattern.parts().iter().map(|part| part.chars().map(plain).collect()).collect();
    let whole = format!("%{begin}{}{end}%", parts.join("%"));
    let text = match whole.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}%", &whole[..at]),
        None => whole,
    };
    let is_group = |run: &str| run.chars().count() >= GROUP;
    text.split(['%', '_']).any(is_group).then_some(text)
}

/// A pattern as `LIKE … ESCAPE '\'` spells it.
fn spelled(pattern: &Pattern) -> String {
    let mut text = String::new();
    for (at, part) in pattern.parts().iter().enumerate() {
        if at > 0 {
            text.push('%');
        }
        for c in part.chars() {
            if matches!(c, '%' | '_' | '\\') {
                text.push('\\');
            }
            text.push(c);
        }
    }
    text
}

/// The least text that is greater than all that begin with `prefix`; none when there is none.
pub(crate) fn past(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // The characters that UTF-16 keeps for itself are skipped.
        let next = (u32::from(last) + 1..=0x10_FFFF).find_map(char::from_u32);
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_range() {
        assert_eq!(past("jo").as_deref(), Some("jp"));
        assert_eq!(past("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(past("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(past("\u{10FFFF}"), None);
        for (prefix, inside) in [("jo", "jo\u{10FFFF}\u{10FFFF}"), ("é", "éz"), ("a", "a")] {
            assert!(prefix <= inside && inside < past(prefix).unwrap().as_str());
        }
    }

    #[test]
    fn a_pattern_takes_all_but_its_stars_literally() {
        let pattern = Pattern::new(vec!["50%".to_owned(), "a_b\\".to_owned()]).unwrap();
        assert_eq!(spelled(&pattern), "50\\%%a\\_b\\\\");
    }

    #[test]
    fn a_pattern_is_looked_for_somewhere() {
        let pattern = |parts: &[&str]| Pattern::new(parts.iter().map(|part| (*part).to_owned()).collect());
        let spelled = |parts: &[&str], edge| somewhere(&pattern(parts).unwrap(), edge);
        assert_eq!(spelled(&["", "lace"], " ").as_deref(), Some("%%lace %"));
        assert_eq!(spelled(&["ada", "lace"], " ").as_deref(), Some("% ada%lace %"));
        assert_eq!(spelled(&["", "lace", ""], " ").as_deref(), Some("%%lace%%"));
        assert_eq!(spelled(&["", "a%b_cde\\"], "").as_deref(), Some("%%a_b_cde_%"));
        assert_eq!(spelled(&["", "ab", "cd", ""], " "), None);
        let (long, begin) = ("é".repeat(99), format!("%%{}%", "é".repeat(62)));
        assert_eq!(spelled(&["", &long], " "), Some(begin));
        assert_eq!(spelled(&["", "a_b", ""], ""), None);
    }

    #[test]
    fn values_never_become_text() {
        let evil = "' OR TRUE --";
        let pattern = Pattern::new(vec![evil.to_owned(), evil.to_owned()]).unwrap();
        let bound = |inclusive| Some(Bound { value: Scalar::Text(evil.to_owned()), inclusive });
        for test in [
            Test::Is(Scalar::Text(evil.to_owned())),
            Test::Like(pattern),
            Test::Between(bound(true), bound(false)),
        ] {
            let mut out = Condition::default();
            text("name_lower", Case::Lowered, &test, &mut out);
            assert!(!out.text.contains("--"), "{}", out.text);
            assert_eq!(out.text.matches('?').count(), out.values.len());
        }
    }
}
