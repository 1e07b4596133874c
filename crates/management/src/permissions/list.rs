//! `GET /api/v2/users/{id}/permissions`: an array, or an object with totals around it.

use axum::extract::State;
use doorward_engine::permissions;
use doorward_model::ids::UserId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::answer;
use crate::paging::Page;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn list(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, UserId::parse)?;
    let page = Page::read(&Query::read(&uri, &["page", "per_page", "include_totals"])?)?;
    let part = (page.start, page.limit);
    let found = permissions::of_user(web.app(), &caller, &id, part, page.include_totals).await?;
    let shown = found.permissions.iter().map(super::of_user).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("permissions", shown, found.total)))
}
