//! Headers that let a page of another origin read an answer. Which origins may is decided from what
//! is stored of the client, never here. Source: the Fetch standard, "CORS protocol".
//!
//! Credentials are never allowed across origins: no answer here depends on a cookie.

use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

/// `dpop` is only read over: a page whose library sends it could not ask at all otherwise.
const ALLOWED_HEADERS: HeaderValue =
    HeaderValue::from_static("auth0-client, authorization, content-type, dpop");
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static(
    "retry-after, www-authenticate, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset",
);

/// The one origin that asks; none when the request names none, or several.
#[must_use]
pub fn origin(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(ORIGIN).iter();
    let first = values.next()?.to_str().ok()?;
    (values.next().is_none() && first != "null").then_some(first)
}

/// Lets `origin`, and nobody else, read the answer.
pub fn permit(answer: &mut HeaderMap, origin: &str) {
    vary(answer);
    if let Ok(value) = HeaderValue::from_str(origin) {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value);
        answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    }
}

/// Says that the answer depends on who asks; for answers that depend on it and permit nothing.
pub fn vary(answer: &mut HeaderMap) {
    answer.append(VARY, HeaderValue::from_static("origin"));
}

/// Lets everybody read the answer: for what is public anyway, such as keys.
pub fn permit_everybody(answer: &mut HeaderMap) {
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
}

/// The answer to a preflight. With no `origin` nothing is permitted.
#[must_use]
pub fn preflight(origin: Option<&str>, methods: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    match origin {
        Some(origin) => {
            permit(headers, origin);
            headers.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
        None => vary(headers),
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_origin_is_permitted_and_never_with_credentials() {
        let mut headers = HeaderMap::new();
        permit(&mut headers, "https://app.test");
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.test");
        assert_eq!(headers[VARY], "origin");
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }

    #[test]
    fn an_origin_with_a_line_break_permits_nothing() {
        let mut headers = HeaderMap::new();
        permit(&mut headers, "https://app.test\r\nset-cookie: a=b");
        assert!(!headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
    }

    #[test]
    fn a_preflight_permits_what_it_is_told_and_nothing_without_an_origin() {
        let yes = preflight(Some("https://app.test"), "POST");
        assert_eq!(yes.status(), 204);
        assert_eq!(yes.headers()[ACCESS_CONTROL_ALLOW_METHODS], "POST");
        let allowed = "auth0-client, authorization, content-type, dpop";
        assert_eq!(yes.headers()[ACCESS_CONTROL_ALLOW_HEADERS], allowed);
        let no = preflight(None, "POST");
        assert!(!no.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
        assert!(!no.headers().contains_key(ACCESS_CONTROL_ALLOW_METHODS));
    }

    #[test]
    fn who_asks_must_be_one_real_origin() {
        let mut headers = HeaderMap::new();
        assert_eq!(origin(&headers), None);
        headers.append(ORIGIN, "null".parse().unwrap());
        assert_eq!(origin(&headers), None);
        headers.insert(ORIGIN, "https://app.test".parse().unwrap());
        assert_eq!(origin(&headers), Some("https://app.test"));
        headers.append(ORIGIN, "https://evil.test".parse().unwrap());
        assert_eq!(origin(&headers), None);
    }
}
