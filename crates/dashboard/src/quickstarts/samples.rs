//! The files of the samples, compiled in.

/// A folder below `samples/`.
pub(crate) struct Sample {
    /// The folder's name.
    pub id: &'static str,
    /// Its guide.
    pub guide: &'static str,
    /// Every other file: its path inside the folder, and its content.
    pub files: &'static [(&'static str, &'static str)],
}

/// What stands where the filled settings of a sample go.
pub(crate) const TEMPLATE: &str = ".env.example";

macro_rules! sample {
    ($id:literal: $($file:literal)+) => {
        Sample {
            id: $id,
            guide: include_str!(concat!("../../../../samples/", $id, "/guide.md")),
            files: &[$(($file, include_str!(concat!("../../../../samples/", $id, "/", $file))),)+],
        }
    };
}

/// In the order in which guides are listed.
pub(crate) const ALL: &[Sample] = &[
    sample!("react": ".env.example" ".gitignore" ".npmrc" "index.html" "package-lock.json" "package.json"
        "src/App.jsx" "src/main.jsx" "vite.config.js"),
    sample!("express": ".env.example" ".gitignore" ".npmrc" "package-lock.json" "package.json" "server.js"),
    sample!("command-line": ".env.example" ".gitignore" ".npmrc" "login.js" "package-lock.json" "package.json"),
    sample!("curl": ".env.example" ".gitignore" "call.sh"),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn files(folder: &Path, within: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            if ["node_modules", "dist", ".env", "guide.md"].iter().any(|made| name == *made) {
                continue;
            }
            let inside = within.join(&name);
            if path.is_dir() {
                files(&path, &inside, found);
            } else {
                found.push(inside.to_str().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn every_file_of_every_sample_is_here() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
        let mut folders: Vec<_> = std::fs::read_dir(&root)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut known: Vec<_> = ALL.iter().map(|sample| sample.id.to_owned()).collect();
        folders.sort();
        known.sort();
        assert_eq!(folders, known);
        for sample in ALL {
            let mut found = Vec::new();
            files(&root.join(sample.id), Path::new(""), &mut found);
            found.sort();
            let mut listed: Vec<_> = sample.files.iter().map(|(path, _)| (*path).to_owned()).collect();
            listed.sort();
            assert_eq!(found, listed, "{}", sample.id);
        }
    }

    #[test]
    fn lock_files_name_no_registry() {
        for (path, text) in ALL.iter().flat_map(|sample| sample.files) {
            assert!(!text.contains("\"resolved\""), "{path}");
        }
    }
}
