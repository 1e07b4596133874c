//! Nobody learns by time who has an account (CVE-2024-41952 and the class of timing advisories).
//!
//! What is compared is the processor time that the server spends, which other work on the machine
//! does not disturb. Without the hash for nobody, an unknown name would cost a third of a known one.

use super::browser::Target;
use super::process::{Server, free_port, installation};

/// Four tries for each of ten names of both kinds stay below every limit.
const PEOPLE: usize = 10;
const SETS: usize = 4;

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_take_the_same_time() {
    let port = free_port();
    let folder = installation(port, &[]);
    let target = Target::make(folder.path().to_str().unwrap(), port, PEOPLE);
    let server = Server::start(folder.path(), &[]);
    let mut spent = [0, 0];
    for set in 0..SETS * 2 {
        let who = ["person", "nobody"][set % 2];
        let before = server.processor_ticks();
        for number in 0..PEOPLE {
            let answer =
                target.try_password(&format!("{who}{number}@example.com"), "wrong password").await.unwrap();
            assert!(answer.text().await.unwrap().contains("role=\"alert\""));
        }
        spent[set % 2] += server.processor_ticks() - before;
    }
    let [known, unknown] = spent;
    assert!(known.min(unknown) > 20, "nothing was hashed: {spent:?} ticks");
    assert!(
        known.abs_diff(unknown) <= known.max(unknown) / 5,
        "known and unknown people cost {spent:?} ticks"
    );
}
