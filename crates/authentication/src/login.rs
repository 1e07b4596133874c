//! `/u/login`: the page, and the form it sends.
//!
//! That a form of another site is refused is the guard's work (`Guard::Page`); that the form is the
//! one of this browser's login is the engine's.

use axum::extract::State;
use axum::response::Response;
use doorward_engine::caller::{Caller, Who};
use doorward_engine::login::password::{self, Try};
use doorward_engine::login::{Restart, Step, show as page};
use doorward_model::ids::LoginId;
use doorward_model::secret::Secret;
use doorward_protocol::oauth::params::Params;
use doorward_web::body::Form;
use doorward_web::csrf;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::{HeaderMap, Uri};

use crate::{browser, step};

pub(crate) async fn show(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let outcome = match browser::login_of(&uri) {
        Some(id) => page::show(web.app(), &caller, &browser::read(&headers), &id).await,
        None => Ok(Step::Restart(Restart::default())),
    };
    step::answer(&web, &caller, &headers, outcome).await
}

pub(crate) async fn log_in(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    Form(form): Form,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let outcome = match attempt(&form) {
        Some(attempt) => password::log_in(web.app(), &caller, &browser::read(&headers), attempt).await,
        None => Ok(Step::Foreign),
    };
    step::answer(&web, &caller, &headers, outcome).await
}

/// What the form says. A form of ours holds each field once.
fn attempt(form: &Params) -> Option<Try> {
    if !form.duplicates().is_empty() {
        return None;
    }
    Some(Try {
        login: LoginId::parse(form.get("state")?).ok()?,
        csrf: form.get(csrf::FIELD)?.to_owned(),
        username: form.get("username").unwrap_or_default().to_owned(),
        password: Secret::new(form.get("password").unwrap_or_default().to_owned()),
    })
}
