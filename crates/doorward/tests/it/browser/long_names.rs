//! Names and addresses as long as they may be, without a place where they could be broken, in every
//! window that pages are made for. Source: WCAG 2.2, 1.4.10 "Reflow".

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::{Browser, Look, OpenHouse};
use crate::kit::{EMAIL, PASSWORD, Via, Visitor};

const API: &str = "https://orders.test/";

#[tokio::test]
async fn names_without_end_stay_within_every_window() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let (name, part) = ("W".repeat(1024), "w".repeat(200));
    house.make_api(API, &part, &[(&part, &part)]).await;
    let machine = house.machine(&["update:users", "update:tenant_settings", "create:client_grants"]).await;
    machine.patch("/api/v2/tenants/settings", &json!({ "friendly_name": part })).await.is(200);
    let ada = house.user_id(EMAIL).await;
    machine.patch(&format!("/api/v2/users/{ada}"), &json!({ "name": part })).await.is(200);
    let callback = format!("https://app.test/{}", "w".repeat(2000));
    let settings = json!({
        "name": name, "callbacks": [callback, "https://app.test/callback"], "client_metadata": { &part: part },
    });
    let web = house.party_with(ClientKind::RegularWeb, Via::Post, settings).await;
    web.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    house.get(&web.authorize(&[("redirect_uri", &format!("{callback}/"))])).await.is(400);
    let event = house.logs().await.into_iter().find(|event| event["type"] == "f").unwrap();
    let event = event["log_id"].as_str().unwrap().to_owned();
    let program = house.party_with(ClientKind::NonInteractive, Via::Post, json!({ "name": name })).await;
    let grant = json!({ "client_id": program.client_id, "audience": API, "scope": [part] });
    machine.post("/api/v2/client-grants", &grant).await.is(201);
    let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let allowed = json!({ "name": name, "is_first_party": false });
    let allowed = house.party_with(ClientKind::RegularWeb, Via::Post, allowed).await;
    let request = allowed.authorize(&[("audience", API), ("scope", &format!("openid {part}"))]);
    Visitor::new(&house).allow(&request, EMAIL, PASSWORD).await;
    browser.set_up(&house).await;

    let mut paths = vec!["/manage".to_owned(), "/manage/clients".to_owned(), "/manage/logs".to_owned()];
    paths.push(format!("/manage/clients?q={name}"));
    paths.push(format!("/manage/logs?client={}", web.client_id));
    paths.push(format!("/manage/logs/{event}"));
    for page in ["settings#metadata", "quickstart", "addons", "connections", "delete", "rotate", "test-url"] {
        paths.push(format!("/manage/clients/{}/{page}", web.client_id));
    }
    for page in ["settings", "quickstart/curl", "connections", "apis"] {
        paths.push(format!("/manage/clients/{}/{page}", program.client_id));
    }
    paths.push(web.authorize(&[("redirect_uri", &format!("{callback}/"))]));
    paths.push(web.authorize(&[]));
    paths.push(partner.authorize(&[("audience", API), ("scope", &format!("openid {part}"))]));
    browser.open(&house.page("/manage/clients")).await;
    let cut = "return [...document.querySelectorAll('.clients .name a')].filter((a) => a.scrollHeight > a.clientHeight + 4).length";
    assert_eq!(browser.run(cut).await, 3, "long names are not cut in the list");
    let mut found = Vec::new();
    for path in paths {
        browser.open(&house.page(&path)).await;
        found.extend(browser.beside_the_window(&path[..path.len().min(60)]).await);
    }
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("asks for access").await;
    found.extend(browser.beside_the_window("the page that asks for consent").await);
    browser.open(&house.page("/u/applications")).await;
    browser.sees("Allowed since").await;
    found.extend(browser.beside_the_window("the page of one's applications").await);
    browser.press_within("section", "Take back").await;
    browser.sees("can no longer use your account").await;
    found.extend(browser.beside_the_window("where something was taken back").await);
    assert!(found.is_empty(), "{found:#?}");
    browser.end().await;
}

impl Browser {
    /// What of the page that is open stands beside the window, in each width.
    async fn beside_the_window(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        for width in [320, 500, 1280] {
            let picture = format!("long names {}", name.replace(['/', '?'], " "));
            let too_wide = self.too_wide(&picture, Look { width, dark: false }).await;
            if too_wide != json!([]) {
                found.push(format!("{name} at {width}: {too_wide}"));
            }
        }
        found
    }
}
