//! The end of a stream, asked about before.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use doorward_engine::streams::{self, StreamState};
use doorward_model::scope::ApiScope;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;

use super::state;
use crate::frame::Frame;
use crate::parts;

#[derive(Template)]
#[template(path = "streams/delete.html")]
struct DeletePage<'a> {
    frame: &'a Frame,
    state: &'a StreamState,
}

impl DeletePage<'_> {
    fn path(&self, page: &str) -> String {
        super::path(&self.state.stream.id, page)
    }

    fn name(&self) -> &str {
        &self.state.stream.settings.name
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::DeleteLogStreams)?;
    let health = streams::health(web.app(), frame.caller(), &super::parse_id(&id)?).await?;
    Ok(frame.page(&DeletePage { frame: &frame, state: &health.state }))
}

pub(crate) async fn delete(
    State(web): State<Web>,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let work = async {
        let id = super::parse_id(&id)?;
        let stream = streams::get(web.app(), form.caller(), &id).await?;
        streams::delete(web.app(), form.caller(), &id).await?;
        let said = format!("{} was deleted.", stream.settings.name);
        Ok(Outcome::Done(Done::to("/manage/streams").saying(said)))
    };
    done::once(&web, &form, work).await
}
