//! The pictures of the README: a tenant with a week behind it, looked at page by page. With
//! `DOORWARD_README_PICTURES=docs/images` they are kept; without, the pages are looked at all the same.

use std::path::PathBuf;

use doorward_engine::clients;
use doorward_model::client::kind::ClientKind;
use doorward_model::client::secrets::{NewSecret, Overlap, Rank};
use doorward_model::ids::ClientId;
use serde_json::json;

use super::{Browser, Look, OpenHouse};
use crate::kit::{EMAIL, PASSWORD, RelyingParty, Via, Visitor};

const LIGHT: Look = Look { width: 1280, dark: false };
const DARK: Look = Look { width: 1280, dark: true };
const DAY: u32 = 86_400;
/// Logins per day, the oldest first.
const WEEK: [usize; 7] = [1, 2, 1, 3, 2, 4, 3];

/// Where the pictures go, if somebody wants them.
fn kept(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("DOORWARD_README_PICTURES")?;
    Some(PathBuf::from(folder).join(format!("{name}.png")))
}

impl Browser {
    /// Keeps what can be seen, once this can be read on it.
    async fn shown(&self, name: &str, look: Look, text: &str) {
        self.look(look).await;
        self.sees(text).await;
        let bare = json!({ "hidden": true });
        self.driver.cdp().send_raw("Emulation.setScrollbarsHidden", bare).await.unwrap();
        if let Some(path) = kept(name) {
            self.picture(&path).await;
        }
    }
}

async fn token(party: &RelyingParty<'_>) {
    let audience = party.house.api();
    party.token(&[("grant_type", "client_credentials"), ("audience", &audience)]).await.is(200);
}

/// Four clients, a week of logins and tokens, some failures, and a secret that was rotated.
async fn a_week(house: &OpenHouse) -> [RelyingParty<'_>; 2] {
    let named = |name: &str| {
        house.advance(60);
        json!({ "name": name })
    };
    let shop = house.party_with(ClientKind::Spa, Via::None, named("Storefront")).await;
    let web = house.party_with(ClientKind::RegularWeb, Via::Post, named("Billing portal")).await;
    house.party_with(ClientKind::Native, Via::None, named("Field app")).await;
    let job = house.party_with(ClientKind::NonInteractive, Via::Post, named("Nightly export")).await;
    house.grant_management_api(&job.client_id, &["read:clients", "read:logs"]).await;
    for (day, logins) in WEEK.into_iter().enumerate() {
        for _ in 0..logins {
            shop.code(&Visitor::new(house), EMAIL, PASSWORD).await;
            house.advance(600);
        }
        token(&job).await;
        web.tokens(&Visitor::new(house), EMAIL, PASSWORD).await;
        if day + 1 < WEEK.len() {
            house.advance(DAY - 7200);
        }
    }
    let id = ClientId::parse(&job.client_id).unwrap();
    let new = NewSecret { label: None, rank: Rank::Primary(Overlap::DEFAULT) };
    clients::add_secret(&house.app, &house.caller(), &id, new).await.unwrap();
    house.advance(3600);
    token(&job).await;
    Visitor::new(house).log_in(&shop.authorize(&[]), EMAIL, "wrong").await;
    shop.code(&Visitor::new(house), EMAIL, PASSWORD).await;
    house.advance(120);
    web.swap("not-a-code").await.is(400);
    [shop, web]
}

#[tokio::test]
async fn the_pages_of_the_readme_look_as_they_do_there() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let [shop, web] = a_week(&house).await;
    browser.open(&house.page(&shop.authorize(&[]))).await;
    browser.shown("login", LIGHT, "Email address").await;
    browser.set_up(&house).await;
    house.advance(60);

    browser.open(&house.page("/manage")).await;
    browser.shown("overview-dark", DARK, "Overview").await;
    browser.open(&house.page("/manage/clients")).await;
    browser.shown("clients", LIGHT, "Old secret still in use").await;
    browser.press("Create Client").await;
    browser.fill("Name", "Warehouse kiosk").await;
    browser.choose("Single Page Web Applications").await;
    browser.shown("create-client", LIGHT, "What are you building?").await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", web.client_id))).await;
    browser.sees("Recent changes").await;
    if let Some(path) = kept("client-settings") {
        browser.picture_of_all(1440, &path).await;
    }
    browser.open(&house.page(&format!("/manage/clients/{}/quickstart/react", shop.client_id))).await;
    browser.shown("quickstart", LIGHT, "My app runs on port").await;
    browser.open(&house.page("/manage/logs")).await;
    browser.shown("logs", LIGHT, "could not log in to Storefront: wrong password").await;
    browser.end().await;
}
