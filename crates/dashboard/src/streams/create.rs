//! Making a stream; a test event may be sent before.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use doorward_engine::fault::Fault;
use doorward_engine::streams::{self, Tried};
use doorward_model::fields::FieldErrors;
use doorward_model::scope::ApiScope;
use doorward_model::stream::SinkKind;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::StatusCode;
use serde::Deserialize;

use super::form::{Fields, Values, of_fields};
use crate::frame::Frame;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    r#type: String,
}

#[derive(Template)]
#[template(path = "streams/create.html")]
struct CreatePage<'a> {
    frame: &'a Frame,
    kind: SinkKind,
    values: &'a Values,
    errors: &'a FieldErrors,
    tried: Option<&'a Tried>,
}

impl CreatePage<'_> {
    fn fields(&self) -> Fields<'_> {
        Fields { values: self.values, errors: self.errors, tried: self.tried }
    }
}

pub(crate) async fn show(
    frame: Frame,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::CreateLogStreams)?;
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let kind = SinkKind::parse(&wanted.r#type).unwrap_or(SinkKind::Http);
    let (values, errors) = (Values::fresh(kind), FieldErrors::default());
    Ok(frame.page(&CreatePage { frame: &frame, kind, values: &values, errors: &errors, tried: None }))
}

pub(crate) async fn create(
    State(web): State<Web>,
    frame: Frame,
    form: SignedForm,
) -> Result<Response, PageFault> {
    done::once(&web, &form, make(&web, &frame, &form)).await
}

async fn make(web: &Web, frame: &Frame, form: &SignedForm) -> Result<Outcome, PageFault> {
    let kind = SinkKind::parse(form.text("type")).unwrap_or(SinkKind::Http);
    let values = Values::fresh(kind).sent(form);
    let shown = |errors: &FieldErrors, tried: Option<&Tried>, status: StatusCode| {
        let page = CreatePage { frame, kind, values: &values, errors, tried };
        Outcome::Page(frame.page(&page).status(status))
    };
    let body = values.body();
    if form.text("do") == "test" {
        return match streams::try_out(web.app(), form.caller(), None, &body).await {
            Ok(tried) => Ok(shown(&FieldErrors::default(), Some(&tried), StatusCode::OK)),
            Err(Fault::Invalid(errors)) => {
                Ok(shown(&of_fields(&errors), None, StatusCode::UNPROCESSABLE_ENTITY))
            }
            Err(fault) => Err(fault.into()),
        };
    }
    match streams::create(web.app(), form.caller(), &body).await {
        Ok(stream) => {
            let from = match stream.settings.start_from {
                Some(time) => format!("It delivers what happened from {time} on, as far as the log has it"),
                None => "It delivers what happens from now on".to_owned(),
            };
            let said = format!("{} was created. {from}.", stream.settings.name);
            Ok(Done::to(super::path(&stream.id, "")).saying(said).into())
        }
        Err(Fault::Invalid(errors)) => Ok(shown(&of_fields(&errors), None, StatusCode::UNPROCESSABLE_ENTITY)),
        Err(fault) => Err(fault.into()),
    }
}
