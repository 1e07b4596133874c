//! `GET /api/v2/users/{id}/logs`: the events of one user, newest first unless another order is asked for.

use axum::extract::State;
use doorward_engine::logs::list::{self as events, EventQuery};
use doorward_model::ids::UserId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use crate::answer;
use crate::logs::{search, view};
use crate::paging::Page;
use crate::path::{self, Segment};
use crate::refused::Answer;

pub(crate) async fn logs(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, UserId::parse)?;
    let query = search::read(&uri, &["page", "per_page", "include_totals", "sort", "q", "search"])?;
    let page = Page::read(&query)?;
    let part = search::page(&query, page)?;
    let filter = EventQuery { user: Some(id), query: search::searched(&query)?, ..EventQuery::default() };
    let found = events::list(web.app(), &caller, filter, &part).await?;
    let shown = view::all(web.app(), &caller, &found.events).await?;
    let entries = shown.into_iter().map(Value::Object).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("logs", entries, found.total)))
}
