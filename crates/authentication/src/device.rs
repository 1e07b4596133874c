//! `/oauth/device/code`: a device asks for its person, by form or JSON.
//!
//! Source: RFC 8628 §3.1, §3.2.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::fault::Fault;
use doorward_engine::login::devices::ask::{self as engine, DeviceAuthorization};
use doorward_engine::tokens::Answered;
use doorward_web::body::RawBody;
use doorward_web::fault::OAuthFault;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::HeaderMap;
use serde_json::Map;

use crate::preflight::permit;
use crate::token::{authorization, json, read};

pub(crate) async fn ask(
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
        engine::ask(web.app(), &caller, authorization(&headers).as_deref(), &params).await;
    let response = match outcome {
        Ok(given) => waiting(given),
        Err(fault) => OAuthFault(fault).into_response(),
    };
    permit(response, &headers, client.as_deref())
}

/// RFC 8628 §3.2.
fn waiting(given: DeviceAuthorization) -> Response {
    let members = [
        ("device_code".to_owned(), given.device_code.expose().into()),
        ("user_code".to_owned(), given.user_code.into()),
        ("verification_uri".to_owned(), given.verification_uri.into()),
        ("verification_uri_complete".to_owned(), given.verification_uri_complete.into()),
        ("expires_in".to_owned(), given.expires_in.seconds().into()),
        ("interval".to_owned(), given.interval.seconds().into()),
    ];
    json(Map::from_iter(members))
}
