//! An event of the log as tools know it: what the Management API gives, and the dashboard shows.
//!
//! A pure function. Source: the record of `/api/v2/logs`; `_id` and `log_id` are the same.

use doorward_model::log::agent;
use doorward_model::log::event::Event;
use serde_json::{Map, Value, json};

/// The form of the record that the original's tools know.
const SCHEMA: &str = "1.0.0";

/// An event; what is not known of it is left out.
#[must_use]
pub fn event(event: &Event) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("date", json!(event.at.to_string()));
    put("type", json!(event.code.as_str()));
    put("description", json!(event.description));
    let texts = [
        ("connection", &event.connection_name),
        ("connection_id", &event.connection.as_ref().map(ToString::to_string)),
        ("client_id", &event.client.as_ref().map(ToString::to_string)),
        ("client_name", &event.client_name),
        ("ip", &event.ip),
        ("user_agent", &event.user_agent),
        ("hostname", &event.hostname),
        ("user_id", &event.user.as_ref().map(ToString::to_string)),
        ("user_name", &event.user_name),
        ("audience", &event.audience),
        ("scope", &event.scope),
        ("strategy", &event.strategy),
        ("strategy_type", &event.strategy_type),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            put(name, json!(text));
        }
    }
    if let Some(sdk) = &event.auth0_client {
        put("auth0_client", sdk.clone());
    }
    let mut details = event.details.clone();
    if event.count > 1 {
        details.insert("count".to_owned(), json!(event.count));
    }
    put("details", Value::Object(details));
    put("$event_schema", json!({ "version": SCHEMA }));
    if let Some(hostname) = &event.hostname {
        put("tenant_name", json!(hostname));
    }
    put("_id", json!(event.id));
    put("log_id", json!(event.id));
    put("isMobile", json!(event.user_agent.as_deref().is_some_and(agent::is_mobile)));
    object
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::{ClientId, LogId};
    use doorward_model::log::code::EventCode;
    use doorward_model::time::Timestamp;

    use super::*;

    fn sample() -> Event {
        Event {
            client: Some(ClientId::parse("abc").unwrap()),
            client_name: Some("Shop".to_owned()),
            user_name: Some("ada@example.com".to_owned()),
            ip: Some("203.0.113.9".to_owned()),
            user_agent: Some("Mozilla/5.0 (iPhone) Mobile/15E148".to_owned()),
            hostname: Some("id.acme.test".to_owned()),
            fold_key: Some("private".to_owned()),
            count: 3,
            ..Event::new(
                LogId::parse("90020251123").unwrap(),
                Timestamp::from_millis(1_763_877_600_123),
                EventCode::WrongPassword,
                "Wrong email or password.",
            )
        }
    }

    #[test]
    fn an_event_is_shown_under_the_names_that_tools_know() {
        let shown = Value::Object(event(&sample()));
        let expected = json!({
            "date": "2025-11-23T06:00:00.123Z",
            "type": "fp",
            "description": "Wrong email or password.",
            "client_id": "abc",
            "client_name": "Shop",
            "ip": "203.0.113.9",
            "user_agent": "Mozilla/5.0 (iPhone) Mobile/15E148",
            "hostname": "id.acme.test",
            "user_name": "ada@example.com",
            "details": { "count": 3 },
            "$event_schema": { "version": "1.0.0" },
            "tenant_name": "id.acme.test",
            "_id": "90020251123",
            "log_id": "90020251123",
            "isMobile": true,
        });
        assert_eq!(shown, expected);
    }
}
