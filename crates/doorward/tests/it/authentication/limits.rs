//! Guessing, large inputs, and headers that strangers write.

use doorward_model::client::kind::ClientKind;

use crate::kit::{Asked, EMAIL, House, PASSWORD, Via, Visitor};

/// Kanidm 1.11: a huge password is refused before anything is computed.
#[tokio::test]
async fn a_megabyte_of_password_is_refused_without_hashing() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let page = visitor.to_login(&party.authorize(&[])).await;
    let answer = visitor.submit(&page, &[("username", EMAIL), ("password", &"x".repeat(1_000_000))]).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    let answer = visitor.submit(&page, &[("username", EMAIL), ("password", &"x".repeat(2000))]).await;
    assert!(!answer.status.is_server_error() && !answer.status.is_redirection(), "{}", answer.status);
    assert_eq!(visitor.session(), None);
}

#[tokio::test]
async fn ten_wrong_passwords_lock_the_account_for_that_address_only_and_not_for_ever() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for _ in 0..11 {
        Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, "wrong password").await;
    }
    let locked = Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    assert!(!locked.status.is_redirection(), "the account is not locked");
    assert!(locked.text().contains("role=\"alert\""));
    let elsewhere = Visitor::from(&house, "198.51.100.7");
    let back = elsewhere.log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    assert!(back.query("code").is_some(), "a stranger can lock somebody out everywhere");
    house.advance(601);
    let back = Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    assert!(back.query("code").is_some());
}

#[tokio::test]
async fn an_address_that_tries_many_names_is_stopped() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for name in 0..101 {
        let email = format!("person{name}@example.com");
        Visitor::new(&house).log_in(&party.authorize(&[]), &email, "wrong password").await;
    }
    let stopped = Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    assert!(!stopped.status.is_redirection());
    assert!(house.log_types().await.contains(&"limit_mu".to_owned()));
}

/// Strangers cannot fill the log: repeats within a minute are one event with a count.
#[tokio::test]
async fn repeated_refusals_fold_into_one_event() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for _ in 0..20 {
        Visitor::new(&house).get(&party.authorize(&[("redirect_uri", "https://evil.test/")])).await.is(400);
    }
    let refused = house.log_types().await.iter().filter(|code| *code == "f").count();
    assert_eq!(refused, 1, "twenty equal refusals made {refused} events");
}

/// CVE-2024-47070, CVE-2023-36456: only a trusted proxy is believed about addresses.
#[tokio::test]
async fn forwarded_addresses_of_strangers_are_ignored() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for (round, name) in ["x-forwarded-for", "forwarded", "x-real-ip"].iter().cycle().take(12).enumerate() {
        let visitor = Visitor::new(&house);
        let page = visitor.to_login(&party.authorize(&[])).await;
        let form = page.form();
        let mut fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fields.retain(|(name, _)| !matches!(*name, "username" | "password"));
        fields.extend([("username", EMAIL), ("password", "wrong password")]);
        let asked = Asked::form(house.path(&form.action), &fields)
            .header("origin", &house.origin())
            .header(name, &format!("203.0.113.{round}"));
        visitor.send(asked).await;
    }
    let locked = Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    assert!(!locked.status.is_redirection(), "a header that a stranger wrote gave fresh tries");
    assert!(house.logs().await.iter().all(|event| !event.to_string().contains("203.0.113.")));
}

#[tokio::test]
async fn a_trusted_proxy_is_believed_about_the_last_address_it_saw() {
    let house = House::behind_proxy("10.0.0.0/8").await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::from(&house, "10.1.1.1");
    let asked = Asked::get(&party.authorize(&[("redirect_uri", "https://evil.test/")]))
        .header("x-forwarded-for", "1.1.1.1, 203.0.113.9, 10.2.2.2");
    visitor.send(asked).await.is(400);
    let logs = house.logs().await;
    let event = logs.iter().find(|event| event["type"] == "f").unwrap();
    assert_eq!(event["ip"], "203.0.113.9", "{event}");
}

/// CVE-2023-6484: what a stranger sends cannot forge a line or move a cursor.
#[tokio::test]
async fn control_characters_do_not_reach_the_log() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let page = visitor.to_login(&party.authorize(&[])).await;
    let name = "eve\r\n2026-11-23 root logged in\u{1b}[2J\u{0}";
    visitor.submit(&page, &[("username", name), ("password", "wrong password")]).await;
    for event in house.logs().await {
        for text in [&event["user_name"], &event["description"], &event["user_agent"]] {
            let text = text.as_str().unwrap_or_default();
            assert!(!text.chars().any(char::is_control), "{event}");
        }
    }
}
