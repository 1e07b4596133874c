//! An event beside the list of events. Source: UX §1.9, "Detail"; WCAG 2.4.3.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::{Browser, Look, OpenHouse};
use crate::kit::{EMAIL, PASSWORD, Via, Visitor};

const WRONG: &str = "ada@example.com could not log in to Storefront";
const IN: &str = "Ada Lovelace logged in to Storefront";
const FOCUSED: &str = "return document.activeElement.textContent.trim()";

/// A browser at the list, with an event of each outcome in it.
async fn list(house: &OpenHouse) -> Option<Browser> {
    let browser = Browser::start().await?;
    let party = house.party_with(ClientKind::Spa, Via::None, json!({ "name": "Storefront" })).await;
    party.code(&Visitor::new(house), EMAIL, PASSWORD).await;
    house.advance(60);
    Visitor::new(house).log_in(&party.authorize(&[]), EMAIL, "not the password").await;
    browser.set_up(house).await;
    browser.open(&house.page("/manage/logs?kind=logins")).await;
    Some(browser)
}

impl Browser {
    /// Opens the event of that sentence, and waits until it stands beside the list.
    async fn puts_beside(&self, sentence: &str) {
        self.press_containing(sentence).await;
        self.stands_beside(sentence).await;
    }

    async fn stands_beside(&self, sentence: &str) {
        let heading = "document.querySelector('aside.panel h2')?.textContent";
        self.until(&format!("return !!{heading}?.includes('{sentence}')")).await;
    }

    /// Waits until the list stands alone again, under its own address.
    async fn is_alone(&self) {
        self.until(
            "return !document.querySelector('aside.panel') && !!document.querySelector('[data-event]')",
        )
        .await;
        assert_eq!(self.address().await.query(), Some("kind=logins"));
    }

    async fn focused(&self) -> String {
        self.run(FOCUSED).await.as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn an_event_opens_beside_its_list_under_its_own_address() {
    let house = OpenHouse::new().await;
    let Some(browser) = list(&house).await else { return };
    browser.puts_beside(WRONG).await;
    browser.sees("Why").await;
    assert!(browser.shows(IN).await, "the list is gone");
    let address = browser.address().await;
    assert!(address.path().starts_with("/manage/logs/9"), "{address}");
    assert!(browser.focused().await.contains(WRONG), "it is read aloud");
    assert_eq!(browser.texts(".event a[aria-current]").await.len(), 1, "its row is marked");
    browser.passes_every_look_if_checked("event beside the list").await;
    browser.look(Look { width: 1280, dark: false }).await;

    browser.puts_beside(IN).await;
    assert_ne!(browser.address().await, address);
    browser.run("history.back()").await;
    browser.is_alone().await;
    assert_eq!(browser.focused().await, IN, "whoever uses keys is where they were");
    browser.run("history.forward()").await;
    browser.stands_beside(IN).await;
    browser.end().await;
}

#[tokio::test]
async fn it_is_closed_by_a_button_and_by_escape() {
    let house = OpenHouse::new().await;
    let Some(browser) = list(&house).await else { return };
    for by_key in [true, false] {
        browser.puts_beside(WRONG).await;
        if by_key {
            browser.keys("\u{e00c}").await;
        } else {
            browser.press("Close").await;
        }
        browser.is_alone().await;
        assert_eq!(browser.focused().await, WRONG.to_owned() + ": wrong password");
    }
    browser.end().await;
}

/// The list goes on, and what is read stays.
#[tokio::test]
async fn live_goes_on_beside_an_event() {
    let house = OpenHouse::new().await;
    let Some(browser) = list(&house).await else { return };
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.press("Live").await;
    browser.puts_beside(IN).await;
    house.advance(60);
    Visitor::new(&house).log_in(&party.authorize(&[]), "grace@example.com", PASSWORD).await;
    browser.sees("grace@example.com could not log in").await;
    browser.stands_beside(IN).await;
    assert_eq!(browser.texts(".event a[aria-current]").await, [IN], "its row is marked no more");
    browser.end().await;
}

/// The browser takes a page that was read anew and the list that it stood beside for one page.
#[tokio::test]
async fn read_anew_it_is_the_page_and_back_leads_to_the_list() {
    let house = OpenHouse::new().await;
    let Some(browser) = list(&house).await else { return };
    browser.puts_beside(WRONG).await;
    browser.run("location.reload()").await;
    browser
        .until("return document.querySelector('h1')?.textContent.includes('could not log in') ?? false")
        .await;
    browser.run("history.back()").await;
    browser.is_alone().await;
    browser.end().await;
}

#[tokio::test]
async fn in_a_narrow_window_an_event_has_the_window_for_itself() {
    let house = OpenHouse::new().await;
    let Some(browser) = list(&house).await else { return };
    browser.look(Look { width: 1000, dark: false }).await;
    browser.press_containing(WRONG).await;
    browser
        .until("return document.querySelector('h1')?.textContent.includes('could not log in') ?? false")
        .await;
    browser.run("history.back()").await;
    browser.is_alone().await;
    browser.end().await;
}
