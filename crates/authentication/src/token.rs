//! `/oauth/token`: form and JSON alike.
//!
//! Source: RFC 6749 §3.2, §5. SDKs send JSON with `null` members, empty texts and members that
//! nobody knows; all of that is no mistake.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::fault::Fault;
use doorward_engine::tokens::{self, Answered, TokenAnswer};
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

pub(crate) async fn token(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Response {
    let params = match read(&headers, &body) {
        Ok(params) => params,
        Err(error) => return OAuthFault(Fault::Token(error)).into_response(),
    };
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let authorization = authorization(&headers);
    let Answered { client, outcome } =
        tokens::grant(web.app(), &caller, authorization.as_deref(), &params).await;
    let response = match outcome {
        Ok(answer) => json(given(&answer)),
        Err(fault) => OAuthFault(fault).into_response(),
    };
    preflight::answer(&web, &caller, response, &headers, client.as_deref()).await
}

pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Params, TokenError> {
    let params = if body::is_json(headers) {
        Params::from_json(body)
    } else if body::is_form(headers) || !headers.contains_key(CONTENT_TYPE) {
        Params::from_form(body)
    } else {
        let text = "Send the parameters as application/x-www-form-urlencoded or application/json.";
        return Err(TokenError::new(OAuthErrorCode::InvalidRequest, text));
    };
    params.map_err(|error| TokenError::new(OAuthErrorCode::InvalidRequest, &error.to_string()))
}

/// The header; one that cannot be read, or several, count as one that proves nothing.
pub(crate) fn authorization(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let first = values.next()?.to_str().unwrap_or_default();
    Some(if values.next().is_some() { String::new() } else { first.to_owned() })
}

/// RFC 6749 §5.1, OpenID Connect Core §3.1.3.3.
fn given(answer: &TokenAnswer) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("access_token", answer.access_token.expose().into());
    if let Some(token) = &answer.refresh_token {
        put("refresh_token", token.expose().into());
    }
    if let Some(token) = &answer.id_token {
        put("id_token", token.expose().into());
    }
    if !answer.scope.is_empty() {
        put("scope", answer.scope.join(" ").into());
    }
    put("expires_in", answer.expires_in.seconds().into());
    put("token_type", "Bearer".into());
    body
}

/// JSON that nobody may keep.
pub(crate) fn json(body: Map<String, Value>) -> Response {
    let mut response = Response::new(Value::Object(body).to_string().into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    uncached(response)
}

/// An answer that nobody may keep (RFC 6749 §5.1).
pub(crate) fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
