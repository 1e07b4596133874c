//! A television shows a code; its person types it, with and without scripts, and by keyboard.

use serde_json::Value;

use super::accessibility::axe;
use super::{Browser, OpenHouse};
use crate::kit::{EMAIL, PASSWORD, Via};

const CODE: &str = "The code on your device";

#[tokio::test]
async fn a_person_connects_a_television_and_declines_another() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let television = house.television(Via::None).await;
    let looks = async |name: &str| {
        if let Some(axe) = axe() {
            browser.passes_every_look(name, &axe).await;
        }
    };
    let waiting = television.wait().await;

    browser.open(&house.page("/activate")).await;
    browser.sees("Connect a device").await;
    looks("code of a device").await;
    browser.fill(CODE, "BBBB-BBBB").await;
    browser.press("Continue").await;
    browser.sees("That code is not right").await;
    looks("code of a device, wrong").await;
    browser.fill(CODE, &text(&waiting, "user_code").to_lowercase()).await;
    browser.press("Continue").await;
    browser.sees("Connect a device to Acme TV?").await;
    browser.sees(text(&waiting, "user_code")).await;
    browser.sees("Only go on if you started this").await;
    looks("question about a device").await;
    browser.press("Confirm").await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Your device is connected").await;
    looks("device connected").await;
    television.poll(&waiting).await.is(200);

    // The link fills the field in; who is logged in sees as whom.
    let other = television.wait().await;
    browser.open(text(&other, "verification_uri_complete")).await;
    browser.press("Continue").await;
    browser.sees("You are logged in as ada@example.com").await;
    looks("question about a device, logged in").await;
    browser.press("Decline").await;
    browser.sees("Your device is not connected").await;
    looks("device declined").await;
    television.poll(&other).await.is(403);

    browser.open(text(&other, "verification_uri_complete")).await;
    browser.press("Continue").await;
    browser.sees("That code was used already").await;

    let late = television.wait().await;
    house.advance(900);
    browser.open(text(&late, "verification_uri_complete")).await;
    browser.press("Continue").await;
    browser.sees("That code is too old").await;
    looks("code of a device, too old").await;
    browser.end().await;
}

#[tokio::test]
async fn without_scripts_a_device_is_connected_too() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let house = OpenHouse::new().await;
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    browser.open(text(&waiting, "verification_uri_complete")).await;
    browser.press("Continue").await;
    browser.press("Confirm").await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Your device is connected").await;
    television.poll(&waiting).await.is(200);
    browser.end().await;
}

fn text<'w>(waiting: &'w Value, name: &str) -> &'w str {
    waiting[name].as_str().unwrap()
}
