//! The list of streams, and what one can be made for.

use askama::Template;
use axum::extract::State;
use doorward_engine::streams::{self, StreamState};
use doorward_model::scope::ApiScope;
use doorward_model::stream::SinkKind;
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::state::Web;

use super::state;
use crate::frame::Frame;
use crate::parts;

#[derive(Template)]
#[template(path = "streams/list.html")]
struct ListPage<'a> {
    frame: &'a Frame,
    streams: &'a [StreamState],
}

impl ListPage<'_> {
    fn kinds(&self) -> [SinkKind; 5] {
        SinkKind::ALL
    }

    fn path(&self, state: &StreamState) -> String {
        super::path(&state.stream.id, "")
    }
}

pub(crate) async fn show(State(web): State<Web>, frame: Frame) -> Result<Page, PageFault> {
    let streams = streams::states(web.app(), frame.caller()).await?;
    Ok(frame.page(&ListPage { frame: &frame, streams: &streams }))
}
