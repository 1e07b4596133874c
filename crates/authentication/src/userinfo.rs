//! `/userinfo`: the token in the header, or in a form, and nowhere else.
//!
//! Source: OpenID Connect Core §5.3.1; RFC 6750 §2.1, §2.2. A token in the address is not read: it
//! would stay in logs and histories.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::fault::Fault;
use doorward_engine::tokens::Answered;
use doorward_engine::tokens::userinfo::userinfo;
use doorward_model::secret::Secret;
use doorward_protocol::oauth::error::{OAuthErrorCode, TokenError};
use doorward_protocol::oauth::params::Params;
use doorward_web::body::{self, RawBody};
use doorward_web::caller::bearer;
use doorward_web::fault::OAuthFault;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::HeaderMap;

use crate::preflight;
use crate::program::{json, response};

pub(crate) async fn by_header(
    State(web): State<Web>,
    tenant: Tenant,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let token = bearer(&headers).map(secret);
    answer(&web, (tenant, visitor), &headers, token).await
}

pub(crate) async fn by_form(
    State(web): State<Web>,
    tenant: Tenant,
    visitor: Visitor,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Response {
    let form = if body::is_form(&headers) { Params::from_form(&body).ok() } else { None };
    let in_form = form.as_ref().and_then(|form| form.get("access_token"));
    match (bearer(&headers), in_form) {
        (Some(_), Some(_)) => {
            let text = "The access token came twice: in the header and in the form.";
            let fault = Fault::Token(TokenError::new(OAuthErrorCode::InvalidRequest, text));
            preflight::of_no_client(OAuthFault(fault).into_response())
        }
        (header, form) => answer(&web, (tenant, visitor), &headers, header.or(form).map(secret)).await,
    }
}

async fn answer(
    web: &Web,
    (Tenant(tenant), Visitor(info)): (Tenant, Visitor),
    headers: &HeaderMap,
    token: Option<Secret>,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let Answered { client, outcome } = userinfo(web.app(), &caller, token.as_ref()).await;
    let response = response(outcome, json);
    preflight::answer(web, &caller, response, headers, client.as_deref()).await
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}
