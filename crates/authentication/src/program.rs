//! A request of a program at one of the endpoints below `/oauth`: form and JSON alike.
//!
//! Owns how such requests begin (whom they are for, who sends them, what they hold) and end (which page may read the
//! answer). What happens in between is each endpoint's own.
//!
//! Source: RFC 6749 §3.2, §5. SDKs send JSON with `null` members, empty texts and members that
//! nobody knows; all of that is no mistake.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use doorward_engine::app::App;
use doorward_engine::caller::{Caller, Who};
use doorward_engine::fault::Fault;
use doorward_engine::tokens::{Answered, Sent};
use doorward_protocol::oauth::error::{OAuthErrorCode, TokenError};
use doorward_protocol::oauth::params::Params;
use doorward_web::body::{self, RawBody};
use doorward_web::fault::OAuthFault;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value};

use crate::preflight;

/// Extractor: the request, read and not yet judged.
pub(crate) struct Asked {
    web: Web,
    headers: HeaderMap,
    caller: Caller,
    authorization: Option<String>,
    params: Params,
}

impl FromRequest<Web> for Asked {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Tenant(tenant) = Tenant::from_request_parts(&mut parts, web).await.map_err(refused)?;
        let Visitor(info) = Visitor::from_request_parts(&mut parts, web).await.map_err(refused)?;
        let headers = std::mem::take(&mut parts.headers);
        let RawBody(body) =
            RawBody::from_request(Request::from_parts(parts, body), web).await.map_err(unreadable)?;
        let params = read(&headers, &body).map_err(|error| unreadable(OAuthFault(Fault::Token(error))))?;
        Ok(Self {
            web: web.clone(),
            authorization: authorization(&headers),
            headers,
            caller: Caller { tenant, who: Who::Anonymous, info },
            params,
        })
    }
}

impl Asked {
    /// The use cases.
    pub(crate) fn app(&self) -> &App {
        self.web.app()
    }

    /// The request as the use cases take it.
    pub(crate) fn sent(&self) -> Sent<'_> {
        Sent { caller: &self.caller, authorization: self.authorization.as_deref(), params: &self.params }
    }

    /// The answer, which a page of the client's own origins may read; `shown` is how one looks that is no fault.
    pub(crate) async fn answer<T>(
        &self,
        answered: Answered<T>,
        shown: impl FnOnce(T) -> Response,
    ) -> Response {
        let Answered { client, outcome } = answered;
        let response = response(outcome, shown);
        preflight::answer(&self.web, &self.caller, response, &self.headers, client.as_deref()).await
    }
}

/// An answer, whoever may read it.
pub(crate) fn response<T>(outcome: Result<T, Fault>, shown: impl FnOnce(T) -> Response) -> Response {
    outcome.map_or_else(|fault| OAuthFault(fault).into_response(), shown)
}

fn refused(refusal: impl IntoResponse) -> Response {
    refusal.into_response()
}

/// What cannot be read names no client.
fn unreadable(refusal: impl IntoResponse) -> Response {
    preflight::of_no_client(refusal.into_response())
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Params, TokenError> {
    let params = if body::is_json(headers) {
        Params::from_json(body)
    } else if body::is_form(headers) || !headers.contains_key(CONTENT_TYPE) {
        Params::from_form(body)
    } else {
        let text = "Send the parameters as application/x-www-form-urlencoded or application/json.";
        return Err(TokenError::new(OAuthErrorCode::InvalidRequest, text));
    };
    Ok(params?)
}

/// The header; one that cannot be read, or several, count as one that proves nothing.
fn authorization(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let first = values.next()?.to_str().unwrap_or_default();
    Some(if values.next().is_some() { String::new() } else { first.to_owned() })
}

/// JSON that nobody may keep.
pub(crate) fn json(body: Map<String, Value>) -> Response {
    uncached(Json(body).into_response())
}

/// An answer that nobody may keep (RFC 6749 §5.1).
pub(crate) fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
