//! Names that turn the direction of writing turn themselves only, not the words around them.
//! Source: Unicode Standard Annex #9; CVE-2021-42574.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::{Browser, OpenHouse};
use crate::kit::{EMAIL, PASSWORD, Via, Visitor};

/// "Override: from right to left", and nothing that ends it.
const NAME: &str = "Ada \u{202e}nimda";
const API: &str = "https://orders.test/";
/// Texts in which such a name stands beside other words without anything that keeps them apart.
const TURNED: &str = "const apart = (e) => /isolate|plaintext/.test(getComputedStyle(e).unicodeBidi) || !/^(inline|contents)$/.test(getComputedStyle(e).display);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) {
        const text = texts.currentNode;
        if (!text.data.includes('\\u202e') || !text.parentElement.checkVisibility()) continue;
        let around = text.parentElement;
        while (!apart(around)) around = around.parentElement;
        if (around.textContent.trim() !== text.data.trim() || !text.data.trim().endsWith('nimda')) found.push(around.textContent);
    }
    const turns = (text) => text?.includes('\\u202e');
    if (turns(document.title)) found.push(document.title);
    for (const e of document.querySelectorAll('*')) for (const name of ['aria-label', 'title', 'alt', 'placeholder']) if (turns(e.getAttribute(name))) found.push(name + ': ' + e.getAttribute(name));
    return found";

#[tokio::test]
async fn a_name_that_turns_the_direction_turns_itself_only() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    house.make_api(API, NAME, &[("read:orders", NAME)]).await;
    let machine = house.machine(&["update:users", "update:tenant_settings", "create:client_grants"]).await;
    machine.patch("/api/v2/tenants/settings", &json!({ "friendly_name": NAME })).await.is(200);
    let ada = house.user_id(EMAIL).await;
    machine.patch(&format!("/api/v2/users/{ada}"), &json!({ "name": NAME })).await.is(200);
    let web = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": NAME })).await;
    web.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    house.get(&web.authorize(&[("redirect_uri", "https://app.test/callback/")])).await.is(400);
    let program = house.party_with(ClientKind::NonInteractive, Via::Post, json!({ "name": NAME })).await;
    let grant = json!({ "client_id": program.client_id, "audience": API, "scope": ["read:orders"] });
    machine.post("/api/v2/client-grants", &grant).await.is(201);
    let event = house.logs().await.into_iter().find(|event| event["type"] == "f").unwrap();
    let event = event["log_id"].as_str().unwrap().to_owned();
    let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let allowed = json!({ "name": NAME, "is_first_party": false });
    let allowed = house.party_with(ClientKind::RegularWeb, Via::Post, allowed).await;
    let scope = [("audience", API), ("scope", "openid read:orders")];
    Visitor::new(&house).allow(&allowed.authorize(&scope), EMAIL, PASSWORD).await;
    browser.set_up(&house).await;

    let mut paths = vec!["/manage".to_owned(), "/manage/clients".to_owned(), "/manage/logs".to_owned()];
    paths.push(format!("/manage/logs/{event}"));
    paths.push(format!("/manage/logs/{event}/allow"));
    for page in [
        "settings",
        "quickstart",
        "quickstart/express",
        "addons",
        "connections",
        "delete",
        "rotate",
        "test-url",
    ] {
        paths.push(format!("/manage/clients/{}/{page}", web.client_id));
    }
    for page in ["settings", "quickstart/curl", "connections", "apis"] {
        paths.push(format!("/manage/clients/{}/{page}", program.client_id));
    }
    paths.push(partner.authorize(&[("audience", API), ("scope", "openid read:orders")]));
    let mut turned = Vec::new();
    for path in paths {
        browser.open(&house.page(&path)).await;
        browser.has_in_its_source("nimda").await;
        let found = browser.run(TURNED).await;
        turned.extend(found.as_array().unwrap().iter().map(|text| format!("{path}: {text}")));
    }
    assert_eq!(turned, Vec::<String>::new());
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("asks for access").await;
    assert_eq!(browser.run(TURNED).await, json!([]), "on the page that asks for consent");
    browser.open(&house.page("/u/applications")).await;
    browser.has_in_its_source("nimda").await;
    assert_eq!(browser.run(TURNED).await, json!([]), "on the page of one's applications");
    browser.press_within("section", "Take back").await;
    browser.sees("can no longer use your account").await;
    assert_eq!(browser.run(TURNED).await, json!([]), "where something was taken back");
    browser.end().await;
}
