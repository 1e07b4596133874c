//! The table of checks as documentation, so that the two cannot differ.

use std::fmt::Write;

use super::decide::{STEPS, Step};
use crate::oauth::error::PageProblem;

const HEAD: &str = "# The checks of `/authorize`\n\n\
This page is made from the table in `crates/protocol/src/oauth/authorize/decide.rs`; a test compares them.\n\n\
Checks run in this order; the first one that fails decides. Until the return address is verified, a failure is a page\n\
of ours with status 400 and nobody is sent anywhere. After that every failure goes back to the client with `error`,\n\
`error_description`, `state` and `iss`.\n\n\
| # | looks at | which | source | failure |\n|---|---|---|---|---|\n";

const NUMBERS: &str = "\n\
`login_hint`, `display`, `ui_locales` and `claims_locales` never refuse a request: they come at most once, and what is not\n\
understood of them is left aside (OpenID Connect Core §3.1.2.1, §5.2).\n\n\
## Numbers of the pages\n\n| number | heading | text |\n|---|---|---|\n";

/// The reference page of the authorization endpoint, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut rows = vec![
        row(&STEPS.duplicates, "page"),
        row(&STEPS.client, "page"),
        row(&STEPS.redirect_uri, "page"),
        row(&STEPS.response_mode, "page"),
    ];
    rows.extend(STEPS.verified.iter().map(|step| row(step, "redirect")));
    rows.push(row(&STEPS.session, "login page, or redirect"));
    rows.push(row(&STEPS.consent, "consent page, or redirect"));

    let mut text = HEAD.to_owned();
    for (i, row) in rows.iter().enumerate() {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "| {} | {row} |", i + 1);
    }
    text.push_str(NUMBERS);
    for problem in PageProblem::ALL {
        let _ = writeln!(text, "| {} | {} | {} |", problem.number(), problem.title(), problem.text());
    }
    text
}

fn row<F>(step: &Step<F>, failure: &str) -> String {
    format!("{} | {} | {} | {failure}", step.name, step.says, step.source)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_the_documentation_is_the_table() {
        let page = include_str!("../../../../../docs/reference/authorize.md");
        assert!(
            page == super::reference(),
            "write this to docs/reference/authorize.md:\n{}",
            super::reference()
        );
    }
}
