//! Nobody learns who has an account (CVE-2024-41952, CVE-2026-23511): not by the answer, not by time.

use std::time::{Duration, Instant};

use doorward_model::client::kind::ClientKind;

use crate::kit::{EMAIL, House, PASSWORD, RelyingParty, Via, Visitor};

/// A page without what differs on every load: the typed name, and random texts.
fn skeleton(page: &str, typed: &str) -> String {
    let page = page.replace(typed, "NAME");
    page.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)))
        .map(|word| if word.len() >= 20 { "RANDOM" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_get_the_same_answer() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let mut answers = Vec::new();
    for email in [EMAIL, "nobody@example.com"] {
        let answer = Visitor::new(&house).log_in(&party.authorize(&[]), email, "wrong password").await;
        let cookies: Vec<String> =
            answer.cookies().iter().map(|c| c.split('=').next().unwrap().to_owned()).collect();
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        answers.push((answer.status, cookies, names, skeleton(&answer.text(), email)));
    }
    assert_eq!(answers[0], answers[1]);
    let types = house.log_types().await;
    assert!(types.contains(&"fp".to_owned()) && types.contains(&"fu".to_owned()), "{types:?}");
}

/// Both ways compute one hash of the same cost; without the hash for nobody, the unknown would be
/// answered in a tenth of the time. Other work on the machine disturbs a comparison now and then, and
/// a real difference disturbs every one of them: one of five quiet enough is asked for.
#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_take_the_same_time() {
    let house = House::with_real_passwords().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for person in 0..8 {
        house.user(&format!("person{person}@example.com"), PASSWORD).await;
    }
    let mut seen = Vec::new();
    for set in 0..5 {
        let (known, unknown) = (quickest(&party, set, "person").await, quickest(&party, set, "nobody").await);
        if known.abs_diff(unknown) < Duration::from_millis(2).max(known.min(unknown) / 4) {
            return;
        }
        seen.push((known, unknown));
    }
    panic!("known and unknown people are answered in different times: {seen:?}");
}

/// The quickest of eight answers to a wrong password, each for another name.
async fn quickest(party: &RelyingParty<'_>, set: usize, who: &str) -> Duration {
    let mut best = Duration::MAX;
    for number in 0..8 {
        // Each set comes from its own address: this is about time, not about limits.
        let visitor = Visitor::from(party.house, &format!("198.51.100.{}", set + 1));
        let page = visitor.to_login(&party.authorize(&[])).await;
        let email = format!("{who}{number}@example.com");
        let start = Instant::now();
        let answer = visitor.submit(&page, &[("username", &email), ("password", "wrong password")]).await;
        best = best.min(start.elapsed());
        assert!(answer.text().contains("role=\"alert\""));
    }
    best
}

/// CVE-2025-24806: spellings of one name share one counter.
#[tokio::test]
async fn spellings_of_one_name_are_counted_together() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let spellings = [EMAIL.to_owned(), EMAIL.to_uppercase(), format!(" {EMAIL}"), format!("{EMAIL} ")];
    for round in 0..12 {
        let visitor = Visitor::new(&house);
        visitor.log_in(&party.authorize(&[]), &spellings[round % spellings.len()], "wrong password").await;
    }
    let answer = Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    assert!(!answer.status.is_redirection(), "the right password still opens after twelve wrong ones");
    assert!(house.log_types().await.contains(&"limit_wc".to_owned()));
}
