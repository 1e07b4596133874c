//! The tables of the grants as documentation, so that the two cannot differ.

use std::fmt::Write;

use super::table::Chapter;
use super::{COMMON, PROOF, authorization_code, client_credentials, device_code, password, refresh_token};

const HEAD: &str = "# The checks of `/oauth/token`\n\n\
This page is made from the tables in `crates/protocol/src/oauth/grants`; a test compares them.\n\n\
Checks run in this order; the first one that fails decides. Every failure is JSON with `error` and\n\
`error_description`, with status 400 where the table names no other. Of a code or a refresh token that does not work\n\
the answer does not say why; the log of the tenant does.\n";

/// The reference page of the token endpoint, in Markdown.
#[must_use]
pub fn reference() -> String {
    let says = "Before anything else is looked at; then the table of the grant follows.";
    let chapters = [
        Chapter::of("Every grant", says, &COMMON).then(&PROOF),
        authorization_code::chapter(),
        refresh_token::chapter(),
        client_credentials::chapter(),
        device_code::chapter(),
        password::chapter(),
    ];
    chapters.iter().fold(HEAD.to_owned(), |mut text, chapter| {
        // Writing to a text cannot fail.
        let _ = write!(text, "\n## {}\n\n{}\n\n", chapter.title, chapter.says);
        text.push_str("| # | looks at | which | source | failure |\n|---|---|---|---|---|\n");
        for (place, row) in chapter.rows.iter().enumerate() {
            let _ = writeln!(text, "| {} | {row} |", place + 1);
        }
        text
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_the_documentation_is_the_tables() {
        let page = include_str!("../../../../../docs/reference/token.md");
        assert!(page == super::reference(), "write this to docs/reference/token.md:\n{}", super::reference());
    }
}
