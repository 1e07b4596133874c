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
    browser.fill("My app runs on port", "4000").await;
    browser.press("Use this port").await;
    browser.sees("BASE_URL=http://localhost:4000").await;
    browser.press("Download sample").await;
    browser.sees("Confirm it is you to download the sample.").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Download sample").await;
    browser.sees("The sample is being downloaded.").await;
    browser.sees("BASE_URL=http://localhost:4000").await;
    browser.has_downloaded("express.zip").await;
    browser.end().await;
}

#[tokio::test]
async fn a_guide_is_said_for_another_port_and_another_package_manager() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    browser.create_client(&house.origin(), "Storefront", "Single Page Web Applications").await;
    browser.press("React").await;
    browser.fill("My app runs on port", "4123").await;
    browser.press("Use this port").await;
    browser.sees("Callback URL http://localhost:4123/callback").await;
    browser.press("pnpm").await;
    browser.sees("pnpm add @auth0/auth0-react").await;
    browser.sees("Callback URL http://localhost:4123/callback").await;
    browser.fill("My app runs on port", "a").await;
    browser.press("Use this port").await;
    browser.sees("There is a problem").await;
    browser.sees("Enter the number of a port").await;
    browser.sees("pnpm add @auth0/auth0-react").await;
    browser.end().await;
}

#[tokio::test]
async fn a_program_is_made_given_an_api_and_gets_its_token_on_the_page() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let house = OpenHouse::new().await;
    house.add_admin("mara@acme.test", OWNER_PASSWORD).await;
    browser.open(&house.page("/manage/login")).await;
    browser.fill("Email address", "mara@acme.test").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("First steps").await;
    browser.open(&house.page("/manage/clients/new")).await;
    browser.fill("Name", "Robot").await;
    browser.choose("Non Interactive Clients").await;
    browser.press("Create").await;
    browser.sees("Which APIs may it call?").await;
    browser.tick("Doorward Management API").await;
    browser.press("Allow and go on").await;
    browser.sees("Robot may call 1 API.").await;
    browser.press("curl").await;
    browser.press("Get a token now").await;
    browser.sees("Got in").await;
    browser.sees("\"gty\": \"client-credentials\"").await;
    browser.end().await;
}
