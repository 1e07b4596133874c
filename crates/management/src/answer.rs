//! How answers leave: JSON that no cache keeps, and the answer to a preflight.
//!
//! The API is for bearers of tokens, never of cookies, so any origin may call it; the guard of the
//! routes says so on every answer. Source: RFC 6750 §5.3 for `no-store`; the Fetch standard.

use axum::Json;
use axum::response::{IntoResponse, Response};
use doorward_web::cors;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

/// The methods of this front.
const METHODS: &str = "GET, POST, PATCH, DELETE";

/// An answer with a body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer to a browser that asks whether a page may call.
pub(crate) async fn preflight(headers: HeaderMap) -> Response {
    cors::preflight(cors::origin(&headers), METHODS)
}
