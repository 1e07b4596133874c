//! The Quick Start tab: what a guide needs is added by one click, and its live line follows the log.

use super::first_run::OWNER_PASSWORD;
use super::{Browser, OpenHouse};

#[tokio::test]
async fn a_guide_says_what_it_needs_and_adds_it() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    browser.create_client(&house.origin(), "Storefront", "Single Page Web Applications").await;
    browser.press("React").await;
    browser.sees("Waiting for your first login").await;
    browser.sees(&format!("VITE_DOORWARD_DOMAIN={}", house.origin())).await;
    for needed in [
        "Callback URL http://localhost:5173/callback",
        "Logout URL http://localhost:5173/",
        "Origin http://localhost:5173",
    ] {
        browser.sees(&format!("{needed} Not allowed yet")).await;
    }
    browser.press("Add all 3").await;
    browser.sees("Added. It works from now on.").await;
    browser.sees_no_longer("Not allowed yet").await;

    // The live line follows the log without a reload.
    let path = browser.address().await.path().to_owned();
    let id = path.split('/').nth(3).unwrap();
    house
        .get(&format!("/authorize?client_id={id}&response_type=code&redirect_uri=http://localhost:9/x"))
        .await
        .is(400);
    browser.sees("A login at Storefront was refused").await;
    browser.end().await;
}

#[tokio::test]
async fn the_download_of_a_guide_with_a_secret_asks_for_a_fresh_sign_in() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    browser.create_client(&house.origin(), "Portal", "Regular Web Applications").await;
    browser.press("Express").await;
    browser.sees("CLIENT_SECRET=••••••••").await;
    house.advance(16 * 60);
    browser.press("Download sample").await;
    browser.sees("Confirm it is you to see the secret.").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Reveal Client Secret").await;
    browser.sees("Client Secret").await;
    browser.end().await;
}
