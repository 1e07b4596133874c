//! Nobody learns who has an account (CVE-2024-41952, CVE-2026-23511). By time: see `binary::timing`.

use doorward_model::client::kind::ClientKind;

use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

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
