//! House tasks: `cargo run -p xtask -- tidy` checks the rules of `ARCHITECTURE.md` that no compiler
//! checks; `bans` checks crates, sources and licences of the tree of dependencies; `openapi` writes
//! `openapi/management-v2.json` anew.

mod advisories;
mod arrows;
mod bans;
mod conformance;
mod licences;
mod literals;
mod rooms;
mod source;
mod sql;
mod suite;
mod tree;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

/// One broken rule, as a sentence that says where and what to do.
type Finding = String;

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let findings = match task.as_str() {
        "tidy" => tidy(&root),
        "bans" => bans::check(&root),
        "openapi" => openapi(&root),
        _ => {
            say("usage: cargo run -p xtask -- tidy | bans | openapi");
            return ExitCode::from(2);
        }
    };
    match findings {
        Ok(findings) if findings.is_empty() => {
            say(&format!("{task}: nothing to say"));
            ExitCode::SUCCESS
        }
        Ok(findings) => {
            findings.iter().for_each(|finding| say(finding));
            say(&format!("{task}: {} broken", findings.len()));
            ExitCode::FAILURE
        }
        Err(error) => {
            say(&format!("{task} could not run: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Has the test that compares the document with its file write the file first. So the task needs nothing
/// of the house, and `tidy` stays quick to build.
fn openapi(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let test = "the_file_in_the_repository_is_the_document";
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["test", "--quiet", "--package", "doorward-management", "--lib", "--", test])
        .env("DOORWARD_WRITE_OPENAPI", "1")
        .current_dir(root)
        .status()?;
    let failed = || vec!["openapi/management-v2.json was not written.".to_owned()];
    Ok(if status.success() { Vec::new() } else { failed() })
}

fn tidy(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut findings = arrows::check(root)?;
    let files = tree::rust_files(root)?;
    for file in &files {
        findings.extend(source::check(file));
        findings.extend(rooms::check(file));
        findings.extend(sql::check(file));
    }
    findings.extend(conformance::check(&files));
    findings.extend(advisories::check(root, &files)?);
    findings.extend(suite::check(root, &files)?);
    Ok(findings)
}

fn say(text: &str) {
    // A closed pipe is no reason to panic.
    let _ = writeln!(std::io::stdout(), "{text}");
}
