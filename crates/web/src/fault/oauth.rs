//! The Authentication API's skin: `{"error","error_description"}`, never stored by a cache.
//!
//! Source: RFC 6749 §5.2; RFC 6750 §3. A challenge is sent only where the standard demands one: some
//! clients read an answer with a challenge as another kind of error.

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use super::json::message;
use super::{Circumstances, Refusal};

pub(super) fn dress(refusal: &Refusal, circumstances: &Circumstances<'_>) -> Response {
    let body = serde_json::json!({
        "error": refusal.oauth_code(),
        "error_description": message(refusal, circumstances.reference),
    });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = refusal.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    if let Some(challenge) = challenge(refusal, circumstances.has_authorization) {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

fn challenge(refusal: &Refusal, has_authorization: bool) -> Option<&'static str> {
    match (refusal.status(), refusal.oauth_code()) {
        // RFC 6749 §5.2: a client that tried Basic is told that Basic is meant.
        (StatusCode::UNAUTHORIZED, "invalid_client") => {
            refusal.wants_basic().then_some("Basic realm=\"doorward\"")
        }
        // RFC 6750 §3.1: whoever sent nothing, neither in the header nor in a form, is told no error code.
        (StatusCode::UNAUTHORIZED, "invalid_token") if refusal.sent_nothing() && !has_authorization => {
            Some("Bearer")
        }
        (StatusCode::UNAUTHORIZED, "invalid_token") => Some("Bearer error=\"invalid_token\""),
        (StatusCode::FORBIDDEN, "insufficient_scope") => Some("Bearer error=\"insufficient_scope\""),
        _ => None,
    }
}
