//! `/oauth/introspect`: what a server hears about a token; form and JSON alike.
//!
//! Source: RFC 7662 §2.2. Not for pages of browsers: no other origin may read an answer.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::fault::Fault;
use doorward_engine::tokens::introspect;
use doorward_web::body::RawBody;
use doorward_web::fault::OAuthFault;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::HeaderMap;

use crate::token::{authorization, read, uncached};

pub(crate) async fn introspect(
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
    let answered = introspect::introspect(web.app(), &caller, authorization.as_deref(), &params).await;
    match answered.outcome {
        Ok(said) => uncached(Json(said).into_response()),
        Err(fault) => OAuthFault(fault).into_response(),
    }
}
