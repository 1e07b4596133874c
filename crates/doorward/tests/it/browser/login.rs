//! The hosted login page: a person logs in to an application, fails, is refused a return address.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::{Browser, Neighbour, OpenHouse};
use crate::kit::{EMAIL, PASSWORD, RelyingParty, Via};

/// A single page application that people come back to at a neighbour's.
async fn spa_at<'h>(house: &'h OpenHouse, app: &Neighbour) -> RelyingParty<'h> {
    let callbacks = json!({ "callbacks": [app.at("/callback")] });
    let party = house.party_with(ClientKind::Spa, Via::None, callbacks).await;
    RelyingParty { callback: app.at("/callback"), ..party }
}

/// UX §1.1, the trap: Chromium applies `form-action` to the redirect that follows a form post, so a
/// login page that names too little looks right and leads nowhere.
#[tokio::test]
async fn a_login_ends_at_an_application_on_another_origin() {
    let Some(browser) = Browser::start().await else { return };
    let (house, app) = (OpenHouse::new().await, Neighbour::new().await);
    let party = spa_at(&house, &app).await;

    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", "not the password").await;
    browser.press("Log in").await;
    browser.sees("do not match").await;
    browser.loaded_nothing_from_elsewhere().await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Back at the application").await;
    let address = browser.address().await;
    assert!(address.as_str().starts_with(&app.at("/callback?")), "{address}");
    let code = address.query_pairs().find(|(name, _)| name == "code").expect("no code").1.into_owned();
    party.swap(&code).await.is(200);

    // The session is remembered: the second time nobody is asked.
    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.sees("Back at the application").await;
    browser.end().await;
}

/// Whoever is sent to log out without a proof of who they are may have been sent by anybody.
#[tokio::test]
async fn a_person_is_asked_before_they_are_logged_out() {
    let Some(browser) = Browser::start().await else { return };
    let (house, app) = (OpenHouse::new().await, Neighbour::new().await);
    let party = spa_at(&house, &app).await;
    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Back at the application").await;

    browser.open(&house.page("/oidc/logout")).await;
    browser.sees("Log out of Acme?").await;
    browser.passes_every_look_if_checked("log out question").await;
    browser.press("Stay").await;
    browser.sees("You stay logged in").await;
    browser.passes_every_look_if_checked("stayed").await;
    browser.open(&house.page("/oidc/logout")).await;
    browser.press("Log out").await;
    browser.sees("You are logged out").await;
    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.sees("Email address").await;
    browser.end().await;
}

#[tokio::test]
async fn without_scripts_a_login_works_too() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let (house, app) = (OpenHouse::new().await, Neighbour::new().await);
    let party = spa_at(&house, &app).await;

    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Back at the application").await;
    browser.end().await;
}

#[tokio::test]
async fn an_unlisted_callback_is_refused_on_a_page_of_ours() {
    let Some(browser) = Browser::start().await else { return };
    let (house, app) = (OpenHouse::new().await, Neighbour::new().await);
    let mut party = spa_at(&house, &app).await;
    party.callback = app.at("/callback/");

    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.sees("Reference").await;
    assert!(browser.address().await.as_str().starts_with(&house.origin()));
    // The tenant is in development and the browser on the same machine: both addresses may be shown.
    browser.sees("For developers").await;
    browser.sees(&party.callback).await;
    browser.end().await;
}
