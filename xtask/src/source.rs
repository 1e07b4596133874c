//! Habits of every file: its length, its first lines, its secrets, its excuses.

use crate::Finding;
use crate::tree::File;

/// A file is a thought; at this many lines it is at least two.
const LONGEST_FILE: usize = 600;

/// Fields that are named like a secret but hold none, with the reason.
const PLAIN_BY_RIGHT: &[(&str, &str)] = &[
    ("token_endpoint", "an address"),
    ("token_type", "the word Bearer"),
    ("token_endpoint_auth_method", "a method"),
    ("password_hash", "what is stored, not what is typed"),
    ("grant_types", "names of grants"),
];

/// Checks one file.
pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = file.text.lines().count();
    if lines > LONGEST_FILE {
        findings.push(format!("{} has {lines} lines; at {LONGEST_FILE} split it by thought.", file.path));
    }
    if !file.text.starts_with("//!") {
        findings.push(format!("{}: the first lines say what the module owns (start with //!).", file.path));
    }
    for (number, line) in file.code() {
        let at = || format!("{}:{number}", file.path);
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        if let Some(field) = plain_secret(code)
            && !file.is_test()
        {
            findings.push(format!(
                "{}: field `{field}` is named like a secret and must be a Secret, SealedSecret or TokenHash.",
                at()
            ));
        }
    }
    for (number, line) in file.text.lines().enumerate() {
        findings.extend(excuse(line).map(|what| format!("{}:{}: {what}", file.path, number + 1)));
    }
    findings
}

/// What a line puts off or hides, in tests as well.
fn excuse(line: &str) -> Option<&'static str> {
    let code = line.trim_start();
    if code.starts_with("#[allow(") || code.starts_with("#![allow(") {
        return Some("use #[expect(…, reason = \"…\")] instead of allow.");
    }
    if (code.starts_with("#[expect(") || code.starts_with("#![expect("))
        && code.ends_with(")]")
        && !code.contains("reason = ")
    {
        return Some("say the reason of this expectation.");
    }
    if code.starts_with("#[ignore") {
        return Some("a test that does not run proves nothing.");
    }
    if !code.starts_with("//") {
        let put_off =
            ["todo!", "unimplemented!", "dbg!"].iter().any(|name| code.starts_with(&format!("{name}(")));
        return put_off.then_some("finish it or leave it out.");
    }
    let mut words = code.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .any(|word| matches!(word, "TODO" | "FIXME" | "XXX" | "HACK"))
        .then_some("open an issue instead of leaving a note in the code.")
}

/// The name of a struct field that looks secret and is a plain text.
fn plain_secret(line: &str) -> Option<&str> {
    let field = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub ")).unwrap_or(line);
    let (name, kind) = field.split_once(": ")?;
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return None;
    }
    let kind = kind.trim_end_matches(',');
    let plain = matches!(kind, "String" | "Option<String>" | "Box<str>" | "Arc<str>" | "Vec<u8>");
    let secret = ["secret", "password", "token"].iter().any(|word| name.contains(word));
    let by_right = PLAIN_BY_RIGHT.iter().any(|(right, _)| *right == name);
    (plain && secret && !by_right).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "crates/x/src/y.rs".into(), text: text.into() }
    }

    #[test]
    fn a_plain_secret_field_is_found() {
        assert_eq!(plain_secret("pub client_secret: String,"), Some("client_secret"));
        assert_eq!(plain_secret("access_token: Option<String>,"), Some("access_token"));
        assert_eq!(plain_secret("pub client_secret: Secret,"), None);
        assert_eq!(plain_secret("pub token_type: String,"), None);
        assert_eq!(plain_secret("pub name: String,"), None);
    }

    #[test]
    fn a_file_without_a_header_or_too_long_is_found() {
        assert_eq!(check(&file("fn x() {}\n")).len(), 1);
        assert_eq!(check(&file(&format!("//! x\n{}", "\n".repeat(600)))).len(), 1);
        assert!(check(&file("//! x\nfn x() {}\n")).is_empty());
    }

    #[test]
    fn excuses_are_found() {
        for bad in [
            "#[allow(dead_code)]",
            "    #[ignore = \"slow\"]",
            "    todo!(\"later\")",
            "// TODO: later",
            "#[expect(dead_code)]",
        ] {
            assert_eq!(check(&file(&format!("//! x\n{bad}\n"))).len(), 1, "{bad}");
        }
    }

    #[test]
    fn what_gives_a_reason_is_no_excuse() {
        for fine in
            ["#[expect(dead_code, reason = \"read by Debug\")]", "// A todo list is a noun.", "let x = 1;"]
        {
            assert!(check(&file(&format!("//! x\n{fine}\n"))).is_empty(), "{fine}");
        }
    }

    #[test]
    fn excuses_in_tests_are_found_too() {
        let text = "//! x\n\n#[cfg(test)]\nmod tests {\n    #[ignore]\n    #[test]\n    fn x() {}\n}\n";
        assert_eq!(check(&file(text)).len(), 1);
    }

    #[test]
    fn test_modules_are_left_alone() {
        assert!(
            check(&file(
                "//! x\n\n#[cfg(test)]\nmod tests {\n    struct A {\n        token: String,\n    }\n}\n"
            ))
            .is_empty()
        );
    }
}
