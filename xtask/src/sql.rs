//! Every SQL text of the store names its tenant (INV-05) and its columns.
//!
//! Any string literal that begins like a statement counts, wherever it stands. The few statements
//! without a tenant live in `store/src/global`; the seam in `store/src/sql` knows no tables.

use crate::Finding;
use crate::literals::literals;
use crate::tree::File;

const VERBS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

/// Checks the SQL of one file of the store.
pub fn check(file: &File) -> Vec<Finding> {
    let Some(name) = file.path.strip_prefix("crates/store/src/") else { return Vec::new() };
    if name.starts_with("sql/") {
        return Vec::new();
    }
    let without_tenant = name == "global.rs" || name.starts_with("global/");
    let code: String = file.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let mut findings = Vec::new();
    for (line, text) in literals(&code) {
        if !VERBS.iter().any(|verb| text.starts_with(verb)) {
            continue;
        }
        let at = format!("{}:{line}", file.path);
        if text.contains("SELECT *") || text.contains("RETURNING *") {
            findings.push(format!(
                "{at}: name the columns instead of `*`; a new column must not surprise a reader."
            ));
        }
        if !without_tenant && !text.contains("tenant_id") {
            findings.push(format!(
                "{at}: the statement does not name tenant_id. If it really serves all tenants, it belongs in \
                 store/src/global (INV-05)."
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, text: &str) -> Vec<Finding> {
        check(&File { path: format!("crates/store/src/{name}"), text: text.into() })
    }

    #[test]
    fn a_statement_without_a_tenant_is_found() {
        let bad = "//! x\nconst GET: &str =\n    \"SELECT name \\\n     FROM clients WHERE id = $1\";\n";
        assert_eq!(findings("clients.rs", bad).len(), 1);
        assert!(findings("clients.rs", bad)[0].starts_with("crates/store/src/clients.rs:3:"));
        assert!(findings("global.rs", bad).is_empty());
        assert!(findings("global/tenants.rs", bad).is_empty());
        assert!(findings("clients.rs", &bad.replace("WHERE", "WHERE tenant_id = $2 AND")).is_empty());
    }

    #[test]
    fn a_statement_that_is_no_constant_is_found_too() {
        assert_eq!(findings("clients.rs", "//! x\nfn x() { run(\"DELETE FROM clients\"); }\n").len(), 1);
    }

    #[test]
    fn a_star_is_found_anywhere() {
        let bad = "//! x\nconst GET: &str = \"SELECT * FROM clients WHERE tenant_id = $1\";\n";
        assert_eq!(findings("clients.rs", bad).len(), 1);
        assert_eq!(findings("global/tenants.rs", bad).len(), 1);
    }

    #[test]
    fn other_texts_are_no_statements() {
        let fine =
            "//! x\n// \"SELECT 1\"\nconst COLUMNS: &str = \"id, name\";\nconst SAID: &str = \"SELECTED\";\n";
        assert!(findings("clients.rs", fine).is_empty());
    }
}
