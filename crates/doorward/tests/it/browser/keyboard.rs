//! What people do without a mouse, and with the clipboard. Source: UX §1.1, "Keyboard".

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::{Browser, OpenHouse};
use crate::kit::Via;

const ESCAPE: &str = "\u{e00c}";
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";
const FOCUS: &str = "const e = document.activeElement; return e.ariaLabel || e.textContent.trim()";

/// Escape closes what is open, and the focus is where it was.
#[tokio::test]
async fn escape_closes_a_dialog_and_the_focus_returns() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    let closes = async |opener: &str, inside: &str| {
        browser.press(opener).await;
        browser.sees(inside).await;
        let is_within = "return document.activeElement.closest('dialog') !== null";
        assert_eq!(browser.run(is_within).await, true, "{opener}: the focus is not in the dialog");
        browser.keys(ESCAPE).await;
        browser.sees_no_longer(inside).await;
        assert_eq!(browser.run(FOCUS).await, opener, "the focus did not return");
    };
    browser.go("Clients").await;
    closes("Create Client", "What are you building?").await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    closes("Delete Client", "Yes, delete client").await;
    closes("Rotate Client Secret", "Yes, rotate secret").await;
    browser.fill("Name", "Billing portal").await;
    closes("Review", "Review 1 change").await;
    browser.shows_value("name", "Billing portal").await;
    browser.press("Discard").await;

    // The switch of the last connection is as it was, and has the focus.
    browser.open(&house.page(&format!("/manage/clients/{}/connections", party.client_id))).await;
    browser.tick("Username-Password-Authentication").await;
    browser.sees("Nobody could log in").await;
    browser.keys(ESCAPE).await;
    browser.sees_no_longer("Nobody could log in").await;
    let at_switch = "const e = document.activeElement; return [e.matches('.toggle'), e.checked]";
    assert_eq!(browser.run(at_switch).await, json!([true, true]));

    browser.open_menu().await;
    browser.sees("Single-key shortcuts").await;
    browser.keys(ESCAPE).await;
    browser.sees_no_longer("Single-key shortcuts").await;
    assert_eq!(browser.run("return document.activeElement.matches('.tenant > summary')").await, true);
    browser.end().await;
}

/// `?` shows the single keys, where no field has the focus and nobody switched them off.
#[tokio::test]
async fn the_list_of_keys_is_shown_and_does_not_come_where_keys_are_off() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    browser.go("Clients").await;
    browser.sees("Default App").await;
    browser.keys("?").await;
    browser.sees("Create a client, on the list of clients").await;
    browser.passes_every_look_if_checked("keys").await;
    browser.keys(ESCAPE).await;
    browser.sees_no_longer("Create a client, on the list of clients").await;
    browser.fill("Search clients", "?").await;
    browser.sees("No client matches").await;
    assert!(!browser.shows("Create a client, on the list").await, "a key acts while somebody types");

    browser.open_menu().await;
    browser.press("Off").await;
    browser.keys(ESCAPE).await;
    browser.run("document.activeElement.blur()").await;
    browser.keys("?").await;
    browser.keys("c").await;
    assert!(!browser.shows("Create a client, on the list").await && !browser.shows("building?").await);
    browser.end().await;
}

#[tokio::test]
async fn whoever_typed_something_is_asked_before_escape_throws_it_away() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    browser.go("Clients").await;
    browser.press("Create Client").await;
    browser.sees("What are you building?").await;
    browser.fill("Name", "Storefront").await;
    browser.keys(ESCAPE).await;
    assert_eq!(browser.answers_the_question(false).await, "Discard this client?");
    browser.shows_value("name", "Storefront").await;
    browser.field("Name").await.send_keys(ESCAPE).await.unwrap();
    browser.answers_the_question(true).await;
    browser.sees_no_longer("What are you building?").await;
    browser.end().await;
}

/// Copy puts the whole value onto the clipboard, and says so.
#[tokio::test]
async fn copy_puts_the_value_onto_the_clipboard() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    let settings = house.page(&format!("/manage/clients/{}/settings", party.client_id));
    browser.open(&settings).await;
    browser.press("Copy Client ID").await;
    browser.sees("Copied").await;
    assert_eq!(browser.clipboard().await, party.client_id);
    browser.tick("Reveal Client Secret").await;
    browser.shows_value("client_secret", &party.secret).await;
    browser.press("Copy Client Secret").await;
    browser.sees("Copied").await;
    assert_eq!(browser.clipboard().await, party.secret);

    browser.open(&house.page(&format!("/manage/clients/{}/quickstart/express", party.client_id))).await;
    browser.press("Copy code, step 1").await;
    browser.sees("Copied").await;
    let code = browser.run("return document.querySelector('pre[aria-label$=\"step 1\"]').textContent").await;
    assert_eq!(browser.clipboard().await, code);

    browser.go("Clients").await;
    browser.press("Actions for Regular Web Application").await;
    browser.press("Copy as .env").await;
    browser.sees("Copied").await;
    let env = browser.clipboard().await;
    assert!(env.as_str().unwrap().contains(&party.client_id), "{env}");
    browser.end().await;
}

/// The first thing that Tab reaches is the way past the menu.
#[tokio::test]
async fn the_first_key_leads_past_the_menu() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    for path in ["/manage", "/manage/clients", "/manage/logs"] {
        browser.open(&house.page(path)).await;
        browser.keys(TAB).await;
        assert_eq!(browser.run(FOCUS).await, "Skip to main content", "{path}");
        browser.keys(ENTER).await;
        assert_eq!(browser.run("return document.activeElement.id").await, "main", "{path}");
    }
    browser.end().await;
}

#[tokio::test]
async fn a_client_is_made_without_a_mouse() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    browser.go("Clients").await;
    browser.sees("Default App").await;
    browser.keys("c").await;
    browser.sees("What are you building?").await;
    browser.keys("Storefront").await;
    for (key, chosen) in [(TAB, json!(null)), (" ", json!("native")), (DOWN, json!("spa"))] {
        browser.keys(key).await;
        let checked = "return document.querySelector('dialog [name=type]:checked')?.value ?? null";
        assert_eq!(browser.run(checked).await, chosen);
    }
    browser.keys(ENTER).await;
    browser.sees("Storefront was created.").await;
    browser.sees("React").await;
    browser.end().await;
}
