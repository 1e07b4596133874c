//! A sentence in which `backticks` stand for code. Everything else is text and escaped.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::page::unturned;

/// A sentence of ours, or one with somebody else's words in it.
#[derive(Debug, Clone)]
pub struct Marked<'a>(&'a str);

/// The sentence as a part of a page.
#[must_use]
pub fn marked(text: &str) -> Marked<'_> {
    Marked(text)
}

impl fmt::Display for Marked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = unturned(self.0);
        let parts: Vec<&str> = text.split('`').collect();
        for (i, part) in parts.iter().enumerate() {
            // A last backtick without its partner is just that.
            let is_code = i % 2 == 1 && i + 1 < parts.len();
            match (i % 2, is_code) {
                (1, true) => f.write_str("<code>")?,
                (1, false) => f.write_str("`")?,
                _ => {}
            }
            write!(f, "{}", askama::filters::escape(part, askama::filters::Html).map_err(|_| fmt::Error)?)?;
            if is_code {
                f.write_str("</code>")?;
            }
        }
        Ok(())
    }
}

impl askama::FastWritable for Marked<'_> {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        write!(dest, "{self}").map_err(Into::into)
    }
}

impl HtmlSafe for Marked<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_are_code_and_nothing_else_is_markup() {
        assert_eq!(marked("Use `a<b>` & c").to_string(), "Use <code>a&#60;b&#62;</code> &#38; c");
        assert_eq!(marked("one ` alone").to_string(), "one ` alone");
        assert_eq!(marked("<script>").to_string(), "&#60;script&#62;");
        assert_eq!(marked("of \u{202e}x is").to_string(), "of \u{fffd}x is");
    }
}
