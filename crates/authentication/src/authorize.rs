//! `/authorize`, by query and by form.
//!
//! Source: OpenID Connect Core §3.1.2.1 (both methods must be served).

use axum::extract::State;
use axum::response::Response;
use doorward_engine::caller::{Caller, Who};
use doorward_engine::login::begin;
use doorward_protocol::oauth::params::{Params, ParamsError};
use doorward_web::body::{RawBody, is_form};
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::{HeaderMap, Uri};

use crate::{browser, step};

pub(crate) async fn by_query(
    State(web): State<Web>,
    tenant: Tenant,
    visitor: Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    authorize(&web, (tenant, visitor), &headers, &Params::from_query(uri.query().unwrap_or_default())).await
}

pub(crate) async fn by_form(
    State(web): State<Web>,
    tenant: Tenant,
    visitor: Visitor,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Response {
    authorize(&web, (tenant, visitor), &headers, &posted(&headers, &body)).await
}

/// The parameters that a browser posts: a form, and nothing else.
pub(crate) fn posted(headers: &HeaderMap, body: &[u8]) -> Result<Params, ParamsError> {
    if is_form(headers) { Params::from_form(body) } else { Err(ParamsError::NoForm) }
}

async fn authorize(
    web: &Web,
    (Tenant(tenant), Visitor(info)): (Tenant, Visitor),
    headers: &HeaderMap,
    params: &Result<Params, ParamsError>,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let outcome = begin::begin(web.app(), &caller, params, &browser::read(headers)).await;
    step::answer(web, &caller, headers, outcome).await
}
