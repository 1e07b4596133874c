//! `/oauth/revoke`: a client hands a token back; form and JSON alike.
//!
//! Source: RFC 7009 §2; the original answers with an empty body.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::fault::Fault;
use doorward_engine::tokens::{Answered, revoke};
use doorward_web::body::RawBody;
use doorward_web::fault::OAuthFault;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::header::{CACHE_CONTROL, PRAGMA};
use http::{HeaderMap, HeaderValue};

use crate::preflight::permit;
use crate::token::{authorization, read};

pub(crate) async fn hand_back(
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
    let Answered { client, outcome } =
        revoke::revoke(web.app(), &caller, authorization(&headers).as_deref(), &params).await;
    let response = match outcome {
        Ok(()) => done(),
        Err(fault) => OAuthFault(fault).into_response(),
    };
    permit(response, &headers, client.as_deref())
}

fn done() -> Response {
    let mut response = Response::default();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
