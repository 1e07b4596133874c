//! A hosted collector of Sumo Logic: one JSON object per line. The address is all the proof it wants.
//!
//! Source: Sumo Logic's manual, "Upload logs to an HTTP source".

use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::super::record::Record;
use super::{Request, lines};

pub(super) fn request(records: &[Record]) -> Request {
    (vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))], lines(records))
}
