//! `GET /api/v2/users/{id}/roles`: an array, or an object with totals around it.

use axum::extract::State;
use doorward_engine::roles;
use doorward_model::ids::UserId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::answer;
use crate::paging::Page;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn of_user(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, UserId::parse)?;
    let page = Page::read(&Query::read(&uri, &["page", "per_page", "include_totals"])?)?;
    let part = (page.start, page.limit);
    let found = roles::of_user(web.app(), &caller, &id, part, page.include_totals).await?;
    let shown = found.roles.iter().map(super::view).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("roles", shown, found.total)))
}
