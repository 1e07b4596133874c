//! `/oauth/par`: a client pushes its authorization request here before it sends the person.
//!
//! Source: RFC 9126 §2.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::fault::Fault;
use doorward_engine::login::pushed::{self, Pushed};
use doorward_engine::tokens::Answered;
use doorward_web::body::RawBody;
use doorward_web::fault::OAuthFault;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::{HeaderMap, StatusCode};
use serde_json::Map;

use crate::preflight;
use crate::token::{authorization, json, read};

pub(crate) async fn push(
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
        pushed::push(web.app(), &caller, authorization(&headers).as_deref(), &params).await;
    let response = match outcome {
        Ok(pushed) => kept(pushed),
        Err(fault) => OAuthFault(fault).into_response(),
    };
    preflight::answer(&web, &caller, response, &headers, client.as_deref()).await
}

/// RFC 9126 §2.2.
fn kept(pushed: Pushed) -> Response {
    let members = [
        ("request_uri".to_owned(), pushed.request_uri.into()),
        ("expires_in".to_owned(), pushed.expires_in.seconds().into()),
    ];
    let mut response = json(Map::from_iter(members));
    *response.status_mut() = StatusCode::CREATED;
    response
}
