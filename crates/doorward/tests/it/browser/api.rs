//! The API explorer in a browser: find an operation, try it, be asked before something is deleted.
//! Source: UX §1.12.

use doorward_model::client::kind::ClientKind;

use super::accessibility::axe;
use super::first_run::{OWNER, OWNER_PASSWORD};
use super::{Browser, OpenHouse};
use crate::kit::Via;

#[tokio::test]
async fn an_operation_is_found_and_tried_and_a_deletion_asks_first() {
    let (Some(axe), Some(browser)) = (axe(), Browser::start().await) else { return };
    let house = OpenHouse::new().await;
    let doomed = house.party(ClientKind::Spa, Via::None).await.client_id;
    browser.set_up(&house).await;

    browser.go("API explorer").await;
    browser.passes_every_look("api explorer", &axe).await;
    browser.fill("Search operations", "list clients").await;
    browser.sees_no_longer("Rotate the secret of a client").await;
    browser.press_containing("List clients").await;
    browser.sees("read:clients").await;
    browser.passes_every_look("api operation", &axe).await;
    browser.press("Try").await;
    browser.sees("200 OK").await;
    browser.sees("Default App").await;
    browser.passes_every_look("api answer", &axe).await;

    browser.open(&house.page("/manage/api/delete_clients_by_id")).await;
    browser.fill("id", &doomed).await;
    browser.press("Try").await;
    browser.sees("This deletes for real. It cannot be undone.").await;
    browser.passes_every_look("api asks", &axe).await;
    browser.press("Cancel").await;
    browser.sees_no_longer("This deletes for real").await;
    browser.fill("id", &doomed).await;
    browser.press("Try").await;
    browser.press("Yes, delete").await;
    browser.sees("204 No Content").await;
    browser.has_a_clean_console().await;
}

#[tokio::test]
async fn without_script_an_operation_is_found_and_tried() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let house = OpenHouse::new().await;
    house.add_admin(OWNER, OWNER_PASSWORD).await;
    browser.open(&house.page("/manage/login")).await;
    browser.fill("Email address", OWNER).await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("First steps").await;
    browser.open(&house.page("/manage/api?q=list+roles")).await;
    browser.sees("List roles").await;
    browser.open(&house.page("/manage/api/get_roles")).await;
    browser.press("Try").await;
    browser.sees("200 OK").await;
}
