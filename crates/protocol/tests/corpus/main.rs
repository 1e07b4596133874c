//! Hostile input with a memory: what was ever found to break a rule lies as a file in a folder beside this one and is
//! asked first, each time; then new cases are made. A new find is written there by the test that found it, in
//! its smallest form, to be committed together with the mend.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test program")]

mod forms;
mod redirects;
mod tokens;

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How many new cases are made.
const CASES: u32 = 1500;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

/// The kept cases of a folder, with the names of their files.
fn kept<T: DeserializeOwned>(name: &str) -> Vec<(String, T)> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder(name)).expect("the folder is there").map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let case = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.display().to_string(), case)
    };
    files.iter().map(read).collect()
}

/// Asks the kept cases, then new ones. `judge` says what is wrong, if anything is.
fn hold<T: Serialize + DeserializeOwned + Debug>(
    name: &str,
    made: impl Strategy<Value = T>,
    judge: impl Fn(&T) -> Result<(), String>,
) {
    let cases = kept::<T>(name);
    assert!(!cases.is_empty(), "the folder {name} holds nothing");
    for (file, case) in &cases {
        if let Err(why) = judge(case) {
            panic!("{file}: {why}: {case:?}");
        }
    }
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    match runner.run(&made, |case| judge(&case).map_err(TestCaseError::fail)) {
        Ok(()) => {}
        Err(TestError::Fail(why, smallest)) => {
            let text = serde_json::to_string_pretty(&smallest).unwrap();
            let file = (0..).map(|number| folder(name).join(format!("found-{number}.json")));
            let file = file.into_iter().find(|file| !file.exists()).unwrap();
            fs::write(&file, text + "\n").unwrap();
            panic!("{why}. Kept as {}: {smallest:?}", file.display());
        }
        Err(error) => panic!("{error}"),
    }
}
