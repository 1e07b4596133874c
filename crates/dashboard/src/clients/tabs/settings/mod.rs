//! The Settings tab: what the brief lists, for the type of the client, saved as a whole.
//!
//! Source: the brief, "Client Settings"; UX §1.5 (fields per type, texts, stale edit).

mod apps;
mod change;
pub(crate) mod check;
mod clash;
mod effects;
mod field;
mod group;
mod habits;
mod old_secrets;
mod rail;
mod save;
mod urls;
pub(crate) mod used;
mod values;
mod view;
pub(crate) mod wording;

use axum::extract::{Path, State};
use doorward_model::fields::FieldErrors;
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::state::Web;

use crate::clients::{Opened, open};
use crate::frame::Frame;

pub(crate) use save::save;
pub(crate) use values::Values;
pub(crate) use view::{SettingsPage, Shown};

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    let opened = open(&web, &frame, &id).await?;
    let values = Values::of(&opened.client);
    page(&web, &frame, &opened, &Shown::plain(&opened.client, values), &FieldErrors::default()).await
}

/// The page with what the form holds.
pub(crate) async fn page(
    web: &Web,
    frame: &Frame,
    opened: &Opened,
    shown: &Shown,
    errors: &FieldErrors,
) -> Result<Page, PageFault> {
    let page = SettingsPage::of(web, frame, opened, shown, errors).await?;
    Ok(frame.page(&page))
}
