//! The Rust files of the house.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// A source file.
pub struct File {
    /// Path from the root, with forward slashes.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl File {
    /// The lines before the test module, with their numbers, from 1.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("\n#[cfg(test)]\nmod tests").unwrap_or(self.text.len());
        self.text[..tests].lines().enumerate().map(|(i, line)| (i + 1, line))
    }

    /// Whether the whole file is test code.
    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/kit.rs")
    }
}

/// All Rust files under `crates` and `xtask`, sorted by path.
pub fn rust_files(root: &Path) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    for folder in ["crates", "xtask"] {
        walk(root, &root.join(folder), &mut files)?;
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Whether a function of that name is written in one of the files.
pub fn has_function(files: &[File], name: &str) -> bool {
    let definition = format!("fn {name}(");
    files.iter().any(|file| file.text.contains(&definition))
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<File>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                walk(root, &path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(File { path: name, text });
        }
    }
    Ok(())
}
