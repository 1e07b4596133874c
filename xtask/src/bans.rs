//! Crates that may not be in the graph, whatever brings them; the short form of `deny.toml` for
//! machines without cargo-deny.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::Finding;

const BANNED: &[(&str, &str)] = &[
    ("openssl-sys", "one C library for cryptography: aws-lc"),
    ("native-tls", "it brings OpenSSL"),
    ("ring", "a second crypto provider makes rustls panic at start"),
    ("rsa", "its private-key operations leak through time (RUSTSEC-2023-0071)"),
];

/// Asks cargo for the graph and looks for banned crates and foreign sources.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--edges", "normal,build,dev", "--prefix", "none", "--format", "{p}"])
        .current_dir(root)
        .output()
        .context("running cargo tree")?;
    anyhow::ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    Ok(findings(&String::from_utf8_lossy(&output.stdout)))
}

fn findings(tree: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, why) in BANNED {
        if tree.lines().any(|line| line.split(' ').next() == Some(name)) {
            findings.push(format!(
                "{name} is in the tree; it is banned: {why}. Find it with `cargo tree -i {name}`."
            ));
        }
    }
    for line in tree.lines().filter(|line| line.contains("(git+")) {
        findings.push(format!("{line}: dependencies come from the registry, not from a repository."));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_banned_crate_is_found_by_its_whole_name() {
        assert_eq!(findings("serde v1.0.0\nring v0.17.14\n").len(), 1);
        assert!(findings("ring-buffer v0.1.0\nrsa-like v1.0.0\n").is_empty());
    }

    #[test]
    fn a_git_source_is_found() {
        assert_eq!(findings("x v0.1.0 (git+ssh://example.test/x)\n").len(), 1);
    }
}
