//! Logging in to the dashboard, and out of it.
//!
//! The page looks like the hosted ones: whoever is not logged in sees no frame. Source: UX §1.1.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use doorward_engine::admins::{self, LoginProblem};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::login::attempts;
use doorward_engine::setup;
use doorward_model::secret::Secret;
use doorward_model::tenant::Tenant as TenantRecord;
use doorward_web::body::Form;
use doorward_web::csrf::{self, FormToken};
use doorward_web::done::Done;
use doorward_web::fault::{PageFault, Refusal, Skin};
use doorward_web::local_path::LocalPath;
use doorward_web::page::{Page, capped};
use doorward_web::signed_in::{self, SignedForm};
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

/// The login page of the dashboard.
#[derive(Template)]
#[template(path = "admin_login.html")]
pub(crate) struct LoginPage<'a> {
    pub tenant: &'a TenantRecord,
    pub csrf: &'a str,
    pub to: &'a str,
    /// What was typed; the password is never given back.
    pub email: String,
    pub problem: Option<&'static str>,
    pub is_logged_out: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    to: String,
    #[serde(default)]
    out: String,
}

pub(crate) async fn show(
    State(web): State<Web>,
    Tenant(state): Tenant,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, PageFault> {
    if setup::is_pending(web.app()).await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let token = FormToken::of(web.app(), &headers);
    let to = LocalPath::parse(&asked.to).unwrap_or_else(LocalPath::overview);
    let page = LoginPage {
        tenant: &state.tenant,
        csrf: token.field(),
        to: to.as_str(),
        email: String::new(),
        problem: None,
        is_logged_out: !asked.out.is_empty(),
    };
    Ok(Page::of(&page).cookie(token.cookie()).into_response())
}

pub(crate) async fn log_in(
    State(web): State<Web>,
    Tenant(state): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    Form(form): Form,
) -> Result<Response, PageFault> {
    if !csrf::is_genuine(&headers, form.get(csrf::FIELD)) {
        return Ok(Refusal::foreign_form().as_skin(Skin::Page).into_response());
    }
    let email = form.get("username").unwrap_or_default();
    let password = Secret::new(form.get("password").unwrap_or_default().to_owned());
    let to = form.get("to").and_then(LocalPath::parse).unwrap_or_else(LocalPath::overview);
    let caller = Caller { tenant: state.clone(), who: Who::Anonymous, info };
    let replaces = signed_in::cookie_of(&headers);
    let problem = match admins::log_in(web.app(), &caller, replaces.as_ref(), (email, &password)).await? {
        Ok(cookie) => return Ok(enter(&cookie, &to)),
        Err(problem) => problem,
    };
    let token = FormToken::of(web.app(), &headers);
    let page = LoginPage {
        tenant: &state.tenant,
        csrf: token.field(),
        to: to.as_str(),
        email: capped(email),
        problem: Some(words(problem)),
        is_logged_out: false,
    };
    let status = match problem {
        LoginProblem::NoMatch => StatusCode::UNPROCESSABLE_ENTITY,
        LoginProblem::TooManyTries => StatusCode::TOO_MANY_REQUESTS,
    };
    let mut response = Page::of(&page).status(status).cookie(token.cookie()).into_response();
    if problem == LoginProblem::TooManyTries {
        response.headers_mut().insert(RETRY_AFTER, attempts::WINDOW.seconds().into());
    }
    Ok(response)
}

fn words(problem: LoginProblem) -> &'static str {
    match problem {
        LoginProblem::NoMatch => "Email address and password do not match. Check both and try again.",
        LoginProblem::TooManyTries => {
            "There were too many tries, so this is locked for a while. Wait ten minutes and try again."
        }
    }
}

/// Into the dashboard with a fresh session.
pub(crate) fn enter(cookie: &Secret, to: &LocalPath) -> Response {
    let mut response = Done::to(to.as_str()).into_response();
    if let Some(set) = signed_in::set_cookie(cookie) {
        response.headers_mut().append(SET_COOKIE, set);
    }
    response
}

pub(crate) async fn log_out(
    State(web): State<Web>,
    headers: HeaderMap,
    form: SignedForm,
) -> Result<Response, PageFault> {
    if let Some(cookie) = signed_in::cookie_of(&headers) {
        admins::log_out(web.app(), form.caller(), &cookie).await?;
    }
    let mut response = Done::to(format!("{}?out=1", signed_in::LOGIN_PATH)).into_response();
    if let Some(gone) = signed_in::remove_cookie() {
        response.headers_mut().append(SET_COOKIE, gone);
    }
    Ok(response)
}
