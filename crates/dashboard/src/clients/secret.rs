//! The client secret: shown to whoever ticks the box, after a fresh sign-in; and replaced.
//!
//! Source: the brief, "Client Secret"; UX §1.5, "Reveal needs a fresh sign-in".

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use doorward_engine::admins::{self, LoginProblem};
use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::{SignedForm, cookie_of};
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode};

use super::tabs::settings::{self, Shown, Values};
use super::{Header, Opened, Tab, activity, open, path};
use crate::frame::Frame;
use crate::parts;

/// Asks for the password before the secret is shown.
#[derive(Template)]
#[template(path = "clients/confirm.html")]
struct ConfirmPage<'a> {
    frame: &'a Frame,
    header: Header<'a>,
    opened: &'a Opened,
    errors: &'a FieldErrors,
}

impl ConfirmPage<'_> {
    fn path(&self, page: &str) -> String {
        path(&self.opened.client.id, page)
    }
}

/// Asks whether the secret is to be replaced.
#[derive(Template)]
#[template(path = "clients/rotate.html")]
struct RotatePage<'a> {
    frame: &'a Frame,
    opened: &'a Opened,
}

impl RotatePage<'_> {
    fn path(&self, page: &str) -> String {
        path(&self.opened.client.id, page)
    }

    fn uses(&self) -> Option<String> {
        let (count, noun) = activity::uses(&self.opened.client, &self.opened.activity);
        (self.opened.activity.successes > 0).then(|| format!("{count} {noun}"))
    }
}

pub(crate) async fn ask(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::ReadClientKeys)?;
    let opened = open(&web, &frame, &id).await?;
    Ok(confirm_page(&frame, &opened, &FieldErrors::default()))
}

fn confirm_page(frame: &Frame, opened: &Opened, errors: &FieldErrors) -> Page {
    frame.page(&ConfirmPage { frame, header: Header::of(opened, frame, Tab::Settings), opened, errors })
}

/// Shows the secret in the page, with what else was typed there. No redirect: what it shows must not
/// be had by opening an address.
pub(crate) async fn reveal(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let opened = open(&web, &frame, &id).await?;
    let Some(cookie) = cookie_of(&headers) else {
        return Err(Fault::internal("an admin without a cookie came past the guard").into());
    };
    if let Some(password) = form.get("password") {
        let password = Secret::new(password.to_owned());
        if let Err(problem) = admins::confirm(web.app(), form.caller(), &cookie, &password).await? {
            let page = confirm_page(&frame, &opened, &problem_text(problem));
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
        }
    }
    // The form of the password has no fields but its own; that of the settings is kept as typed.
    let mut shown = match form.get("version") {
        Some(_) => Shown::typed(&form, &opened.client),
        None => Shown::plain(&opened.client, Values::of(&opened.client)),
    };
    if form.is_on("reveal") {
        match clients::reveal_secret(web.app(), form.caller(), &opened.client.id, &cookie).await? {
            Some(known) => shown.secret = known.secret,
            None => {
                let page = confirm_page(&frame, &opened, &FieldErrors::default());
                return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
            }
        }
    }
    Ok(settings::page(&web, &frame, &opened, &shown, &FieldErrors::default()).await?.into_response())
}

fn problem_text(problem: LoginProblem) -> FieldErrors {
    let text = match problem {
        LoginProblem::NoMatch => "This is not your password. Try again.",
        LoginProblem::TooManyTries => "Too many tries. Wait ten minutes and try again.",
    };
    FieldError::new("password", "match", text).into()
}

pub(crate) async fn show_rotate(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::UpdateClientKeys)?;
    let opened = open(&web, &frame, &id).await?;
    Ok(frame.page(&RotatePage { frame: &frame, opened: &opened }))
}

pub(crate) async fn rotate(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let work = async {
        let opened = open(&web, &frame, &id).await?;
        clients::rotate_secret(web.app(), form.caller(), &opened.client.id).await?;
        let said = "The client has a new secret. The old one stopped working.";
        Ok(Outcome::Done(Done::to(path(&opened.client.id, "settings")).saying(said)))
    };
    done::once(&web, &form, work).await
}
