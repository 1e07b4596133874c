//! First run: the printed link makes the first admin, once.

use super::{Browser, OpenHouse};

#[tokio::test]
async fn the_printed_link_makes_the_first_admin_once() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let link = house.setup_link().await;

    browser.open(&link).await;
    browser.sees("Set-up code taken from the link").await;
    assert!(browser.address().await.fragment().is_none(), "the code stays in the address and the history");
    browser.fill("Your email address", "owner@example.com").await;
    browser.fill("New password", "an owner's password").await;
    browser.press("Create admin").await;
    browser.sees("Doorward is set up").await;
    browser.loaded_nothing_from_elsewhere().await;

    browser.open(&link).await;
    browser.sees("This server is set up").await;
    browser.end().await;
}
