//! The bodies and headers that receivers get.

use doorward_model::stream::SinkKind;
use serde_json::{Value, json};

use super::*;

fn records(count: usize) -> Vec<Record> {
    let record = |number: usize| Record {
        id: doorward_model::ids::LogId::parse(&format!("90{number}")).unwrap(),
        at: Timestamp::from_millis(1_763_877_600_007),
        object: json!({ "log_id": format!("90{number}"), "data": { "hostname": "id.test", "n": "a\nb" } })
            .as_object()
            .unwrap()
            .clone(),
    };
    (0..count).map(record).collect()
}

fn sink(kind: SinkKind, object: &Value) -> Sink {
    Sink::read(kind, object.as_object().unwrap(), None).unwrap()
}

fn sent(sink: &Sink, records: &[Record]) -> (Vec<(String, String)>, Vec<u8>) {
    let post = post(sink, records, Timestamp::from_seconds(1_795_000_000)).unwrap();
    let header = |(name, value): &(HeaderName, HeaderValue)| {
        (name.as_str().to_owned(), value.to_str().unwrap().to_owned())
    };
    (post.headers.iter().map(header).collect(), post.body)
}

fn json_lines(body: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(body).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn http_has_three_formats_and_its_own_headers() {
    let two = records(2);
    let make = |format: &str| {
        sink(
            SinkKind::Http,
            &json!({
                "httpEndpoint": "https://in.test/x?y=1", "httpContentFormat": format, "httpAuthorization": "Key k",
                "httpCustomHeaders": [{ "header": "X-One", "value": "1" }],
            }),
        )
    };
    let (headers, body) = sent(&make("JSONLINES"), &two);
    assert_eq!(
        json_lines(&body),
        [Value::Object(two[0].object.clone()), Value::Object(two[1].object.clone())]
    );
    let expected = [("content-type", "application/json"), ("authorization", "Key k"), ("x-one", "1")];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let (_, body) = sent(&make("JSONARRAY"), &two);
    let array: Vec<Value> = serde_json::from_slice(&body).unwrap();
    assert_eq!(array.len(), 2);
    let one = make("JSONOBJECT");
    assert_eq!(fitting(&one, &two, 500), 1);
    let (_, body) = sent(&one, &two[..1]);
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["log_id"], "900");
}

#[test]
fn the_signature_is_over_time_and_body_also_when_it_is_compressed() {
    let make = |gzip: bool| {
        let object = json!({ "httpEndpoint": "https://in.test/", "httpSigningKey": "key", "httpGzip": gzip });
        sink(SinkKind::Http, &object)
    };
    let (plain_headers, plain) = sent(&make(false), &records(1));
    let (headers, packed) = sent(&make(true), &records(1));
    let signature = |headers: &[(String, String)]| {
        headers.iter().find(|(name, _)| name == "doorward-signature").unwrap().1.clone()
    };
    assert_eq!(signature(&headers), signature(&plain_headers));
    assert!(headers.contains(&("content-encoding".to_owned(), "gzip".to_owned())));
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
    let (time, tag) = plain_headers[1].1.split_once(",v1=").unwrap();
    assert_eq!(time, "t=1795000000");
    assert_eq!(tag.len(), 64);
}

#[test]
fn splunk_sumo_and_loggly_get_what_their_manuals_ask_for() {
    let object = json!({ "splunkDomain": "splunk.test", "splunkToken": "tok", "splunkIndex": "main" });
    let (headers, body) = sent(&sink(SinkKind::Splunk, &object), &records(2));
    assert_eq!(headers[0], ("authorization".to_owned(), "Splunk tok".to_owned()));
    let events = json_lines(&body);
    assert_eq!(
        events[1],
        json!({
            "time": "1763877600.007", "source": "doorward", "sourcetype": "doorward:events", "host": "id.test",
            "index": "main", "event": records(2)[1].object,
        })
    );
    let sumo = sink(SinkKind::Sumo, &json!({ "sumoSourceAddress": "https://collect.test/receiver/secret" }));
    assert_eq!(json_lines(&sent(&sumo, &records(3)).1).len(), 3);
    let loggly = sink(SinkKind::Loggly, &json!({ "logglyToken": "tok", "logglyTag": "prod" }));
    let (headers, body) = sent(&loggly, &records(2));
    assert!(headers.contains(&("x-loggly-tag".to_owned(), "prod".to_owned())));
    assert_eq!(json_lines(&body).len(), 2);
}

#[test]
fn a_request_is_bounded_by_number_and_by_bytes_but_holds_one() {
    let sumo = sink(SinkKind::Sumo, &json!({ "sumoSourceAddress": "https://collect.test/" }));
    let mut many = records(600);
    assert_eq!(fitting(&sumo, &many, 500), 500);
    assert_eq!(fitting(&sumo, &many, 0), 1);
    many[0].object.insert("big".to_owned(), Value::from("x".repeat(MAX_BODY)));
    assert_eq!(fitting(&sumo, &many, 500), 1);
    assert_eq!(fitting(&sumo, &many[1..], 500), 500);
}
