//! The log as people use it: filters, with and without scripts, and the keys that lead to it.
//! Source: UX §1.1 "Keyboard", §1.9; WCAG 2.1.4.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::{Browser, OpenHouse};
use crate::kit::{EMAIL, PASSWORD, Via, Visitor};

const REFUSED: &str = "could not log in to Storefront";
const LOGGED_IN: &str = "logged in to Storefront";
const MADE: &str = "created the client Storefront";

/// A login that works, one that does not, and what an admin did.
async fn a_day(house: &OpenHouse) {
    let party = house.party_with(ClientKind::Spa, Via::None, json!({ "name": "Storefront" })).await;
    party.code(&Visitor::new(house), EMAIL, PASSWORD).await;
    Visitor::new(house).log_in(&party.authorize(&[]), EMAIL, "not the password").await;
}

impl Browser {
    pub(super) async fn pick(&self, filter: &str, label: &str) {
        self.run(&format!(
            "const list = document.getElementById('{filter}'); \
             list.value = [...list.options].find((option) => option.text === '{label}').value; \
             list.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ))
        .await;
    }
}

#[tokio::test]
async fn events_are_found_by_outcome_kind_and_client() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    a_day(&house).await;
    browser.set_up(&house).await;
    browser.go("Logs").await;
    browser.sees(LOGGED_IN).await;
    browser.pick("outcome", "Failed").await;
    browser.sees_no_longer(LOGGED_IN).await;
    browser.sees(REFUSED).await;
    assert_eq!(browser.address().await.query(), Some("outcome=failed"), "a filter can be shared");
    browser.pick("outcome", "All outcomes").await;
    browser.sees(LOGGED_IN).await;
    browser.pick("kind", "Admin").await;
    browser.sees_no_longer(LOGGED_IN).await;
    browser.sees(MADE).await;
    browser.pick("client", "Default App").await;
    browser.sees("No event matches these filters.").await;
    browser.press("Clear filters").await;
    browser.pick("client", "Storefront").await;
    browser.sees(REFUSED).await;
    browser.press_containing(REFUSED).await;
    browser.sees("Why").await;
    browser.end().await;
}

#[tokio::test]
async fn without_scripts_the_log_is_filtered_by_its_button() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let house = OpenHouse::new().await;
    a_day(&house).await;
    browser.set_up_by_hand(&house).await;
    browser.open(&house.page("/manage/logs?outcome=failed")).await;
    browser.sees(REFUSED).await;
    browser.press("Filter").await;
    browser.sees(REFUSED).await;
    assert!(!browser.shows(LOGGED_IN).await);
    browser.press("Clear filters").await;
    browser.sees(LOGGED_IN).await;
    browser.end().await;
}

#[tokio::test]
async fn a_filter_is_typed_shown_and_taken_away_again() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    a_day(&house).await;
    browser.set_up(&house).await;
    browser.open(&house.page("/manage/logs?q=client:storefront+outcome:failed+ip:192.0.2.*")).await;
    browser.sees(REFUSED).await;
    assert!(!browser.shows(LOGGED_IN).await);
    browser.sees("client:Storefront ip:192.0.2.* outcome:failed").await;
    browser.press_containing("Outcome: failed").await;
    browser.sees(LOGGED_IN).await;
    assert!(browser.address().await.query().unwrap().contains("ip=192.0.2."));
    browser.open(&house.page("/manage/logs?q=clinet:Storefront")).await;
    browser.sees("did you mean client:?").await;
    browser.passes_every_look_if_checked("a filter that is none").await;
    let more = "/manage/logs?q=login&time=custom&from=2026-01-01&client=Storefront&person=ada@example.com&ip=192.0.2.1";
    browser.open(&house.page(more)).await;
    browser.press("Live").await;
    browser.passes_every_look_if_checked("logs with every filter, live").await;
    browser.end().await;
}

/// Whoever speaks to the computer would set them off by speaking.
#[tokio::test]
async fn single_keys_lead_about_and_can_be_switched_off() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    let press = async |key: &str| {
        browser
            .run(&format!(
                "document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true }}))"
            ))
            .await;
    };
    let hinted =
        "const key = document.querySelector('.search kbd'); return key.checkVisibility() && key.textContent";
    let is_searching = "return document.activeElement.matches('[data-search]')";
    press("g").await;
    press("c").await;
    browser.sees("Default App").await;
    assert_eq!(browser.run(hinted).await, "/", "nobody learns of the key");
    press("/").await;
    assert_eq!(browser.run(is_searching).await, true);
    browser.open_menu().await;
    browser.press("Off").await;
    browser.open(&house.page("/manage/clients")).await;
    browser.sees("Default App").await;
    press("/").await;
    assert_eq!(browser.run(is_searching).await, false);
    assert_eq!(browser.run(hinted).await, false, "a key that does nothing is named");
    browser.open_menu().await;
    browser.press("On").await;
    press("/").await;
    assert_eq!(browser.run(is_searching).await, true);
    browser.end().await;
}
