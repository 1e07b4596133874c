//! A step of a login as an answer: redirect, page, form that posts itself, or message.
//!
//! Source: RFC 6749 §4.1.2; OAuth 2.0 Form Post Response Mode; OAuth 2.0 Web Message Response Mode.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::Caller;
use doorward_engine::doctor;
use doorward_engine::fault::Fault;
use doorward_engine::login::{ConsentForm, Hosted, LoginForm, NewLogin, Problem, RefusedPage, Return, Step};
use doorward_model::ids::LoginId;
use doorward_model::tenant::Tenant;
use doorward_protocol::oauth::error::PageProblem;
use doorward_protocol::oauth::response::Encoded;
use doorward_web::fault::{PageFault, Refusal, Skin};
use doorward_web::page::Nonce;
use doorward_web::signed_in;
use doorward_web::state::Web;
use http::header::{CACHE_CONTROL, LOCATION, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::browser;
use crate::pages::{
    ConsentPage, Details, DeviceDonePage, DeviceRefusedPage, ErrorPage, FormPostPage, LoginPage, Reader,
    RestartPage, WebMessagePage,
};

/// Dresses what came of a step.
pub(crate) async fn answer(
    web: &Web,
    visitor: &Caller,
    headers: &HeaderMap,
    outcome: Result<Step, Fault>,
) -> Response {
    let tenant = &visitor.tenant.tenant;
    match outcome {
        Ok(Step::Started(login)) => started(tenant, &login),
        Ok(Step::Form(form)) => login_page(tenant, &form),
        Ok(Step::Ask(form)) => consent_page(tenant, &form),
        Ok(Step::LogInFirst(login)) => {
            redirect(StatusCode::SEE_OTHER, &hosted(tenant, Hosted::Login, &login))
        }
        Ok(Step::Return(back)) => with_cookies(to_client(web, tenant, &back), tenant, &back),
        Ok(Step::Refused(refused)) => refusal(web, visitor, headers, &refused).await,
        Ok(Step::Restart(restart)) => {
            RestartPage { tenant, again: restart.again.as_deref() }.page().into_response()
        }
        Ok(Step::Foreign) => Refusal::foreign_form().as_skin(Skin::Page).into_response(),
        Err(fault) => PageFault(fault).into_response(),
    }
}

/// The address of a page of ours.
fn hosted(tenant: &Tenant, page: Hosted, login: &LoginId) -> String {
    let page = match page {
        Hosted::Login => "login",
        Hosted::Consent => "consent",
    };
    tenant.issuer.url(&format!("u/{page}?state={login}"))
}

/// To a page of ours, by GET whatever the request was.
fn started(tenant: &Tenant, login: &NewLogin) -> Response {
    let mut response = redirect(StatusCode::SEE_OTHER, &hosted(tenant, login.page, &login.id));
    let headers = response.headers_mut();
    for cookie in login.expire.iter().filter_map(browser::drop_login) {
        headers.append(SET_COOKIE, cookie);
    }
    let session = login.session.as_ref().and_then(|cookie| browser::keep_session(tenant, cookie));
    for cookie in [browser::keep_login(&login.id, &login.cookie), session].into_iter().flatten() {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

fn login_page(tenant: &Tenant, form: &LoginForm) -> Response {
    let (status, problem) = match form.problem {
        None => (StatusCode::OK, None),
        Some(Problem::NoMatch) => {
            (StatusCode::BAD_REQUEST, Some("That email and password do not match. Check both."))
        }
        Some(Problem::TooManyTries) => {
            (StatusCode::TOO_MANY_REQUESTS, Some("Too many tries. Wait 10 minutes."))
        }
        Some(Problem::Blocked) => {
            let text = "This account is blocked. Ask the people who run this service to unblock it.";
            (StatusCode::FORBIDDEN, Some(text))
        }
    };
    let page = LoginPage {
        client: &form.client.client,
        tenant,
        state: form.login.as_str(),
        csrf: &form.csrf,
        username: &form.username,
        problem,
        callback: &form.callback,
    };
    let mut response = page.page().status(status).into_response();
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("600"));
    }
    response
}

fn consent_page(tenant: &Tenant, form: &ConsentForm) -> Response {
    let page = ConsentPage {
        client: &form.client.client,
        tenant,
        state: form.login.as_str(),
        csrf: &form.csrf,
        account: form.user.email.as_str(),
        api: form.api.as_ref(),
        scope: &form.scope,
        callback: &form.callback,
        other_account: form.other_account.as_deref(),
    };
    page.page().into_response()
}

fn to_client(web: &Web, tenant: &Tenant, back: &Return) -> Response {
    match &back.encoded {
        Encoded::Location(address) => redirect(StatusCode::FOUND, address),
        Encoded::FormPost { action, fields } => {
            let nonce = Nonce::fresh(web.app());
            let client = &back.client.client;
            FormPostPage { client, tenant, action, fields, nonce: &nonce }.page().into_response()
        }
        Encoded::Kept(error) => {
            let client = &back.client.client;
            match error {
                None => DeviceDonePage { client, tenant }.page().into_response(),
                Some(error) => {
                    DeviceRefusedPage { client, tenant, why: &error.public }.page().into_response()
                }
            }
        }
        Encoded::WebMessage { target_origin, fields } => {
            let nonce = Nonce::fresh(web.app());
            WebMessagePage { origin: target_origin, fields, nonce: &nonce }.page().into_response()
        }
    }
}

fn with_cookies(mut response: Response, tenant: &Tenant, back: &Return) -> Response {
    let session = back.session.as_ref().and_then(|cookie| browser::keep_session(tenant, cookie));
    let finished = back.finished.as_ref().and_then(browser::drop_login);
    for cookie in [session, finished].into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Our own page. An admin of the tenant, known by the cookie of the dashboard, reads on it why an address
/// was refused; so does a developer, when the engine says that one looks. Nobody else sees the address.
pub(crate) async fn refusal(
    web: &Web,
    visitor: &Caller,
    headers: &HeaderMap,
    refused: &RefusedPage,
) -> Response {
    let tenant = &visitor.tenant.tenant;
    let told = match for_admin(web, visitor, headers, refused).await {
        Ok(told) => told,
        Err(fault) => {
            // The page has to come whatever happens; it says less then.
            tracing::warn!(%fault, "an admin could not be told why an address was refused");
            None
        }
    };
    let details = match &told {
        Some(told) => Some(Details {
            reader: Reader::Admin { event: told.event.as_ref() },
            asked: Some(&told.examined.asked.url),
            allowed: &[],
            diagnosis: told.examined.diagnosis(),
        }),
        None => refused.asked.as_deref().map(|asked| Details {
            reader: Reader::Developer,
            asked: Some(asked).filter(|asked| !asked.is_empty()),
            allowed: list(tenant, refused).unwrap_or_default(),
            diagnosis: refused.diagnosis.as_deref(),
        }),
    };
    let page = ErrorPage { tenant, error: &refused.error, reference: &refused.reference, details };
    page.page().into_response()
}

async fn for_admin(
    web: &Web,
    visitor: &Caller,
    headers: &HeaderMap,
    refused: &RefusedPage,
) -> Result<Option<doctor::Refusal>, Fault> {
    match signed_in::onlooker(web, visitor, headers).await? {
        Some(admin) => doctor::of_refusal(web.app(), &admin, refused).await,
        None => Ok(None),
    }
}

/// The list that the address is not on.
fn list<'a>(tenant: &'a Tenant, refused: &'a RefusedPage) -> Option<&'a [String]> {
    let settings = refused.client.as_ref().map(|entry| &entry.client.settings);
    match refused.error.problem {
        PageProblem::CallbackNotAllowed | PageProblem::CallbackMissing => {
            settings.and_then(|s| s.callbacks.as_deref())
        }
        PageProblem::WebOriginNotAllowed => settings.and_then(|s| s.web_origins.as_deref()),
        PageProblem::LogoutUrlNotAllowed | PageProblem::LogoutQueryNotAllowed => match settings {
            Some(settings) => settings.allowed_logout_urls.as_deref(),
            None => Some(tenant.settings.allowed_logout_urls.as_slice()),
        },
        _ => None,
    }
}

/// A redirect to exactly these bytes.
pub(crate) fn redirect(status: StatusCode, address: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else {
        return PageFault(Fault::internal("an address cannot stand in a header")).into_response();
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
