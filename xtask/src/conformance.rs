//! Every public function of the store is called by its conformance suite, which runs on both engines.

use crate::Finding;
use crate::tree::File;

const STORE: &str = "crates/store/src/";
const SUITE: &str = "crates/store/tests/conformance/";

/// Names the functions that the suite never calls.
pub fn check(files: &[File]) -> Vec<Finding> {
    let suite: Vec<&str> =
        files.iter().filter(|file| file.path.starts_with(SUITE)).map(|file| file.text.as_str()).collect();
    let mut findings = Vec::new();
    for file in files {
        let Some(name) = file.path.strip_prefix(STORE) else { continue };
        if name.starts_with("sql/") || name == "lib.rs" {
            continue;
        }
        let module = name.trim_end_matches(".rs").trim_end_matches("/mod").rsplit('/').next().unwrap_or(name);
        for (line, code) in file.code() {
            let Some(function) = public_function(code) else { continue };
            let called = format!("{module}::{function}(");
            if !suite.iter().any(|text| text.contains(&called)) {
                findings.push(format!(
                    "{}:{line}: {SUITE} never calls {module}::{function}; add a case that runs on both engines.",
                    file.path
                ));
            }
        }
    }
    findings
}

/// The name of a public function that stands outside of any `impl`.
fn public_function(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub async fn ").or_else(|| line.strip_prefix("pub fn "))?;
    rest.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_function_that_no_case_calls_is_named() {
        let store = file(
            "crates/store/src/users/mod.rs",
            "pub async fn get(t: &Scope<'_>) {}\nimpl X {\n    pub fn inner() {}\n}\npub fn put<T>(t: T) {}\npub(crate) fn own() {}\n",
        );
        let case = file("crates/store/tests/conformance/users.rs", "users::get(&scope, &id)");
        let found = check(&[store, case]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/store/src/users/mod.rs:5:") && found[0].contains("users::put"));
    }
}
