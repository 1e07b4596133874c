//! Calls from the pages of other origins: the preflight, and who may read an answer.
//!
//! A preflight names no client, so any origin is told that it may ask: without credentials, which
//! gives a page nothing that a program without a browser would not have. Who may *read* the answer
//! is decided when the client is known, from its own lists: an origin on none of them gets no header.
//! Source: the Fetch standard, "CORS protocol"; the brief, "Allowed Origins (CORS)".

use axum::response::Response;
use doorward_engine::clients_cache::ClientEntry;
use doorward_protocol::oauth::cors::allowed_origin;
use doorward_web::cors;
use http::HeaderMap;

pub(crate) async fn get(headers: HeaderMap) -> Response {
    cors::preflight(cors::origin(&headers), "GET")
}

pub(crate) async fn post(headers: HeaderMap) -> Response {
    cors::preflight(cors::origin(&headers), "POST")
}

pub(crate) async fn get_and_post(headers: HeaderMap) -> Response {
    cors::preflight(cors::origin(&headers), "GET, POST")
}

/// Lets the page that asks read the answer, when its origin is on a list of the client.
pub(crate) fn permit(mut response: Response, asked: &HeaderMap, client: Option<&ClientEntry>) -> Response {
    match (cors::origin(asked), client) {
        (Some(origin), Some(entry)) if allowed_origin(&entry.client, origin) => {
            cors::permit(response.headers_mut(), origin);
        }
        _ => cors::vary(response.headers_mut()),
    }
    response
}
