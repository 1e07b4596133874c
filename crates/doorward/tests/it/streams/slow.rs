//! Receivers that take their time, or hang, for an hour: what is before them waits in the log, in its order, and
//! nobody else waits with it. The hour is one of the house's clock.

use std::sync::Arc;
use std::time::Duration;

use doorward_model::ids::LogId;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::time::Lifetime;
use doorward_store::logs;
use serde_json::json;
use tokio::sync::Semaphore;

use super::*;
use crate::kit::receiver::Said;

/// A little less than a request may take.
const SLOWLY: u32 = 29;
const HOUR: u32 = 3600;

/// So many events in one batch, quicker than by their own use cases.
async fn log(house: &House, first: usize, count: usize) {
    let (app, caller) = house.app_and_caller();
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    for number in first..first + count {
        let id = LogId::parse(&format!("9001{number:019}")).unwrap();
        logs::insert(&mut batch, &Event::new(id, app.now(), EventCode::Login, "Logged in"));
    }
    batch.commit().await.unwrap();
}

/// Each request takes the receiver as long as it may: an hour is over before a hundred and twenty-five are.
#[tokio::test]
async fn a_receiver_that_is_slow_for_an_hour_loses_nothing_and_holds_nobody_up() {
    let (house, slow, quick) = (House::new().await, Receiver::new().await, Receiver::new().await);
    let behind = stream_to(&house, &slow, json!({})).await;
    patch(&house, &behind, json!({ "batchSize": 10 })).await;
    let beside = stream_to(&house, &quick, json!({})).await;
    let (gate, clock) = (Arc::new(Semaphore::new(0)), house.clock());
    let shut = Arc::clone(&gate);
    slow.answers(move |_| {
        clock.advance(Lifetime::from_seconds(SLOWLY));
        Said::When(Arc::clone(&shut))
    });
    house.app.deliver_streams();
    log(&house, 0, 1250).await;
    slow.until(|got| !got.is_empty()).await;
    until(&house, &beside, |health| health.state.waiting == 0).await;
    assert_eq!(slow.got().len(), 1, "no second request before the first was answered");
    assert!(health(&house, &behind).await.state.waiting > 1000);
    assert_eq!(quick.taken()[1..], logged(&house, &beside).await);

    let begun = house.now();
    gate.add_permits(Semaphore::MAX_PERMITS / 2);
    let done = until(&house, &behind, |health| health.state.waiting == 0).await;
    assert!(house.now() - begun > i64::from(HOUR), "it took {} s only", house.now() - begun);
    assert_eq!(slow.taken()[1..], logged(&house, &behind).await);
    assert!(slow.got().iter().all(|got| got.ids().len() <= 10), "no more is in memory than goes out");
    assert_eq!(done.state.progress.failures, 0);
    let minutes = done.state.progress.delay.unwrap() / 60_000;
    assert!(minutes >= 60, "{minutes}");
    let admin = house.admin().await;
    let page = admin.get(&format!("/manage/streams/{behind}")).await.is(200).text();
    assert!(page.contains(&format!("<dt>Delay</dt><dd>{minutes} min</dd>")), "{page}");
    house.stop().await;
}

#[tokio::test]
async fn a_receiver_that_hangs_for_an_hour_gets_everything_in_order_when_it_wakes() {
    let house = House::reaching(|reach| reach.with_patience(Duration::from_millis(100))).await;
    let (hanging, quick) = (Receiver::new().await, Receiver::new().await);
    hanging.answers(|_| Said::Nothing);
    let behind = stream_to(&house, &hanging, json!({})).await;
    let beside = stream_to(&house, &quick, json!({})).await;
    house.app.deliver_streams();
    let begun = until(&house, &behind, |health| health.state.progress.failures == 1).await;
    let since = begun.state.progress.failing_since.unwrap();
    for (round, failures) in (2..).take(12).enumerate() {
        log(&house, 10 * round, 10).await;
        house.advance(HOUR / 12);
        until(&house, &behind, |health| health.state.progress.failures >= failures).await;
        until(&house, &beside, |health| health.state.waiting == 0).await;
    }
    let waits = health(&house, &behind).await;
    assert_eq!(waits.state.progress.failing_since, Some(since), "the page says since when");
    assert!(
        waits.state.waiting >= 120 && waits.attempts.iter().all(|one| one.said.contains("did not answer"))
    );
    hanging.answers(|_| Said::Status(200, "yes"));
    house.advance(61);
    until(&house, &behind, |health| health.state.waiting == 0).await;
    assert_eq!(hanging.taken()[1..], logged(&house, &behind).await);
    assert_eq!(quick.taken()[1..], logged(&house, &beside).await);
    house.stop().await;
}
