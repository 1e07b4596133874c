//! A login belongs to the browser that began it (CVE-2026-7507, GHSA-c9rq-mvr5-3w32).

use doorward_model::client::kind::ClientKind;

use crate::kit::{Asked, EMAIL, House, PASSWORD, Via, Visitor};

#[tokio::test]
async fn a_login_page_from_another_browser_does_not_log_anybody_in() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let attacker = Visitor::new(&house);
    let prepared = attacker.get(&party.authorize(&[])).await;
    let address = prepared.location().to_owned();

    let victim = Visitor::new(&house);
    let shown = victim.get(&address).await;
    assert!(!shown.status.is_server_error());
    assert!(
        !shown.text().contains("name=\"password\""),
        "a foreign login is shown to fill in: {}",
        shown.text()
    );
    let form = attacker.get(&address).await.form();
    let mut fields: Vec<(&str, &str)> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.retain(|(name, _)| !matches!(*name, "username" | "password"));
    fields.extend([("username", EMAIL), ("password", PASSWORD)]);
    let answer = victim.post(&form.action, &fields).await;
    assert!(!answer.status.is_server_error());
    assert_eq!(victim.session(), None);
    assert!(
        answer.header("location").is_none_or(|to| !to.contains("code=")),
        "{:?}",
        answer.header("location")
    );
}

#[tokio::test]
async fn credentials_from_a_page_of_somebody_else_are_refused() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for (name, value) in
        [("origin", "https://evil.test"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let visitor = Visitor::new(&house);
        let form = visitor.to_login(&party.authorize(&[])).await.form();
        let mut fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fields.retain(|(name, _)| !matches!(*name, "username" | "password"));
        fields.extend([("username", EMAIL), ("password", PASSWORD)]);
        let answer =
            visitor.send(Asked::form(house.path(&form.action), &fields).header(name, value)).await.is(403);
        assert_eq!(visitor.session(), None, "{name}: {value}");
        assert!(answer.header("location").is_none());
    }
}

#[tokio::test]
async fn a_session_id_that_was_planted_is_not_taken_over() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    visitor.set_cookie("__Host-dw", "planted");
    party.code(&visitor, EMAIL, PASSWORD).await;
    assert_ne!(visitor.session().as_deref(), Some("planted"));
}

/// GHSA-c9h6-v78w-52wj: whoever logs in anew has a new session, and the old one is gone.
#[tokio::test]
async fn somebody_else_in_the_same_browser_has_a_session_of_their_own() {
    let house = House::new().await;
    house.user("grace@example.com", PASSWORD).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let first = party.tokens(&visitor, EMAIL, PASSWORD).await;
    let old = visitor.session().unwrap();
    let back = visitor.log_in(&party.authorize(&[("prompt", "login")]), "grace@example.com", PASSWORD).await;
    let second = party.swap(&back.query("code").unwrap()).await.is(200).json();
    assert_ne!(visitor.session().unwrap(), old);
    let claims = |tokens: &serde_json::Value| crate::kit::jwt::decode(tokens["id_token"].as_str().unwrap()).1;
    assert_ne!(claims(&first)["sid"], claims(&second)["sid"]);
    assert_ne!(claims(&first)["sub"], claims(&second)["sub"]);
    let again = party.refresh(first["refresh_token"].as_str().unwrap()).await.is(200).json();
    assert_eq!(claims(&again)["sub"], claims(&first)["sub"], "an old token changed its owner");
    let thief = Visitor::new(&house);
    thief.set_cookie("__Host-dw", &old);
    let silent = thief.get(&party.authorize(&[("prompt", "none")])).await;
    assert_eq!(silent.query("error").as_deref(), Some("login_required"));
}

/// CVE-2026-49443: a form that is sent empty, twice or out of order gets nobody any further.
#[tokio::test]
async fn an_empty_repeated_or_late_form_gets_nobody_in() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let form = visitor.to_login(&party.authorize(&[])).await.form();
    let fixed: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .filter(|(name, _)| !matches!(*name, "username" | "password"))
        .collect();
    let tries: [&[(&str, &str)]; 5] = [
        &[],
        &[("username", EMAIL)],
        &[("username", EMAIL), ("password", "")],
        &[("password", PASSWORD)],
        &[("username", EMAIL), ("username", EMAIL), ("password", PASSWORD), ("password", PASSWORD)],
    ];
    for fields in tries {
        let answer = visitor.post(&form.action, &[&fixed[..], fields].concat()).await;
        assert!(!answer.status.is_server_error(), "{fields:?}");
        assert_eq!(visitor.session(), None, "{fields:?}");
    }
    let good = [&fixed[..], &[("username", EMAIL), ("password", PASSWORD)]].concat();
    let code = visitor.post(&form.action, &good).await.query("code").unwrap();
    // The login is used up: sending its form again gives no second code.
    let again = visitor.post(&form.action, &good).await;
    assert!(!again.status.is_server_error());
    assert_ne!(again.header("location").map(|_| again.query("code")), Some(Some(code)));
    assert!(
        again.header("location").is_none_or(|to| !to.contains("code=")),
        "{:?}",
        again.header("location")
    );
}

#[tokio::test]
async fn a_login_that_lay_too_long_begins_again() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let page = visitor.to_login(&party.authorize(&[])).await;
    house.advance(24 * 3600);
    let answer = visitor.submit(&page, &[("username", EMAIL), ("password", PASSWORD)]).await;
    assert!(!answer.status.is_server_error());
    assert!(answer.header("location").is_none_or(|to| !to.contains("code=")));
    assert_eq!(visitor.session(), None);
}
