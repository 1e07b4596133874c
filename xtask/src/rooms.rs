//! Which rooms may touch cryptography, SQL engines and the HTTP server, file by file (INV-02), and which may
//! ask for the time or for randomness by themselves (INV-03).
//!
//! `arrows` reads what a crate may import; this reads where inside the crate it does.

use crate::Finding;
use crate::tree::File;

/// A crate as code names it, and the paths below `crates/` in which it may appear.
const ROOMS: &[(&str, &[&str])] = &[
    (
        "aws_lc_rs",
        &[
            "protocol/src/jose/",
            "protocol/src/digest.rs",
            "engine/src/sealing",
            "engine/src/passwords",
            "engine/src/entropy",
            "doorward/src/tls",
        ],
    ),
    ("argon2", &["engine/src/passwords"]),
    ("hyper", &["engine/src/outbound", "doorward/src/serve"]),
    ("rcgen", &["engine/src/entropy", "doorward/src/tls"]),
    ("rusqlite", &["store/src/sql/"]),
    ("tokio_postgres", &["store/src/sql/"]),
    ("deadpool_postgres", &["store/src/sql/"]),
    ("Instant", &["engine/src/clock.rs", "store/src/sql/", "store/examples/", "web/src/frame.rs"]),
    ("SystemTime", &["engine/src/clock"]),
    ("RandomState", &[]),
    ("getrandom", &["engine/src/entropy"]),
];

/// Checks one file.
pub fn check(file: &File) -> Vec<Finding> {
    let Some(path) = file.path.strip_prefix("crates/") else { return Vec::new() };
    if file.is_test() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (number, line) in file.code() {
        let code = line.split("//").next().unwrap_or_default();
        for (name, rooms) in ROOMS {
            if mentions(code, name) && !rooms.iter().any(|room| path.starts_with(room)) {
                findings.push(format!(
                    "{}:{number}: {name} may only be named in {} (INV-02, INV-03).",
                    file.path,
                    rooms.join(", ")
                ));
            }
        }
    }
    findings
}

/// Whether `code` names the crate as a path, `name::…`, and not as part of a longer word.
fn mentions(code: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name)
        .any(|(start, _)| code[start + name.len()..].starts_with("::") && !code[..start].ends_with(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, line: &str) -> Vec<Finding> {
        check(&File { path: path.into(), text: format!("//! x\n{line}\n") })
    }

    #[test]
    fn cryptography_outside_its_rooms_is_found() {
        assert_eq!(findings("crates/engine/src/login/finish.rs", "use aws_lc_rs::hmac;").len(), 1);
        assert_eq!(
            findings("crates/protocol/src/oauth/error.rs", "let x = aws_lc_rs::rand::fill(b);").len(),
            1
        );
        assert!(findings("crates/protocol/src/jose/rsa.rs", "use aws_lc_rs::hmac;").is_empty());
    }

    #[test]
    fn an_engine_outside_the_seam_is_found() {
        assert_eq!(findings("crates/store/src/clients.rs", "use rusqlite::Connection;").len(), 1);
        assert!(findings("crates/store/src/sql/sqlite.rs", "use rusqlite::Connection;").is_empty());
    }

    #[test]
    fn words_in_comments_tests_and_longer_names_are_left_alone() {
        assert!(findings("crates/engine/src/app.rs", "// aws_lc_rs::rand would do too").is_empty());
        assert!(findings("crates/engine/src/app.rs", "use my_aws_lc_rs::x;").is_empty());
        assert!(findings("crates/doorward/tests/it/kit/jwt.rs", "use aws_lc_rs::hmac;").is_empty());
    }
}
