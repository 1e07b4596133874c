//! `/v2/logout`: never asks, always takes the session's cookie away.
//!
//! Source: the original's `/v2/logout`; the brief, "Allowed Logout URLs".

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::logout::{LoggedOut, log_out};
use doorward_protocol::oauth::params::Params;
use doorward_web::fault::PageFault;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode, Uri};

use crate::pages::LoggedOutPage;
use crate::{browser, step};

pub(crate) async fn logout(
    State(web): State<Web>,
    Tenant(state): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let caller = Caller { tenant: state.clone(), who: Who::Anonymous, info };
    let params = Params::from_query(uri.query().unwrap_or_default());
    let session = browser::read(&headers).session;
    let tenant = &state.tenant;
    let mut response = match log_out(web.app(), &caller, &params, session.as_ref()).await {
        Ok(LoggedOut::Redirect(to)) => step::redirect(StatusCode::FOUND, &to),
        Ok(LoggedOut::Done) => LoggedOutPage { tenant }.page().into_response(),
        Ok(LoggedOut::Refused(refused)) => step::refusal(&web, &caller, &headers, &refused).await,
        // The session goes on, so its cookie stays.
        Err(fault) => return PageFault(fault).into_response(),
    };
    response.headers_mut().extend(browser::drop_session().map(|cookie| (SET_COOKIE, cookie)));
    response
}
