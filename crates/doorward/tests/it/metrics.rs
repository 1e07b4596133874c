//! The numbers for operators: that they follow what happens, and say nothing of whom.

use doorward_model::client::kind::ClientKind;

use crate::kit::{Asked, EMAIL, Engine, House, PASSWORD, Via, Visitor};

const REQUESTS: &str = "doorward_http_requests_total";
const EVENTS: &str = "doorward_log_events_total";

#[tokio::test]
async fn the_numbers_follow_what_happens() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let before = house.metrics().await;
        let visitor = Visitor::new(&house);
        visitor.log_in(&party.authorize(&[]), EMAIL, "a wrong password").await;
        let code = party.code(&visitor, EMAIL, PASSWORD).await;
        party.swap(&code).await.is(200);
        party.swap(&code).await.is(400);
        for _ in 0..5 {
            party.refresh("v1.a-token-that-nobody-has").await.is(400);
        }
        let after = house.metrics().await;
        let grown = |name: &str, labels: &[(&str, &str)]| after.get(name, labels) - before.get(name, labels);
        let token = |status| grown(REQUESTS, &[("route", "/oauth/token"), ("status", status)]);
        assert_eq!((token("2xx"), token("4xx"), token("5xx")), (1, 6, 0));
        assert_eq!(grown("doorward_http_request_duration_seconds_count", &[("route", "/oauth/token")]), 7);
        assert_eq!(grown("doorward_refusals_total", &[("error", "invalid_grant")]), 6);
        let logins = |outcome| grown("doorward_logins_total", &[("outcome", outcome)]);
        assert_eq!((logins("ok"), logins("wrong"), logins("locked")), (1, 1, 0));
        let tokens =
            |grant, outcome| grown("doorward_tokens_total", &[("grant", grant), ("outcome", outcome)]);
        assert_eq!((tokens("authorization_code", "ok"), tokens("authorization_code", "refused")), (1, 1));
        assert_eq!((tokens("refresh_token", "ok"), tokens("refresh_token", "refused")), (0, 5));
        assert_eq!(grown(EVENTS, &[("type", "fertft"), ("outcome", "failure")]), 5);
        assert_eq!(grown("doorward_log_events_folded_total", &[]), 4);
        assert!(grown("doorward_store_commit_duration_seconds_count", &[]) >= 9);
        let grouped = grown("doorward_store_group_size_count", &[]) > 0;
        assert_eq!(grouped, engine == Engine::Sqlite);
        assert_eq!(after.get("doorward_store_queue_length", &[]), 0);
        assert_eq!(after.get("doorward_pool_queue_length", &[("pool", "passwords")]), 0);
    }
}

/// A label that follows what strangers send would grow the page, and the memory of whoever scrapes it.
#[tokio::test]
async fn nothing_that_a_stranger_sends_becomes_a_label() {
    let house = House::new().await;
    let machine = house.machine(&["read:clients"]).await;
    for path in
        ["/canary", "/api/v2/clients/canary", "/manage/clients/canary/settings", "/oauth/token/canary"]
    {
        machine.get(path).await;
        machine.send(Asked::new("CANARY", path)).await;
    }
    machine.send(Asked::get("/").header("host", "canary.test")).await.is(421);
    let page = house.metrics().await;
    let known: Vec<&str> = doorward_routes();
    for (name, value) in page.labels() {
        assert!(!value.to_lowercase().contains("canary"), "{name}={value}");
        assert!(name != "route" || value == "none" || known.contains(&value), "{value} is no route of ours");
    }
    assert!(page.get(REQUESTS, &[("route", "none"), ("status", "4xx")]) >= 2);
    assert!(page.get(REQUESTS, &[("route", "/api/v2/clients/{id}"), ("status", "4xx")]) >= 1);
}

fn doorward_routes() -> Vec<&'static str> {
    let mut routes = doorward_authentication::routes::routes();
    routes.extend(doorward_management::routes::routes());
    routes.extend(doorward_dashboard::routes::routes());
    routes.iter().map(|route| route.path).chain(["/healthz", "/readyz", "/assets/{file}"]).collect()
}

#[tokio::test]
async fn every_number_is_in_the_documentation() {
    let reference = include_str!("../../../../docs/reference/metrics.md");
    let page = House::new().await.metrics().await;
    assert!(page.kinds.len() > 12, "{:?}", page.kinds);
    for (name, kind) in &page.kinds {
        assert!(reference.contains(&format!("| `{name}` | {kind} |")), "{name}");
    }
}

/// The address of people and programs has no metrics, whoever asks (CVE-2026-91998).
#[tokio::test]
async fn the_public_address_gives_no_metrics() {
    let house = House::new().await;
    house.get("/metrics").await.is(404);
    let machine = house.machine(&["read:clients", "read:logs"]).await;
    machine.get("/metrics").await.is(404);
    house.admin().await.get("/metrics").await.is(404);
}
