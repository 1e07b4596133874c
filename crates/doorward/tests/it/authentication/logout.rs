//! `/v2/logout` (the brief, "Allowed Logout URLs"; the original's wire).

use doorward_model::client::kind::ClientKind;

use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor, jwt};

fn logout(parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/v2/logout?{query}")
}

#[tokio::test]
async fn a_listed_address_is_returned_to_byte_for_byte_and_the_session_is_gone() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    party.tokens(&visitor, EMAIL, PASSWORD).await;
    assert!(visitor.session().is_some());
    // The brief: query and hash are not looked at.
    let back = "https://app.test/bye?from=here&x=%20#part";
    let answer = visitor.get(&logout(&[("client_id", &party.client_id), ("returnTo", back)])).await;
    assert_eq!(answer.location(), back);
    assert_eq!(visitor.session(), None);
    assert!(house.log_types().await.contains(&"slo".to_owned()));
}

/// CVE-2026-5467 and its kin: only what is listed, however it is dressed up.
#[tokio::test]
async fn an_unlisted_address_is_our_page_and_never_a_redirect() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let evil = [
        "https://evil.test/",
        "https://app.test.evil.test/bye",
        "https://app.test@evil.test/bye",
        "https://app.test./bye",
        "https://evil.test\\@app.test/bye",
        "//app.test/bye",
        "/\\evil.test",
        "javascript:alert(1)",
        "http://app.test/bye",
        "https://app.test/bye/../x",
        "https://app.test/BYE",
        "bye",
        "https://app.test:444/bye",
        "https://app.test/bye\r\nx: y",
    ];
    for address in evil {
        let visitor = Visitor::new(&house);
        let answer =
            visitor.get(&logout(&[("client_id", &party.client_id), ("returnTo", address)])).await.is(400);
        assert!(answer.header("location").is_none(), "{address}");
        assert!(!answer.text().contains("evil.test"), "the page shows {address}");
    }
    let unknown = Visitor::new(&house)
        .get(&logout(&[("client_id", "nobody"), ("returnTo", "https://app.test/bye")]))
        .await;
    assert!(unknown.header("location").is_none() && unknown.status.is_client_error(), "{}", unknown.status);
    assert!(house.log_types().await.contains(&"flo".to_owned()));
}

#[tokio::test]
async fn without_an_address_it_is_done_all_the_same() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    party.tokens(&visitor, EMAIL, PASSWORD).await;
    visitor.get("/v2/logout").await.is(200);
    assert_eq!(visitor.session(), None);
    // A client's first address is where its people go (the original's habit).
    let answer = visitor.get(&logout(&[("client_id", &party.client_id)])).await;
    assert_eq!(answer.location(), "https://app.test/bye");
}

/// CVE-2025-12390: a logout that the session's cookie did not come along with, and somebody else in the
/// same browser afterwards: another session, and nothing of the first person's.
#[tokio::test]
async fn a_logout_without_cookies_leaves_nothing_to_the_next_person() {
    let house = House::new().await;
    house.user("grace@example.com", PASSWORD).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let ada = party.tokens(&visitor, EMAIL, PASSWORD).await;
    let before = visitor.session().unwrap();
    house.get(&logout(&[("client_id", &party.client_id)])).await;
    let ask_again = party.authorize(&[("prompt", "login")]);
    let back = visitor.log_in(&ask_again, "grace@example.com", PASSWORD).await;
    let grace = party.swap(&back.query("code").unwrap()).await.is(200).json();
    let claims = |tokens: &serde_json::Value| jwt::decode(tokens["id_token"].as_str().unwrap()).1;
    assert_ne!(claims(&ada)["sid"], claims(&grace)["sid"]);
    assert_ne!(visitor.session().unwrap(), before);
    let silent = visitor.get(&party.authorize(&[("prompt", "none")])).await;
    let silent = party.swap(&silent.query("code").unwrap()).await.is(200).json();
    assert_eq!(
        (&claims(&silent)["sub"], &claims(&silent)["sid"]),
        (&claims(&grace)["sub"], &claims(&grace)["sid"])
    );
    let old = Visitor::new(&house);
    old.set_cookie("__Host-dw", &before);
    let refused = old.get(&party.authorize(&[("prompt", "none")])).await;
    assert_eq!(refused.query("error").as_deref(), Some("login_required"));
}
