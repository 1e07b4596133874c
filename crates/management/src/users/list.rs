//! `GET /api/v2/users`: an array, or an object with totals around it.

use axum::extract::State;
use doorward_engine::users;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use super::{search, view};
use crate::answer;
use crate::fields::Fields;
use crate::paging::Page;
use crate::query::Query;
use crate::refused::Answer;

const PARAMETERS: &[&str] = &[
    "page",
    "per_page",
    "include_totals",
    "sort",
    "connection",
    "fields",
    "include_fields",
    "q",
    "search_engine",
    "primary_order",
];

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let fields = Fields::read(&query)?;
    let page = Page::read(&query)?;
    let wanted = search::read(&query, page)?;
    let found = users::list(web.app(), &caller, &wanted).await?;
    let entries = found.users.iter().map(|user| Value::Object(fields.select(view::user(user)))).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("users", entries, found.total)))
}
