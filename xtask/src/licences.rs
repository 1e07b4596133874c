//! Licence expressions as crates write them: `MIT OR Apache-2.0`, `ISC AND (Apache-2.0 OR ISC)`.
//!
//! Source: SPDX specification, annex D; the slash is how older crates write OR.

/// Whether the listed licences satisfy an expression. What cannot be read is not allowed.
pub fn is_allowed(expression: &str, listed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let allowed = any(&mut words, listed);
    allowed == Some(true) && words.next().is_none()
}

type Words<'a, 'b> = &'a mut std::iter::Peekable<std::str::SplitWhitespace<'b>>;

/// `a OR b`, which binds weaker than AND.
fn any(words: Words<'_, '_>, listed: &[String]) -> Option<bool> {
    let mut allowed = all(words, listed)?;
    while words.next_if_eq(&"OR").is_some() {
        allowed |= all(words, listed)?;
    }
    Some(allowed)
}

/// `a AND b`.
fn all(words: Words<'_, '_>, listed: &[String]) -> Option<bool> {
    let mut allowed = one(words, listed)?;
    while words.next_if_eq(&"AND").is_some() {
        allowed &= one(words, listed)?;
    }
    Some(allowed)
}

/// One licence, with its exception if it has one, or an expression in brackets.
fn one(words: Words<'_, '_>, listed: &[String]) -> Option<bool> {
    let word = words.next()?;
    if word == "(" {
        let allowed = any(words, listed)?;
        return words.next_if_eq(&")").map(|_| allowed);
    }
    if matches!(word, ")" | "OR" | "AND" | "WITH") {
        return None;
    }
    let name = match words.next_if_eq(&"WITH") {
        Some(_) => format!("{word} WITH {}", words.next()?),
        None => word.to_owned(),
    };
    Some(listed.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(expression: &str) -> bool {
        is_allowed(expression, &["MIT".to_owned(), "ISC".to_owned(), "Apache-2.0".to_owned()])
    }

    #[test]
    fn one_of_several_is_enough() {
        for yes in ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-3.0", "GPL-3.0 / MIT", "Apache-2.0 WITH X OR MIT"] {
            assert!(allowed(yes), "{yes}");
        }
    }

    #[test]
    fn all_of_several_are_needed() {
        assert!(allowed("ISC AND (Apache-2.0 OR GPL-3.0)"));
        assert!(!allowed("ISC AND GPL-3.0"));
        assert!(!allowed("ISC AND (GPL-2.0 OR GPL-3.0)"));
        assert!(!allowed("GPL-3.0 OR ISC AND GPL-2.0"));
        assert!(!allowed("Apache-2.0 WITH X"));
    }

    #[test]
    fn what_cannot_be_read_is_not_allowed() {
        for no in ["", "GPL-3.0", "MIT MIT", "(MIT", "MIT)", "OR MIT", "MIT OR", "MIT WITH", "()"] {
            assert!(!allowed(no), "{no}");
        }
    }
}
