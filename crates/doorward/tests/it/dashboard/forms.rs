//! Forms of the dashboard: from our own pages, and done once however often they come.

use crate::kit::{Asked, House};

#[tokio::test]
async fn a_form_without_the_token_of_the_session_or_from_elsewhere_does_nothing() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage").await.is(200);
    let form = page.form_to("/manage/logout");
    let fields: Vec<(&str, &str)> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let without: Vec<_> = fields.iter().copied().filter(|(name, _)| *name != "_csrf").collect();
    let keyless: Vec<_> = fields.iter().copied().filter(|(name, _)| *name != "_once").collect();
    for bad in [without, keyless] {
        admin.post("/manage/logout", &bad).await.is(403);
    }
    for (name, value) in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let asked = Asked::form("/manage/logout", &fields).header(name, value);
        admin.send(asked).await.is(403);
    }
    admin.get("/manage").await.is(200);
    admin.post("/manage/logout", &fields).await.is(303);
}

#[tokio::test]
async fn the_token_of_another_session_is_no_token() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage").await.is(200);
    let old: Vec<(String, String)> = page.form_to("/manage/theme").fields;
    let page = admin.submit_to(&page, "/manage/logout", &[]).await.is(303);
    assert!(page.location().starts_with("/manage/login"));
    admin.enter_dashboard(crate::kit::OWNER, crate::kit::PASSWORD).await.is(303);
    let fields: Vec<(&str, &str)> = old.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    admin.post("/manage/theme", &fields).await.is(403);
}

#[tokio::test]
async fn a_form_that_comes_after_the_session_says_that_nothing_was_done() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage").await.is(200);
    house.advance(7200);
    let answer = admin.submit_to(&page, "/manage/theme", &[]).await.is(401);
    assert!(answer.text().contains("nothing was changed"), "{}", answer.text());
}
