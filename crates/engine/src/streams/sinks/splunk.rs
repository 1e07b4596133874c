//! Splunk's HTTP Event Collector: objects one after the other, each with its time, and a token.
//!
//! Source: Splunk's manual, "Format events for HTTP Event Collector".

use doorward_model::stream::sink::SplunkSink;
use http::HeaderValue;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::super::record::Record;
use super::Request;

pub(super) fn element(sink: &SplunkSink, record: &Record) -> Vec<u8> {
    let millis = record.at.millis();
    let host = record.object.get("data").and_then(|data| data.get("hostname"));
    let mut event = json!({
        // Seconds with three places, as the collector wants them.
        "time": format!("{}.{:03}", millis.div_euclid(1000), millis.rem_euclid(1000)),
        "source": "doorward",
        "sourcetype": sink.source_type,
        "event": record.object,
    });
    if let Some(host) = host {
        event["host"] = host.clone();
    }
    if let Some(index) = &sink.index {
        event["index"] = Value::from(index.as_str());
    }
    event.to_string().into_bytes()
}

pub(super) fn request(sink: &SplunkSink, records: &[Record]) -> Option<Request> {
    let mut token = HeaderValue::from_str(&format!("Splunk {}", sink.token.expose())).ok()?;
    token.set_sensitive(true);
    let json = HeaderValue::from_static("application/json");
    let mut body = Vec::new();
    for record in records {
        body.extend(element(sink, record));
        body.push(b'\n');
    }
    Some((vec![(AUTHORIZATION, token), (CONTENT_TYPE, json)], body))
}
