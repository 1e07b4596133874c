//! Anything that takes a POST. With a key each request is signed, so that a receiver can tell who sent it
//! and that nobody changed or kept it: HMAC-SHA256 over the time, a dot and the body before compression.
//!
//! Source: the `http` sink of `/api/v2/log-streams`; the signature is our own, `docs/guides/log-streams.md`.

use std::io::Write as _;

use data_encoding::HEXLOWER;
use doorward_model::stream::sink::{ContentFormat, HttpSink};
use doorward_model::time::Timestamp;
use doorward_protocol::digest::hmac_sha256;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};

use super::super::record::Record;
use super::{Request, json, lines};

const SIGNATURE: HeaderName = HeaderName::from_static("doorward-signature");

pub(super) fn is_one_by_one(sink: &HttpSink) -> bool {
    sink.format == ContentFormat::Object
}

pub(super) fn request(sink: &HttpSink, records: &[Record], now: Timestamp) -> Option<Request> {
    let body = match sink.format {
        ContentFormat::Lines => lines(records),
        ContentFormat::Array => array(records),
        ContentFormat::Object => json(records.first()?),
    };
    let mut headers = vec![(CONTENT_TYPE, HeaderValue::from_str(&sink.content_type).ok()?)];
    if let Some(secret) = &sink.authorization {
        headers.push((AUTHORIZATION, secret_value(secret.expose())?));
    }
    for (name, value) in &sink.headers {
        headers.push((HeaderName::from_bytes(name.as_bytes()).ok()?, secret_value(value.expose())?));
    }
    if let Some(key) = &sink.signing_key {
        headers.push((SIGNATURE, HeaderValue::from_str(&signature(key.expose(), &body, now)).ok()?));
    }
    if !sink.gzip {
        return Some((headers, body));
    }
    headers.push((CONTENT_ENCODING, HeaderValue::from_static("gzip")));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&body).ok()?;
    Some((headers, encoder.finish().ok()?))
}

/// `t=1795000000,v1=…`: the time in seconds, and the signature in hexadecimal digits.
fn signature(key: &str, body: &[u8], now: Timestamp) -> String {
    let time = now.seconds().to_string();
    let tag = hmac_sha256(key.as_bytes(), &[time.as_bytes(), b".", body]);
    format!("t={time},v1={}", HEXLOWER.encode(&tag))
}

/// A value that is left out of what a debugger prints.
fn secret_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn array(records: &[Record]) -> Vec<u8> {
    let mut body = vec![b'['];
    for (at, record) in records.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend(json(record));
    }
    body.push(b']');
    body
}
