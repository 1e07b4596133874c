//! Every SQL text outside `global.rs` names the tenant (INV-05), and none is written `SELECT *`.

use crate::Finding;
use crate::tree::File;

/// Checks the SQL constants of one file of the store.
pub fn check(file: &File) -> Vec<Finding> {
    if !file.path.starts_with("crates/store/src/") || file.path.starts_with("crates/store/src/sql/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let code: String = file.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    for (name, text) in constants(&code) {
        if text.contains("SELECT *") {
            findings.push(format!("{}: {name} says SELECT *; name the columns.", file.path));
        }
        if !file.path.ends_with("/global.rs") && is_statement(text) && !text.contains("tenant_id") {
            findings.push(format!(
                "{}: {name} does not name tenant_id; a query without a tenant belongs in global.rs (INV-05).",
                file.path
            ));
        }
    }
    findings
}

/// Name and text of each `const NAME: &str = "…";`.
fn constants(code: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find("const ") {
        rest = &rest[start + 6..];
        let Some((name, after)) = rest.split_once(": &str =") else { break };
        let Some(end) = after.find(';') else { break };
        if name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
            found.push((name, &after[..end]));
            rest = &after[end..];
        }
    }
    found
}

fn is_statement(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\\' | 'r' | '#'));
    ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|word| text.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, text: &str) -> Vec<Finding> {
        check(&File { path: format!("crates/store/src/{name}"), text: text.into() })
    }

    #[test]
    fn a_query_without_a_tenant_is_found() {
        let bad = "//! x\nconst GET: &str =\n    \"SELECT name FROM clients WHERE id = $1\";\n";
        assert_eq!(findings("clients.rs", bad).len(), 1);
        assert!(findings("global.rs", bad).is_empty());
        assert!(findings("clients.rs", &bad.replace("WHERE", "WHERE tenant_id = $2 AND")).is_empty());
    }

    #[test]
    fn select_star_is_found() {
        let bad = "//! x\nconst GET: &str = \"SELECT * FROM clients WHERE tenant_id = $1\";\n";
        assert_eq!(findings("clients.rs", bad).len(), 1);
    }

    #[test]
    fn column_lists_are_no_statements() {
        assert!(findings("clients.rs", "//! x\nconst COLUMNS: &str = \"id, name\";\n").is_empty());
    }
}
