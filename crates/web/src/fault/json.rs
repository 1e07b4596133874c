//! The Management API's skin: `{"statusCode","error","message","errorCode"}`.
//!
//! Source: SURFACE §2.2; RFC 6750 §3 for the challenge.

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value};

use super::{Circumstances, Refusal};

/// The object, without a reference.
pub(super) fn body(refusal: &Refusal) -> Map<String, Value> {
    object(refusal, refusal.text())
}

fn object(refusal: &Refusal, message: &str) -> Map<String, Value> {
    let status = refusal.status();
    let mut body = Map::new();
    body.insert("statusCode".to_owned(), status.as_u16().into());
    body.insert("error".to_owned(), status.canonical_reason().unwrap_or("Error").into());
    body.insert("message".to_owned(), message.into());
    if let Some(code) = refusal.error_code() {
        body.insert("errorCode".to_owned(), code.into());
    }
    if let Some(attribute) = refusal.attribute() {
        body.insert("attributes".to_owned(), serde_json::json!({ "error": attribute }));
    }
    body
}

pub(super) fn dress(refusal: &Refusal, circumstances: &Circumstances<'_>) -> Response {
    let status = refusal.status();
    let body = object(refusal, &message(refusal, circumstances.reference));
    let mut response = Response::new(Body::from(Value::Object(body).to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The public text, and where the operator finds the rest.
pub(super) fn message(refusal: &Refusal, reference: Option<&str>) -> String {
    match reference {
        Some(reference) => format!("{} Reference: {reference}", refusal.text()),
        None => refusal.text().to_owned(),
    }
}
