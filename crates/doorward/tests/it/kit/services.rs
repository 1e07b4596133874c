//! How the services of log streams answer: each wants its own proof and its own shape, and takes nothing else.
//!
//! Where a service would store any text as it is, what is no record of ours is refused all the same: nobody could
//! search for it there. Source: Splunk's manual, "Format events for HTTP Event Collector" and "Troubleshoot HTTP
//! Event Collector"; Loggly's, "HTTP/S bulk endpoint"; Sumo Logic's, "HTTP Logs and Metrics Source" and
//! "Troubleshooting HTTP Sources".

use serde_json::{Deserializer, Value};

use super::receiver::{Got, Said};

/// The token of the collector at Splunk.
pub const SPLUNK_TOKEN: &str = "b0221cd8-c4b4-465a-9a3c-273e3a75aa29";
/// The index that belongs to the token.
pub const SPLUNK_INDEX: &str = "main";
/// The customer token of Loggly.
pub const LOGGLY_TOKEN: &str = "95c3b2a7-0f5e-4b0c-8d0f-2f4c6d1a9e11";
/// The path of the HTTP source at Sumo Logic.
pub const SUMO_PATH: &str = "/receiver/v1/http/ZaVnC4dhaV1hYUxhcmdlU2VjcmV0==";
/// The whole `Authorization` of whoever takes a POST at [`HTTP_PATH`].
pub const HTTP_AUTHORIZATION: &str = "Bearer of-the-house-that-logs";
pub const HTTP_PATH: &str = "/in";

/// The most bytes of a request at Sumo Logic, before compression.
const SUMO_MOST: usize = 1 << 20;

/// Whichever service the address belongs to; each has a host of its own in earnest.
pub fn any(got: &Got) -> Said {
    match got.path.split('/').nth(1) {
        Some("services") => splunk(got),
        Some("bulk") => loggly(got),
        Some("receiver") => sumo(got),
        _ => http("JSONLINES")(got),
    }
}

/// Splunk's HTTP Event Collector.
pub fn splunk(got: &Got) -> Said {
    if got.method != "POST" || got.path != "/services/collector/event" {
        return Said::Status(404, r#"{"text":"The requested URL was not found on this server.","code":404}"#);
    }
    match got.header("authorization").split_once(' ') {
        None => return Said::Status(401, r#"{"text":"Token is required","code":2}"#),
        Some(("Splunk", SPLUNK_TOKEN)) => {}
        Some(("Splunk", _)) => return Said::Status(403, r#"{"text":"Invalid token","code":4}"#),
        Some(_) => return Said::Status(401, r#"{"text":"Invalid authorization","code":3}"#),
    }
    let events: Result<Vec<Value>, _> = Deserializer::from_slice(&got.body).into_iter().collect();
    match events {
        Ok(events) if events.is_empty() => Said::Status(400, r#"{"text":"No data","code":5}"#),
        Ok(events) if !events.iter().all(is_envelope) => {
            Said::Status(400, r#"{"text":"Invalid data format","code":6}"#)
        }
        Ok(events) if events.iter().any(|event| event.get("index").is_some_and(|it| it != SPLUNK_INDEX)) => {
            Said::Status(400, r#"{"text":"Incorrect index","code":7}"#)
        }
        Ok(_) => Said::Status(200, r#"{"text":"Success","code":0}"#),
        Err(_) => Said::Status(400, r#"{"text":"Invalid data format","code":6}"#),
    }
}

/// An event with what Splunk knows about it beside it, and nothing else.
fn is_envelope(object: &Value) -> bool {
    const TEXTS: [&str; 4] = ["host", "index", "source", "sourcetype"];
    let Some(members) = object.as_object() else { return false };
    let is_known = |(name, value): (&String, &Value)| match name.as_str() {
        "event" => is_record(value),
        "time" => value.as_str().is_some_and(is_time),
        name => TEXTS.contains(&name) && value.as_str().is_some_and(|text| !text.is_empty()),
    };
    members.contains_key("event") && members.iter().all(is_known)
}

/// Seconds since 1970, with three places.
fn is_time(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(seconds, millis)| {
        seconds.len() == 10 && digits(seconds) && millis.len() == 3 && digits(millis)
    })
}

/// Loggly's bulk endpoint.
pub fn loggly(got: &Got) -> Said {
    let parts: Vec<&str> = got.path.split('/').collect();
    match parts[..] {
        ["", "bulk", LOGGLY_TOKEN, "tag", tag, ""] if !tag.is_empty() && got.method == "POST" => {
            if lines(got).is_some() {
                Said::Status(200, r#"{"response":"ok"}"#)
            } else {
                Said::Status(400, r#"{"response":"Bad Request"}"#)
            }
        }
        ["", "bulk", _, "tag", _, ""] => Said::Status(403, r#"{"response":"Forbidden"}"#),
        _ => Said::Status(404, r#"{"response":"Not Found"}"#),
    }
}

/// An HTTP source of a hosted collector of Sumo Logic. It says nothing to what it takes.
pub fn sumo(got: &Got) -> Said {
    if got.method != "POST" || got.path != SUMO_PATH {
        return Said::Status(401, "");
    }
    let fits = got.body.len() <= SUMO_MOST;
    Said::Status(if fits && lines(got).is_some() { 200 } else { 400 }, "")
}

/// Somebody who takes a POST with that `httpContentFormat`.
pub fn http(format: &'static str) -> impl Fn(&Got) -> Said {
    move |got| {
        if got.method != "POST" || got.path != HTTP_PATH {
            return Said::Status(404, "nothing here");
        }
        if got.header("authorization") != HTTP_AUTHORIZATION {
            return Said::Status(401, "who are you");
        }
        let whole = || serde_json::from_slice::<Value>(&got.body).ok();
        let is_right = got.header("content-type") == "application/json"
            && match format {
                "JSONLINES" => lines(got).is_some(),
                "JSONARRAY" => {
                    whole().is_some_and(|list| list.as_array().is_some_and(|list| are_records(list)))
                }
                _ => whole().is_some_and(|record| is_record(&record)),
            };
        if is_right { Said::Status(200, "thanks") } else { Said::Status(400, "what is that") }
    }
}

/// A record on each line, the last one ended, too; none when it is anything else.
fn lines(got: &Got) -> Option<Vec<Value>> {
    let text = std::str::from_utf8(&got.body).ok()?.strip_suffix('\n')?;
    let records: Vec<Value> = text.split('\n').map(serde_json::from_str).collect::<Result<_, _>>().ok()?;
    are_records(&records).then_some(records)
}

fn are_records(records: &[Value]) -> bool {
    !records.is_empty() && records.iter().all(is_record)
}

/// `{"log_id", "data"}`, the same id in both, with a type and a time.
fn is_record(value: &Value) -> bool {
    let (Some(members), data) = (value.as_object(), &value["data"]) else { return false };
    let is_text = |name: &str| data[name].as_str().is_some_and(|text| !text.is_empty());
    members.len() == 2
        && value["log_id"] == data["log_id"]
        && ["log_id", "date", "type"].into_iter().all(is_text)
}
