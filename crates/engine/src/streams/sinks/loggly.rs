//! Loggly's bulk endpoint: one JSON object per line; token and tag stand in the address.
//!
//! Source: Loggly's manual, "HTTP/S bulk endpoint".

use doorward_model::stream::sink::LogglySink;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};

use super::super::record::Record;
use super::{Request, lines};

const TAG: HeaderName = HeaderName::from_static("x-loggly-tag");

pub(super) fn request(sink: &LogglySink, records: &[Record]) -> Option<Request> {
    let tag = HeaderValue::from_str(&sink.tag).ok()?;
    let json = HeaderValue::from_static("application/json");
    Some((vec![(CONTENT_TYPE, json), (TAG, tag)], lines(records)))
}
