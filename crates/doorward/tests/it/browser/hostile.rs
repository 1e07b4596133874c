//! What a page of somebody else can do with an admin who is logged in: nothing.
//! Source: SECURITY §3, "CSRF, clickjacking".

use std::time::Instant;

use super::chromium::{GLANCE, PATIENCE};
use super::{Browser, Neighbour, OpenHouse};

/// Frames an address in the page that is open.
const FRAME: &str =
    "const frame = document.createElement('iframe'); frame.src = 'ADDRESS'; document.body.append(frame)";
/// Sends a form to an address.
const SEND: &str = "const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: 'ADDRESS' });
    for (const [name, value] of [['name', 'Planted'], ['type', 'spa'], ['_csrf', 'x'], ['_once', 'x'.repeat(40)]]) {
        form.append(Object.assign(document.createElement('input'), { name, value }));
    }
    document.body.append(form);
    form.submit()";

impl Browser {
    /// Waits until the browser says so often in its console that this stood in the way of something.
    async fn was_kept_from_it(&self, by: &str, times: usize) {
        let (start, mut seen) = (Instant::now(), Vec::new());
        while seen.len() < times {
            assert!(start.elapsed() < PATIENCE, "{by} kept from {seen:?} only");
            let entries = self.driver.browser_log().await.unwrap();
            seen.extend(entries.into_iter().map(|entry| entry.message).filter(|told| told.contains(by)));
            tokio::time::sleep(GLANCE).await;
        }
    }
}

#[tokio::test]
async fn another_site_can_neither_frame_our_pages_nor_send_their_forms() {
    let Some(browser) = Browser::start().await else { return };
    let (house, elsewhere) = (OpenHouse::new().await, Neighbour::new().await);
    browser.set_up(&house).await;
    browser.open(&elsewhere.at("/")).await;
    let pages = ["/manage", "/manage/login", "/setup", "/manage/clients/new", "/u/applications"];
    for page in pages {
        browser.run(&FRAME.replace("ADDRESS", &house.page(page))).await;
    }
    browser.was_kept_from_it("frame-ancestors 'none'", pages.len()).await;

    browser.run(&SEND.replace("ADDRESS", &house.page("/manage/clients"))).await;
    browser.sees("nothing was").await;
    browser.open(&house.page("/manage/clients")).await;
    browser.sees("Default App").await;
    assert!(!browser.shows("Planted").await, "a form of another site made a client");
}
