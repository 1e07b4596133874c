//! A query in its plainest form: what is printed reads as the same tree again.

use std::fmt;

use super::{Bound, Query, Scalar, Target, Test};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::Everything => f.write_str("*"),
            Query::All(parts) => joined(f, parts, " AND "),
            Query::Any(parts) => joined(f, parts, " OR "),
            Query::Not(inner) => {
                f.write_str("NOT ")?;
                operand(f, inner)
            }
            Query::Term(target, test) => term(f, target, test),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Query], between: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        operand(f, part)?;
    }
    Ok(())
}

fn operand(f: &mut fmt::Formatter<'_>, query: &Query) -> fmt::Result {
    match query {
        Query::All(_) | Query::Any(_) => write!(f, "({query})"),
        other => write!(f, "{other}"),
    }
}

fn term(f: &mut fmt::Formatter<'_>, target: &Target, test: &Test) -> fmt::Result {
    let name = match target {
        Target::Anywhere => String::new(),
        Target::Field(field) => field.name.to_owned(),
        Target::Path(path) => escaped(path),
    };
    match test {
        Test::Exists => return write!(f, "_exists_:{name}"),
        _ if name.is_empty() => {}
        _ => write!(f, "{name}:")?,
    }
    match test {
        Test::Exists => Ok(()),
        Test::Is(value) => scalar(f, value),
        Test::Like(pattern) => {
            let parts: Vec<String> = pattern.parts().iter().map(|part| escaped(part)).collect();
            f.write_str(&parts.join("*"))
        }
        Test::Between(low, high) => {
            let is_in = |bound: &Option<Bound>| bound.as_ref().is_none_or(|bound| bound.inclusive);
            f.write_str(if is_in(low) { "[" } else { "{" })?;
            end(f, low.as_ref())?;
            f.write_str(" TO ")?;
            end(f, high.as_ref())?;
            f.write_str(if is_in(high) { "]" } else { "}" })
        }
    }
}

fn end(f: &mut fmt::Formatter<'_>, bound: Option<&Bound>) -> fmt::Result {
    match bound {
        Some(bound) => scalar(f, &bound.value),
        None => f.write_str("*"),
    }
}

fn scalar(f: &mut fmt::Formatter<'_>, value: &Scalar) -> fmt::Result {
    match value {
        Scalar::Text(text) => {
            f.write_str("\"")?;
            for c in text.chars() {
                if matches!(c, '"' | '\\') {
                    f.write_str("\\")?;
                }
                write!(f, "{c}")?;
            }
            f.write_str("\"")
        }
        Scalar::Number(number) => write!(f, "{number}"),
        Scalar::Flag(flag) => write!(f, "{flag}"),
        Scalar::Time(moment) => write!(f, "{moment}"),
    }
}

/// A word in which every character that could mean something stands for itself.
fn escaped(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_alphanumeric() && !matches!(c, '_' | '.' | '@') {
            word.push('\\');
        }
        word.push(c);
    }
    word
}
