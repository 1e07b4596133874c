//! The Addons tab: what is installed, which is nothing yet.

use askama::Template;
use axum::extract::{Path, State};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::state::Web;

use crate::clients::{Header, Tab, open};
use crate::frame::Frame;
use crate::parts;

#[derive(Template)]
#[template(path = "clients/addons.html")]
struct AddonsPage<'a> {
    frame: &'a Frame,
    header: Header<'a>,
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    let opened = open(&web, &frame, &id).await?;
    let header = Header::of(&opened, &frame, Tab::Addons);
    Ok(frame.page(&AddonsPage { frame: &frame, header }))
}
