//! `docs/reference/conformance.md` tells the truth: each module of the OpenID suite is held by a test of its own
//! name, or the page says why it is not held.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::Finding;
use crate::tree::{self, File};

const PAGE: &str = "docs/reference/conformance.md";

/// Compares the page with the tests of the house.
pub fn check(root: &Path, files: &[File]) -> anyhow::Result<Vec<Finding>> {
    let page = fs::read_to_string(root.join(PAGE)).with_context(|| format!("reading {PAGE}"))?;
    Ok(findings(&page, |test| tree::has_function(files, test)))
}

fn findings(page: &str, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in page.lines().enumerate() {
        let Some(row) = line.strip_prefix("| oidcc-") else { continue };
        let at = format!("{PAGE}:{}", number + 1);
        let cells: Vec<&str> = row.trim_end_matches([' ', '|']).split(" | ").collect();
        let [module, _profiles, state] = cells[..] else {
            findings.push(format!("{at}: a row has a module, its profiles and a state."));
            continue;
        };
        let test = format!("oidcc_{}", module.replace('-', "_"));
        match (state.strip_prefix("not held: "), state.strip_prefix("tested: ")) {
            (Some(reason), _) if !reason.is_empty() => {}
            (_, Some(named)) if named != format!("`{test}`") => {
                findings.push(format!("{at}: the test of a module has its name, `{test}`."));
            }
            (_, Some(_)) if !exists(&test) => findings.push(format!("{at}: there is no test `{test}`.")),
            (_, Some(_)) => {}
            _ => findings.push(format!("{at}: the state is neither `tested: …` nor `not held: …`.")),
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(row: &str) -> Vec<Finding> {
        let page = format!("# x\n\n| module | profiles | state |\n|---|---|---|\n{row}\n");
        findings(&page, |test| test == "oidcc_there")
    }

    #[test]
    fn a_test_of_the_modules_name_or_a_reason_is_fine() {
        assert!(found("| oidcc-there | Basic | tested: `oidcc_there` |").is_empty());
        assert!(found("| oidcc-gone | Basic | not held: nobody asks |").is_empty());
    }

    #[test]
    fn a_test_that_is_gone_or_has_another_name_is_found() {
        assert!(
            found("| oidcc-gone | Basic | tested: `oidcc_gone` |")[0]
                .starts_with("docs/reference/conformance.md:5:")
        );
        assert_eq!(found("| oidcc-gone | Basic | tested: `oidcc_there` |").len(), 1);
        assert_eq!(found("| oidcc-gone | Basic | not held:  |").len(), 1);
        assert_eq!(found("| oidcc-gone | Basic | yes |").len(), 1);
        assert_eq!(found("| oidcc-gone | tested: `oidcc_gone` |").len(), 1);
    }
}
