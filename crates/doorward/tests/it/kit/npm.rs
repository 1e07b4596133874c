//! Programs that nobody here wrote, as npm has them: the folders below `interop`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::browser::is_required;

/// A folder is cleared before it is filled, so it is filled once, by one test at a time.
static INSTALLED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// What lies below `interop`.
pub fn interop(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop").join(path)
}

/// Puts the packages of a folder there that its lock file names; not where there is no npm.
pub fn install(folder: &str) -> bool {
    let mut known = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if known.contains(folder) {
        return true;
    }
    let mut npm = Command::new("npm");
    let installed =
        npm.args(["ci", "--no-fund", "--no-audit", "--loglevel=error"]).current_dir(interop(folder)).output();
    let Ok(installed) = installed else {
        assert!(!is_required(), "what npm has needs Node.js with npm");
        eprintln!("Not run: what npm has needs Node.js with npm.");
        return false;
    };
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    known.insert(folder.to_owned());
    true
}
