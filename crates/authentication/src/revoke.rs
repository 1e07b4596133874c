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
use http::HeaderMap;

use crate::preflight;
use crate::token::{authorization, read, uncached};

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
        Ok(()) => uncached(Response::default()),
        Err(fault) => OAuthFault(fault).into_response(),
    };
    preflight::answer(&web, &caller, response, &headers, client.as_deref()).await
}
