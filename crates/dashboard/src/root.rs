//! The page at the root: whose address this is, and where a program finds the rest.

use axum::extract::State;
use doorward_engine::setup;
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;

use crate::pages::RootPage;

pub(crate) async fn show(State(web): State<Web>, Tenant(state): Tenant) -> Result<Page, PageFault> {
    let is_pending = setup::is_pending(web.app()).await?;
    Ok(Page::of(&RootPage { tenant: &state.tenant, is_pending }))
}
