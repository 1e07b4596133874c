//! What every answer below `/api/v2/` carries, whoever made it: refusals, unknown addresses and
//! wrong methods included.
//!
//! A token proves the caller here, never a cookie: any page that holds one may read the answer.
//! Source: the Management API's rate headers; the Fetch standard, "CORS protocol".

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::cors;
use crate::rate::Standing;

/// The methods of the Management API, for preflights.
pub const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Whether a path belongs to the Management API.
#[must_use]
pub fn is_below(path: &str) -> bool {
    path.starts_with("/api/v2/")
}

/// Completes the headers of an answer.
pub(crate) fn complete(headers: &mut HeaderMap, standing: &Standing) {
    if !headers.contains_key(http::header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        cors::permit_everybody(headers);
    }
    headers.insert(LIMIT, HeaderValue::from(standing.limit));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(standing.reset));
}
