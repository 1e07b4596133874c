//! Calls from the pages of other origins: the preflight, and who may read an answer.
//!
//! A preflight names no client, so any origin is told that it may ask: without credentials, which
//! gives a page nothing that a program without a browser would not have. Who may *read* the answer
//! is decided when the client is known, from its own lists: an origin on none of them gets no header. What is
//! refused before that says nothing of anybody, and every page may read it.
//! Source: the Fetch standard, "CORS protocol"; the brief, "Allowed Origins (CORS)".

use axum::response::{IntoResponse, Response};
use doorward_engine::caller::Caller;
use doorward_engine::clients_cache::ClientEntry;
use doorward_engine::origins;
use doorward_protocol::oauth::cors::allowed_origin;
use doorward_web::cors;
use doorward_web::fault::OAuthFault;
use doorward_web::state::Web;
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

/// As [`permit`]; that the origin is on no list is written down, for whoever looks for the reason in a
/// browser's console finds only that there is one.
pub(crate) async fn answer(
    web: &Web,
    caller: &Caller,
    response: Response,
    asked: &HeaderMap,
    client: Option<&ClientEntry>,
) -> Response {
    if let (Some(origin), Some(entry)) = (cors::origin(asked), client)
        && origin != caller.tenant.tenant.issuer.origin()
        && !allowed_origin(&entry.client, origin)
        && let Err(fault) = origins::refused(web.app(), caller, entry, origin).await
    {
        return OAuthFault(fault).into_response();
    }
    permit(response, asked, client)
}

/// Lets the page that asks read the answer, when its origin is on a list of the client; everybody, when there is
/// no client.
fn permit(mut response: Response, asked: &HeaderMap, client: Option<&ClientEntry>) -> Response {
    let Some(entry) = client else { return of_no_client(response) };
    match cors::origin(asked) {
        Some(origin) if allowed_origin(&entry.client, origin) => cors::permit(response.headers_mut(), origin),
        _ => cors::vary(response.headers_mut()),
    }
    response
}

/// Lets every page read what is refused before a client is known. There is no list to ask, no cookie counted,
/// and a page that cannot read the answer takes it for a network that failed. See decision 0043.
pub(crate) fn of_no_client(mut refusal: Response) -> Response {
    cors::vary(refusal.headers_mut());
    cors::permit_everybody(refusal.headers_mut());
    refusal
}
