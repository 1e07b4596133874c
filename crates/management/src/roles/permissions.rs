//! `GET /api/v2/roles/{id}/permissions`: an array, or an object with totals around it.

use axum::extract::State;
use doorward_engine::roles;
use doorward_model::ids::RoleId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::paging::Page;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, permissions as views};

pub(crate) async fn permissions(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, RoleId::parse)?;
    let page = Page::read(&Query::read(&uri, &["page", "per_page", "include_totals"])?)?;
    let part = (page.start, page.limit);
    let found = roles::permissions(web.app(), &caller, &id, part, page.include_totals).await?;
    let shown = found.permissions.iter().map(views::of_role).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("permissions", shown, found.total)))
}
