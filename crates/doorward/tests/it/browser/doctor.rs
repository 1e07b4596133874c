//! A login is refused by an extra slash, and let in by one click. Source: UX §8, row 6.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::accessibility::axe;
use super::{Browser, Neighbour, OpenHouse};
use crate::kit::{EMAIL, House, PASSWORD, RelyingParty, Via};

async fn storefront<'h>(house: &'h House, app: &Neighbour) -> RelyingParty<'h> {
    let callback = app.at("/callback");
    let settings = json!({ "name": "Storefront", "callbacks": [callback] });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, settings).await;
    RelyingParty { callback, ..party }
}

#[tokio::test]
async fn an_extra_slash_is_found_by_an_admin_and_one_click_lets_the_login_in() {
    let Some(browser) = Browser::start().await else { return };
    let (house, app, axe) = (OpenHouse::new().await, Neighbour::new().await, axe());
    house.goes_into_production().await;
    let party = storefront(&house, &app).await;
    let slashed = format!("{}/", party.callback);
    let request = house.page(&party.authorize(&[("redirect_uri", &slashed)]));

    browser.open(&request).await;
    browser.sees("Return address not allowed").await;
    assert!(
        !browser.source().await.contains(app.at("").trim_start_matches("http://")),
        "a stranger sees the URL"
    );

    browser.set_up(&house).await;
    browser.open(&request).await;
    browser.sees("Only you see this").await;
    browser.sees("The request ends with an extra slash.").await;
    assert_eq!(browser.texts(".urldiff mark").await.len(), 1);
    if let Some(axe) = &axe {
        browser.passes_every_look("doctor error admin", axe).await;
    }

    browser.go_to_clients(&house).await;
    browser.sees("Storefront turned away 2 logins").await;
    if let Some(axe) = &axe {
        browser.passes_every_look("doctor card", axe).await;
    }

    browser.open(&request).await;
    browser.press("Fix it in the dashboard").await;
    browser.sees("The request ends with an extra slash.").await;
    if let Some(axe) = &axe {
        browser.passes_every_look("doctor event", axe).await;
    }
    browser.press("Allow this URL").await;
    browser.sees("It is on the list now.").await;

    browser.open(&request).await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Back at the application").await;
    assert!(browser.address().await.as_str().starts_with(&slashed), "{}", browser.address().await);
    browser.go_to_clients(&house).await;
    browser.sees("Working").await;
    assert!(!browser.shows("turned away").await);
    browser.end().await;
}

#[tokio::test]
async fn a_host_nobody_knows_is_looked_at_and_typed_with_and_without_scripts() {
    for scripts in [true, false] {
        let browser = if scripts { Browser::start().await } else { Browser::without_scripts().await };
        let Some(browser) = browser else { return };
        let (house, app) = (OpenHouse::new().await, Neighbour::new().await);
        let party = storefront(&house, &app).await;
        house
            .get(&party.authorize(&[("redirect_uri", "https://xn--bcher-kva.example/callback")]))
            .await
            .is(400);
        house.add_admin(super::first_run::OWNER, super::first_run::OWNER_PASSWORD).await;
        browser.open(&house.page("/manage/login")).await;
        browser.fill("Email address", super::first_run::OWNER).await;
        browser.fill("Password", super::first_run::OWNER_PASSWORD).await;
        browser.press("Log in").await;
        browser.sees("First steps").await;

        browser.open(&house.page("/manage/logs?outcome=failed")).await;
        browser.press_containing("A login at Storefront was refused").await;
        browser.sees("bücher.example").await;
        browser.press("Review…").await;
        browser.sees("Doorward has never seen this host on Storefront.").await;
        if let Some(axe) = axe().filter(|_| scripts) {
            browser.passes_every_look("doctor review", &axe).await;
        }
        browser.press_within("*[@data-dialog-content or self::dialog]", "Allow this URL").await;
        browser.sees("Type the host as it is: xn--bcher-kva.example").await;
        browser.fill("Type the host to allow the URL", "xn--bcher-kva.example").await;
        browser.press_within("*[@data-dialog-content or self::dialog]", "Allow this URL").await;
        browser.sees("It is on the list now.").await;

        browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
        browser.press("Test a URL").await;
        browser.fill("URL", &format!("{}?x=1", party.callback)).await;
        browser.press("Test").await;
        browser.sees("The request adds").await;
        if let Some(axe) = axe().filter(|_| scripts) {
            browser.passes_every_look("doctor test", &axe).await;
        }
        browser.end().await;
    }
}

impl Browser {
    async fn go_to_clients(&self, house: &OpenHouse) {
        self.open(&house.page("/manage/clients")).await;
    }
}
