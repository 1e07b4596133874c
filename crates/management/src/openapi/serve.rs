//! `GET /api/v2/openapi.json`: the document, to everybody. It says what this server can do, which its
//! documentation says as well, and holds nothing of a tenant; tools read it before they have a token.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use doorward_protocol::digest::sha256;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};

/// Its address.
pub(crate) const PATH: &str = "/api/v2/openapi.json";

/// As it lies in the repository, where a test keeps it true.
const DOCUMENT: &str = include_str!("../../../../openapi/management-v2.json");

static TAG: LazyLock<String> = LazyLock::new(|| {
    let digest = sha256(DOCUMENT.as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
});

pub(crate) async fn serve(headers: HeaderMap) -> Response {
    let cached = [
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        (ETAG, HeaderValue::from_str(&TAG).unwrap_or(HeaderValue::from_static("\"\""))),
    ];
    if is_known(&headers) {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    (cached, [(CONTENT_TYPE, kind)], DOCUMENT).into_response()
}

/// Whether whoever asks has it already. Source: RFC 9110 §13.1.2, weak comparison.
fn is_known(headers: &HeaderMap) -> bool {
    let tags = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = tags.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == TAG.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_among_others_and_in_its_weak_form() {
        let known = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, value.parse().unwrap());
            is_known(&headers)
        };
        assert!(known(&TAG) && known("*") && known(&format!("\"x\", W/{}", *TAG)));
        assert!(!known("\"x\"") && !known("") && !is_known(&HeaderMap::new()));
    }
}
