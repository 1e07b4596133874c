//! Who may import whom (INV-01): read from each crate's `Cargo.toml`.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::Finding;

/// Crate, the house's crates it may import, the outside crates that only it (or others so listed) may.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("protocol", &["model"]),
    ("store", &["model"]),
    ("engine", &["model", "protocol", "store"]),
    ("web", &["model", "protocol", "engine"]),
    ("authentication", &["model", "protocol", "engine", "web"]),
    ("management", &["model", "protocol", "engine", "web"]),
    ("dashboard", &["model", "protocol", "engine", "web"]),
    (
        "doorward",
        &["model", "protocol", "store", "engine", "web", "authentication", "management", "dashboard"],
    ),
];

/// Outside crates that only some rooms may import (INV-02).
const GUARDED: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store"]),
    ("deadpool-postgres", &["store"]),
    ("axum", &["web", "authentication", "management", "dashboard", "doorward"]),
    ("tokio", &["store", "engine", "web", "authentication", "management", "dashboard", "doorward"]),
    ("aws-lc-rs", &["protocol", "engine", "doorward"]),
    ("argon2", &["engine"]),
    ("rcgen", &["engine", "doorward"]),
    ("hyper", &["engine", "doorward"]),
    ("rustls", &["store", "engine", "doorward"]),
];

/// Compares every crate's dependencies with the drawing.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (name, allowed) in ARROWS {
        let path = root.join("crates").join(name).join("Cargo.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        findings.extend(check_manifest(name, allowed, &text)?);
    }
    for entry in fs::read_dir(root.join("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !ARROWS.iter().any(|(known, _)| *known == name) {
            findings.push(format!(
                "crates/{name} is in no drawing: add it to xtask/src/arrows.rs and ARCHITECTURE.md."
            ));
        }
    }
    Ok(findings)
}

fn check_manifest(name: &str, allowed: &[&str], manifest: &str) -> anyhow::Result<Vec<Finding>> {
    let manifest: toml::Table = manifest.parse().with_context(|| format!("crates/{name}/Cargo.toml"))?;
    let mut findings = Vec::new();
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
    if lints != Some(true) {
        findings.push(format!("crates/{name}/Cargo.toml does not say `[lints] workspace = true`."));
    }
    let Some(dependencies) = manifest.get("dependencies").and_then(toml::Value::as_table) else {
        return Ok(findings);
    };
    for dependency in dependencies.keys() {
        if let Some(room) = dependency.strip_prefix("doorward-")
            && !allowed.contains(&room)
        {
            findings.push(format!(
                "crates/{name} imports {dependency}, but the arrows of ARCHITECTURE.md do not go that way (INV-01)."
            ));
        }
        if let Some((_, rooms)) = GUARDED.iter().find(|(guarded, _)| guarded == dependency)
            && !rooms.contains(&name)
        {
            findings.push(format!(
                "crates/{name} imports {dependency}, which only {} may (INV-02).",
                rooms.join(", ")
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_against_the_drawing_is_found() {
        let manifest = "[lints]\nworkspace = true\n[dependencies]\ndoorward-engine = { path = \"../engine\" }\nserde = \"1\"\n";
        let findings = check_manifest("protocol", &["model"], manifest).unwrap();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("crates/protocol imports doorward-engine"));
    }

    #[test]
    fn a_guarded_crate_in_the_wrong_room_is_found() {
        let findings = check_manifest(
            "engine",
            &["store"],
            "[lints]\nworkspace = true\n[dependencies]\nrusqlite = \"0.41\"\n",
        )
        .unwrap();
        assert!(findings[0].contains("which only store may"), "{findings:?}");
    }

    #[test]
    fn a_crate_that_leaves_the_lints_of_the_house_is_found() {
        assert_eq!(check_manifest("model", &[], "[package]\nname = \"x\"\n").unwrap().len(), 1);
    }

    #[test]
    fn what_is_drawn_is_fine() {
        let manifest = "[lints]\nworkspace = true\n[dependencies]\ndoorward-model = { path = \"../model\" }\nrusqlite = \"0.41\"\n";
        assert!(check_manifest("store", &["model"], manifest).unwrap().is_empty());
    }
}
