//! The first-run page: whoever holds the code from the terminal becomes the first admin.
//!
//! The code travels in the fragment of the address, which no server sees; a small script moves it
//! into the form, and it can be typed where there is no script. The page answers for good: after the
//! first admin exists it says so, and takes a fresh code from the terminal. Source: UX §1.2.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::fault::Fault;
use doorward_engine::setup;
use doorward_model::fields::FieldErrors;
use doorward_model::secret::Secret;
use doorward_web::body::Form;
use doorward_web::csrf::{self, FormToken};
use doorward_web::fault::{PageFault, Refusal, Skin};
use doorward_web::local_path::LocalPath;
use doorward_web::page::Page;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::{HeaderMap, StatusCode};

use crate::login;
use crate::pages::SetupPage;

pub(crate) async fn show(
    State(web): State<Web>,
    Tenant(state): Tenant,
    headers: HeaderMap,
) -> Result<Page, PageFault> {
    let token = FormToken::of(web.app(), &headers);
    let page = SetupPage {
        tenant: &state.tenant,
        csrf: token.field(),
        is_pending: setup::is_pending(web.app()).await?,
        email: "",
        errors: &FieldErrors::default(),
    };
    Ok(Page::of(&page).cookie(token.cookie()))
}

pub(crate) async fn redeem(
    State(web): State<Web>,
    Tenant(state): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    Form(form): Form,
) -> Result<Response, PageFault> {
    if !csrf::is_genuine(&headers, form.get(csrf::FIELD)) {
        return Ok(Refusal::foreign_form().as_skin(Skin::Page).into_response());
    }
    let secret = |name: &str| Secret::new(form.get(name).unwrap_or_default().to_owned());
    let email = form.get("email").unwrap_or_default();
    let caller = Caller { tenant: state.clone(), who: Who::Anonymous, info };
    let errors = match setup::redeem(web.app(), &caller, &secret("code"), email, &secret("password")).await {
        Ok(cookie) => return Ok(login::enter(&cookie, &LocalPath::overview())),
        Err(Fault::Invalid(errors)) => errors,
        Err(Fault::Exists { .. }) => SetupPage::taken(),
        Err(fault) => return Err(fault.into()),
    };
    let token = FormToken::of(web.app(), &headers);
    let page = SetupPage {
        tenant: &state.tenant,
        csrf: token.field(),
        is_pending: setup::is_pending(web.app()).await?,
        email,
        errors: &errors,
    };
    Ok(Page::of(&page).status(StatusCode::UNPROCESSABLE_ENTITY).cookie(token.cookie()).into_response())
}
