//! Log streams as people make them. Source: UX §8, row 11.

use super::{Browser, OpenHouse};
use crate::kit::receiver::{Receiver, Said};

#[tokio::test]
async fn a_stream_is_tried_before_it_is_saved_and_loses_nothing_while_its_receiver_is_away() {
    let Some(browser) = Browser::start().await else { return };
    let (house, receiver) = (OpenHouse::new().await, Receiver::new().await);
    house.app.deliver_streams();
    browser.set_up(&house).await;
    browser.go("Log streams").await;
    browser.sees("No log stream yet").await;
    browser.passes_every_look_if_checked("streams, none").await;
    browser.press("HTTP").await;
    browser.fill("Address", &receiver.origin).await;
    browser.press("Send a test event").await;
    browser.sees("The receiver took the test event.").await;
    browser.passes_every_look_if_checked("streams, new").await;
    browser.press("Create stream").await;
    browser.sees("Delivering").await;

    receiver.answers(|_| Said::Status(503, "away"));
    let taken = receiver.taken().len();
    house.user("grace@example.com", crate::kit::PASSWORD).await;
    receiver.until(|got| got.last().is_some_and(|got| got.status == 503)).await;
    browser.press("Refresh").await;
    browser.sees("Retrying since").await;
    browser.passes_every_look_if_checked("streams, one that waits").await;
    receiver.answers(|_| Said::Status(200, "back"));
    browser.press("Retry now").await;
    receiver.until(|got| got.iter().filter(|got| got.status == 200).count() > taken).await;
    browser.press("Refresh").await;
    browser.sees("Delivering").await;
    let mut ids = receiver.taken();
    ids.dedup();
    assert!(ids.is_sorted(), "{ids:?}");
    browser.end().await;
}
