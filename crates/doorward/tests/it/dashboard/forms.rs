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

#[tokio::test]
async fn a_form_that_comes_five_times_at_once_is_done_once_and_leads_to_one_place() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage/clients/new").await.is(200);
    let form = page.form_to("/manage/clients");
    let mut fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .filter(|(name, _)| name.starts_with('_'))
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    fields.extend([("name", "Storefront"), ("type", "spa")]);
    let send = || admin.post("/manage/clients", &fields);
    let (a, b, c, d, e) = tokio::join!(send(), send(), send(), send(), send());
    let places: Vec<String> =
        [a, b, c, d, e].into_iter().map(|answer| answer.is(303).location().to_owned()).collect();
    assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
    assert_eq!(admin.post("/manage/clients", &fields).await.is(303).location(), places[0]);
    let machine = house.machine(&["read:clients"]).await;
    let list = machine.get("/api/v2/clients").await.is(200).text();
    assert_eq!(list.matches("\"Storefront\"").count(), 1, "{list}");

    // What was refused may be sent again, corrected, by the same form.
    let page = admin.get("/manage/clients/new").await.is(200);
    let form = page.form_to("/manage/clients");
    let seal = form.fields.iter().filter(|(name, _)| name.starts_with('_'));
    let mut fields: Vec<(&str, &str)> = seal.map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.extend([("name", ""), ("type", "spa")]);
    admin.post("/manage/clients", &fields).await.is(422);
    fields.extend([("name", "Billing")]);
    fields.retain(|(name, value)| *name != "name" || !value.is_empty());
    admin.post("/manage/clients", &fields).await.is(303);
}
