//! The string literals of a Rust text, without being a compiler: comments, characters and raw
//! strings are told apart, nothing else is understood.

/// Each string literal with the number of the line it begins in.
pub fn literals(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some((length, text)) = raw(rest).or_else(|| plain(rest)) {
            found.push((code[..at].matches('\n').count() + 1, text));
            at += length;
        } else {
            at += character(rest);
        }
    }
    found
}

/// `"…"`: its whole length and what stands between the quotes, escapes as written.
fn plain(rest: &str) -> Option<(usize, &str)> {
    let body = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (i, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((i + 2, &body[..i])),
            _ => {}
        }
    }
    None
}

/// `r"…"` and `r#"…"#`.
fn raw(rest: &str) -> Option<(usize, &str)> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end)?;
    Some((1 + hashes + 1 + length + end.len(), &body[..length]))
}

/// The length of the next character; a quote as a character, `'"'`, is taken whole.
fn character(rest: &str) -> usize {
    if rest.starts_with("'\"'") { 3 } else { rest.chars().next().map_or(1, char::len_utf8) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_literal_is_found_with_its_line() {
        let code = "let a = \"one\";\nlet b = r#\"t\"wo\"#;\nlet c = r\"three\";\n";
        assert_eq!(literals(code), [(1, "one"), (2, "t\"wo"), (3, "three")]);
    }

    #[test]
    fn comments_characters_and_escapes_do_not_confuse() {
        let code =
            "// \"no\"\n/// it's \"no\"\nlet c = '\"';\nlet e = \"a\\\"b\"; // \"no\"\nlet é = \"ü\";\n";
        assert_eq!(literals(code), [(4, "a\\\"b"), (5, "ü")]);
    }

    #[test]
    fn what_does_not_end_is_no_literal() {
        assert!(literals("let a = \"open").is_empty());
    }
}
