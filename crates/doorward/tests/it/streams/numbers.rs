//! What an operator sees of log streams in the metrics.

use serde_json::json;

use super::*;
use crate::kit::receiver::Said;

const EVENTS: &str = "doorward_stream_events_total";
const REQUESTS: &str = "doorward_stream_requests_total";
const WAITING: &str = "doorward_stream_waiting_events";

#[tokio::test]
async fn what_becomes_of_events_is_counted_by_kind_and_outcome_alone() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    let sink = json!({ "httpEndpoint": format!("{}/canary-path", receiver.origin) });
    let id = made(&house, json!({ "name": "canary", "type": "http", "sink": sink })).await;
    let file =
        json!({ "name": "canary", "type": "file", "sink": { "fileName": "canary" }, "status": "paused" });
    made(&house, file).await;
    happen(&house, 0, 3).await;
    let http = [("type", "http")];
    let number = async |name: &str, outcome: &str| {
        house.metrics().await.get(name, &[("type", "http"), ("outcome", outcome)])
    };
    // The streams themselves are events, too: that of the first, of the second, and three people.
    assert_eq!(house.metrics().await.get(WAITING, &http), 5);
    assert_eq!(house.metrics().await.get(WAITING, &[("type", "file")]), 0, "a paused one waits for nobody");
    receiver.answers(|_| Said::Status(503, "no"));
    house.app.deliver_streams();
    until(&house, &id, |health| health.state.progress.failures == 1).await;
    assert_eq!((number(REQUESTS, "failed").await, number(EVENTS, "failed").await), (1, 5));
    let bad = logged(&house, &id).await.remove(1);
    receiver.answers(move |got| {
        if got.ids().contains(&bad) { Said::Status(400, "no") } else { Said::Status(200, "yes") }
    });
    while health(&house, &id).await.state.waiting > 0 {
        house.advance(61);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(number(EVENTS, "aside").await, 1);
    assert_eq!(number(EVENTS, "taken").await, 4);
    assert!(number(REQUESTS, "refused").await > 0);
    let page = house.metrics().await;
    assert_eq!(page.get(WAITING, &http), 0);
    let delays = page.get("doorward_stream_delay_seconds_count", &http);
    assert_eq!(delays, number(REQUESTS, "taken").await);
    assert_eq!(page.get(EVENTS, &[("type", "splunk"), ("outcome", "taken")]), 0);
    let text = house.metrics_text().await;
    assert!(!text.contains("canary") && !text.contains(id.as_str()), "{text}");
    house.stop().await;
}
