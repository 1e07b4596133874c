//! What may be in the tree of dependencies: no banned crate, no source but the registry, no licence
//! that is not listed.
//!
//! The lists are those of `deny.toml`; this is the short form of `cargo deny check` for machines
//! that do not have it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use semver::{Version, VersionReq};

use crate::Finding;
use crate::licences;

/// The lists of `deny.toml`.
struct Rules {
    banned: Vec<Banned>,
    licences: Vec<String>,
}

/// A crate that must not be in the tree, `name` or `name@<versions>`.
struct Banned {
    name: String,
    versions: VersionReq,
    why: String,
}

impl Banned {
    fn read(entry: &toml::Value) -> anyhow::Result<Self> {
        let text = |name: &str| entry.get(name).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let named = text("crate");
        let (name, versions) = named.split_once('@').unwrap_or((&named, "*"));
        let versions = VersionReq::parse(versions).with_context(|| format!("deny.toml: {named}"))?;
        Ok(Self { name: name.to_owned(), versions, why: text("reason") })
    }

    /// Whether it is `package`, as `cargo tree` writes one: `name v1.2.3 (…)`.
    fn is(&self, package: &str) -> bool {
        let mut words = package.split(' ');
        let name = words.next().unwrap_or_default();
        let version = words.next().and_then(|word| Version::parse(word.trim_start_matches('v')).ok());
        self.name == name && version.is_none_or(|version| self.versions.matches(&version))
    }
}

impl Rules {
    fn read(text: &str) -> anyhow::Result<Self> {
        let table: toml::Table = text.parse().context("deny.toml")?;
        let array = |section: &str, name: &str| {
            let list =
                table.get(section).and_then(|section| section.get(name)).and_then(toml::Value::as_array);
            list.with_context(|| format!("deny.toml has no list {section}.{name}"))
        };
        let banned: anyhow::Result<Vec<Banned>> = array("bans", "deny")?.iter().map(Banned::read).collect();
        let licences = array("licenses", "allow")?.iter().filter_map(toml::Value::as_str).map(str::to_owned);
        Ok(Self { banned: banned?, licences: licences.collect() })
    }
}

/// Asks cargo for the tree and compares it with the lists.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let rules = Rules::read(&fs::read_to_string(root.join("deny.toml")).context("reading deny.toml")?)?;
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked", "--target", "all", "--edges", "normal,build,dev"])
        .args(["--no-dedupe", "--prefix", "none", "--format", "{p}|{l}"])
        .current_dir(root)
        .output()
        .context("running cargo tree")?;
    anyhow::ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    Ok(findings(&String::from_utf8_lossy(&output.stdout), &rules))
}

fn findings(tree: &str, rules: &Rules) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut lines: Vec<&str> = tree.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    for line in lines {
        let (package, licence) = line.split_once('|').unwrap_or((line, ""));
        if let Some(Banned { name, why, .. }) = rules.banned.iter().find(|banned| banned.is(package)) {
            found.push(format!("{name} is banned: {why}. `cargo tree -i {name}` says what brings it."));
        }
        if package.contains("(git+") || package.contains("(http") {
            found.push(format!("{package}: dependencies come from the registry and from nowhere else."));
        }
        if !licences::is_allowed(licence, &rules.licences) {
            found.push(format!("{package}: the licence `{licence}` is not in the list of deny.toml."));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tree: &str) -> Vec<Finding> {
        let rules = "[bans]\ndeny = [{ crate = \"ring\", reason = \"two are one too many\" }]\n\
                     [licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n";
        findings(tree, &Rules::read(rules).unwrap())
    }

    #[test]
    fn a_banned_crate_is_found_by_its_whole_name() {
        assert_eq!(found("serde v1.0.0|MIT\nring v0.17.14|MIT\nring v0.17.14|MIT\n").len(), 1);
        assert!(found("ring-buffer v0.1.0|MIT\n").is_empty());
    }

    #[test]
    fn versions_can_be_banned_alone() {
        let rules = "[bans]\ndeny = [{ crate = \"idna@<1.0.0\", reason = \"it reads xn-- as ASCII\" }]\n\
                     [licenses]\nallow = [\"MIT\"]\n";
        let rules = Rules::read(rules).unwrap();
        assert_eq!(findings("idna v0.5.0|MIT\n", &rules).len(), 1);
        assert!(findings("idna v1.0.0|MIT\nidna v1.1.0|MIT\n", &rules).is_empty());
        assert!(Rules::read("[bans]\ndeny = [{ crate = \"a@new\" }]\n[licenses]\nallow = []").is_err());
    }

    #[test]
    fn a_source_outside_the_registry_is_found() {
        assert_eq!(found("x v0.1.0 (git+ssh://example.test/x)|MIT\n").len(), 1);
        assert!(found("x v0.1.0 (/home/x)|MIT\n").is_empty());
    }

    #[test]
    fn a_licence_outside_the_list_is_found() {
        assert_eq!(found("x v0.1.0|GPL-3.0-only\n").len(), 1);
        assert_eq!(found("x v0.1.0|\n").len(), 1);
        assert!(found("x v0.1.0|GPL-3.0-only OR MIT\n").is_empty());
    }

    #[test]
    fn the_rules_of_this_house_can_be_read() {
        let text = include_str!("../../deny.toml");
        let rules = Rules::read(text).unwrap();
        assert!(rules.banned.iter().any(|banned| banned.name == "rsa" && !banned.why.is_empty()));
        assert!(rules.licences.iter().any(|licence| licence == "Apache-2.0"));
    }
}
