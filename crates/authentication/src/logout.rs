//! Logging out: `/v2/logout`, which never asks, and the standard's `/oidc/logout` with the page that asks.
//!
//! Source: the original's `/v2/logout`; the brief, "Allowed Logout URLs"; OpenID Connect RP-Initiated
//! Logout §2 (both methods must be served).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::logout::{EndedSession, LoggedOut, LogoutQuestion, end_session, log_out};
use doorward_protocol::oauth::params::{Params, ParamsError};
use doorward_web::body::{Form, RawBody};
use doorward_web::csrf::{self, FormToken};
use doorward_web::fault::{PageFault, Refusal, Skin};
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode, Uri};

use crate::authorize::posted;
use crate::pages::{LoggedOutPage, LogoutQuestionPage, StayedPage};
use crate::{browser, step};

pub(crate) async fn logout(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let params = Params::from_query(uri.query().unwrap_or_default());
    let session = browser::read(&headers).session;
    match log_out(web.app(), &caller, &params, session.as_ref()).await {
        Ok(out) => gone(&web, &caller, &headers, out).await,
        // The session goes on, so its cookie stays.
        Err(fault) => PageFault(fault).into_response(),
    }
}

pub(crate) async fn by_query(
    State(web): State<Web>,
    tenant: Tenant,
    visitor: Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let params = Params::from_query(uri.query().unwrap_or_default());
    end(&web, (tenant, visitor), &headers, (&params, false)).await
}

pub(crate) async fn by_form(
    State(web): State<Web>,
    tenant: Tenant,
    visitor: Visitor,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Response {
    end(&web, (tenant, visitor), &headers, (&posted(&headers, &body), false)).await
}

/// What the person said on our page. That a form of another site is refused is the guard's work
/// (`Guard::Page`).
pub(crate) async fn answer(
    State(web): State<Web>,
    tenant: Tenant,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form,
) -> Response {
    if !csrf::is_genuine(&headers, form.get(csrf::FIELD)) {
        return Refusal::foreign_form().as_skin(Skin::Page).into_response();
    }
    match form.get("action") {
        Some("accept") => end(&web, (tenant, visitor), &headers, (&Ok(form), true)).await,
        Some("deny") => StayedPage { tenant: &tenant.0.tenant }.page().into_response(),
        _ => Refusal::foreign_form().as_skin(Skin::Page).into_response(),
    }
}

async fn end(
    web: &Web,
    (Tenant(tenant), Visitor(info)): (Tenant, Visitor),
    headers: &HeaderMap,
    (params, is_answered): (&Result<Params, ParamsError>, bool),
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let session = browser::read(headers).session;
    match end_session(web.app(), &caller, params, (session.as_ref(), is_answered)).await {
        Ok(EndedSession::LoggedOut(out)) => gone(web, &caller, headers, out).await,
        Ok(EndedSession::Ask(question)) => ask(web, &caller, headers, &question),
        Err(fault) => PageFault(fault).into_response(),
    }
}

/// The answer to whoever is logged out, which takes the session's cookie along.
async fn gone(web: &Web, caller: &Caller, headers: &HeaderMap, out: LoggedOut) -> Response {
    let tenant = &caller.tenant.tenant;
    let mut response = match out {
        LoggedOut::Redirect(to) => step::redirect(StatusCode::FOUND, &to),
        LoggedOut::Done => LoggedOutPage { tenant }.page().into_response(),
        LoggedOut::Refused(refused) => step::refusal(web, caller, headers, &refused).await,
        LoggedOut::Unreadable(refused) => return step::refusal(web, caller, headers, &refused).await,
    };
    response.headers_mut().extend(browser::drop_session().map(|cookie| (SET_COOKIE, cookie)));
    response
}

fn ask(web: &Web, caller: &Caller, headers: &HeaderMap, question: &LogoutQuestion) -> Response {
    let token = FormToken::of(web.app(), headers);
    let to = question.fields.iter().find(|(name, _)| *name == "post_logout_redirect_uri");
    let page = LogoutQuestionPage {
        tenant: &caller.tenant.tenant,
        client: question.client.as_ref().map(|entry| &entry.client),
        account: question.present.user.email.as_str(),
        csrf: token.field(),
        fields: &question.fields,
        to: to.map(|(_, address)| address.as_str()),
    };
    let mut response = page.page().into_response();
    response.headers_mut().extend(token.cookie().map(|cookie| (SET_COOKIE, cookie)));
    response
}
