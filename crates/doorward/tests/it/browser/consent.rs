//! The consent page: a third party asks, a person declines, thinks again and allows, and takes it back later.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::accessibility::axe;
use super::{Browser, Neighbour, OpenHouse};
use crate::kit::{EMAIL, House, PASSWORD, RelyingParty, Via};

const API: &str = "https://api.acme.test/orders";

/// A third party whose callback is on a port of its own, and an API that it wants to call.
async fn partner<'h>(house: &'h House, app: &Neighbour) -> RelyingParty<'h> {
    house.third_party(ClientKind::Spa, Via::None).await;
    let callback = app.at("/callback");
    let settings = json!({ "name": "Partner Sync", "is_first_party": false, "callbacks": [callback] });
    let party = house.party_with(ClientKind::Spa, Via::None, settings).await;
    house
        .make_api(
            API,
            "Orders",
            &[
                ("read:orders", "See your orders and what became of them"),
                ("create:orders", "Order in your name"),
                ("read:stock", ""),
            ],
        )
        .await;
    RelyingParty { callback, ..party }
}

#[tokio::test]
async fn a_person_declines_and_then_allows_what_a_third_party_wants() {
    let Some(browser) = Browser::start().await else { return };
    let (house, app) = (OpenHouse::new().await, Neighbour::new().await);
    let party = partner(&house, &app).await;
    let scope = "openid profile email offline_access read:orders create:orders read:stock";
    let request = party.authorize(&[("audience", API), ("scope", scope)]);

    browser.open(&house.page(&request)).await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Partner Sync asks for access").await;
    for wish in ["See your email address", "In Orders, it wants to", "Order in your name", "read:stock"] {
        browser.sees(wish).await;
    }
    browser.sees("Partner Sync is not run by Acme").await;
    assert_eq!(
        browser.run("return [...document.querySelectorAll('.answers button')].map((b) => `${b.offsetWidth}x${b.offsetHeight}`)").await.as_array().map(|sizes| (sizes.len(), sizes[0] == sizes[1])),
        Some((2, true)),
        "Allow and Decline are not of the same size"
    );
    if let Some(axe) = axe() {
        browser.passes_every_look("consent", &axe).await;
    }

    browser.press("Decline").await;
    browser.sees("Back at the application").await;
    let address = browser.address().await;
    assert!(address.as_str().starts_with(&app.at("/callback?")), "{address}");
    assert!(
        address.query_pairs().any(|(name, value)| name == "error" && value == "access_denied"),
        "{address}"
    );

    browser.open(&house.page(&request)).await;
    browser.sees("Partner Sync asks for access").await;
    browser.press("Allow").await;
    browser.sees("Back at the application").await;
    let address = browser.address().await;
    let code = address.query_pairs().find(|(name, _)| name == "code").expect("no code").1.into_owned();
    party.swap(&code).await.is(200);

    // The second time nobody is asked.
    browser.open(&house.page(&request)).await;
    browser.sees("Back at the application").await;

    browser.takes_it_back(&house, &request).await;
    browser.end().await;
}

impl Browser {
    /// On the page of one's applications, in each of its states.
    async fn takes_it_back(&self, house: &OpenHouse, request: &str) {
        self.open(&house.page("/u/applications")).await;
        for text in ["Your applications", EMAIL, "In Orders, it may", "Order in your name", "read:stock"] {
            self.sees(text).await;
        }
        self.passes_every_look_if_checked("applications").await;
        self.press("Take back what Partner Sync may do").await;
        self.sees("Partner Sync can no longer use your account.").await;
        self.sees("You have not allowed any application to use your account.").await;
        self.passes_every_look_if_checked("applications, none").await;
        self.open(&house.page(request)).await;
        self.sees("Partner Sync asks for access").await;
        self.press_containing("/u/applications").await;
        self.sees("You have not allowed any application to use your account.").await;
        self.open(&house.page("/v2/logout")).await;
        self.sees("You are logged out").await;
        self.open(&house.page("/u/applications")).await;
        self.sees("Log in to one of your applications, then open this page again.").await;
        self.passes_every_look_if_checked("applications, logged out").await;
    }
}

#[tokio::test]
async fn without_scripts_consent_works_too() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let (house, app) = (OpenHouse::new().await, Neighbour::new().await);
    let party = partner(&house, &app).await;
    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Partner Sync asks for access").await;
    browser.press("Allow").await;
    browser.sees("Back at the application").await;
    browser.open(&house.page("/u/applications")).await;
    browser.press("Take back what Partner Sync may do").await;
    browser.sees("Partner Sync can no longer use your account.").await;
    browser.end().await;
}
