//! `docs/security/advisories.md` tells the truth: each row is tested by tests that exist, or says what
//! it waits for.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::Finding;
use crate::tree::{self, File};

const PAGE: &str = "docs/security/advisories.md";

/// Compares the page with the tests of the house.
pub fn check(root: &Path, files: &[File]) -> anyhow::Result<Vec<Finding>> {
    let page = fs::read_to_string(root.join(PAGE)).with_context(|| format!("reading {PAGE}"))?;
    Ok(findings(&page, |test| tree::has_function(files, test)))
}

fn findings(page: &str, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in page.lines().enumerate() {
        let Some(row) = line.strip_prefix("| ") else { continue };
        let state = row.trim_end_matches([' ', '|']).rsplit(" | ").next().unwrap_or_default();
        if state == "state" {
            continue;
        }
        let at = format!("{PAGE}:{}", number + 1);
        if !state.starts_with("tested: ") && !state.starts_with("waits for: ") {
            findings.push(format!("{at}: the state is neither `tested: …` nor `waits for: …`."));
        }
        let tests =
            state.strip_prefix("tested: ").unwrap_or_default().split("waits for:").next().unwrap_or_default();
        let mut names = tests.split('`').skip(1).step_by(2).peekable();
        if state.starts_with("tested: ") && names.peek().is_none() {
            findings.push(format!("{at}: no test is named."));
        }
        for test in names.filter(|test| !exists(test)) {
            findings.push(format!("{at}: there is no test `{test}`; name the one that is meant."));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(row: &str) -> Vec<Finding> {
        let page = format!("# x\n\n| advisory | what we ask | state |\n|---|---|---|\n{row}\n");
        findings(&page, |test| test == "there")
    }

    #[test]
    fn a_test_that_exists_or_a_reason_to_wait_is_fine() {
        assert!(found("| A | x | tested: `there` |").is_empty());
        assert!(found("| A | x | waits for: addons |").is_empty());
        assert!(found("| A | x | tested: `there`; waits for: `addons` |").is_empty());
    }

    #[test]
    fn a_test_that_is_gone_is_found() {
        assert_eq!(found("| A | x | tested: `there`, `gone` |").len(), 1);
        assert!(found("| A | x | tested: `gone` |")[0].starts_with("docs/security/advisories.md:5:"));
    }

    #[test]
    fn a_row_without_a_state_or_a_name_is_found() {
        assert_eq!(found("| A | x | yes |").len(), 1);
        assert_eq!(found("| A | x | tested: of course |").len(), 1);
    }
}
