//! Changing a stream; a test event may be sent before.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use doorward_engine::fault::Fault;
use doorward_engine::streams::{self, Tried};
use doorward_model::fields::FieldErrors;
use doorward_model::scope::ApiScope;
use doorward_model::stream::LogStream;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::StatusCode;

use super::form::{Fields, Values, of_fields};
use crate::frame::Frame;
use crate::parts;

#[derive(Template)]
#[template(path = "streams/edit.html")]
struct EditPage<'a> {
    frame: &'a Frame,
    stream: &'a LogStream,
    values: &'a Values,
    errors: &'a FieldErrors,
    tried: Option<&'a Tried>,
}

impl EditPage<'_> {
    fn fields(&self) -> Fields<'_> {
        Fields { values: self.values, errors: self.errors, tried: self.tried }
    }

    fn path(&self, page: &str) -> String {
        super::path(&self.stream.id, page)
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::UpdateLogStreams)?;
    let stream = streams::get(web.app(), frame.caller(), &super::parse_id(&id)?).await?;
    let (values, errors) = (Values::saved(&stream), FieldErrors::default());
    Ok(frame.page(&EditPage {
        frame: &frame,
        stream: &stream,
        values: &values,
        errors: &errors,
        tried: None,
    }))
}

pub(crate) async fn save(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    done::once(&web, &form, change(&web, &frame, &id, &form)).await
}

async fn change(web: &Web, frame: &Frame, id: &str, form: &SignedForm) -> Result<Outcome, PageFault> {
    let stream = streams::get(web.app(), form.caller(), &super::parse_id(id)?).await?;
    let values = Values::saved(&stream).sent(form);
    let shown = |errors: &FieldErrors, tried: Option<&Tried>, status: StatusCode| {
        let page = EditPage { frame, stream: &stream, values: &values, errors, tried };
        Outcome::Page(frame.page(&page).status(status))
    };
    let body = values.body();
    if form.text("do") == "test" {
        return match streams::try_out(web.app(), form.caller(), Some(&stream.id), &body).await {
            Ok(tried) => Ok(shown(&FieldErrors::default(), Some(&tried), StatusCode::OK)),
            Err(Fault::Invalid(errors)) => {
                Ok(shown(&of_fields(&errors), None, StatusCode::UNPROCESSABLE_ENTITY))
            }
            Err(fault) => Err(fault.into()),
        };
    }
    match streams::update(web.app(), form.caller(), &stream.id, &body).await {
        Ok(stream) => Ok(Done::to(super::path(&stream.id, "")).saying("Changes were saved.").into()),
        Err(Fault::Invalid(errors)) => Ok(shown(&of_fields(&errors), None, StatusCode::UNPROCESSABLE_ENTITY)),
        Err(fault) => Err(fault.into()),
    }
}
