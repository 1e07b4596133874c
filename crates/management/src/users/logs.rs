//! `GET /api/v2/users/{id}/logs`: the events of one user, newest first unless the other way is asked for.

use axum::extract::State;
use doorward_engine::logs::list::{self as events, EventPart, EventQuery};
use doorward_model::ids::UserId;
use doorward_web::caller::Authorized;
use doorward_web::log_record;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use crate::answer;
use crate::paging::Page;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::{Answer, Refused};

/// How deep pages go, as in the list of all events.
const MAX_DEPTH: u32 = 1000;

pub(crate) async fn logs(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, UserId::parse)?;
    let query = Query::read(&uri, &["page", "per_page", "include_totals", "sort"])?;
    let page = Page::read(&query)?;
    let oldest_first = match query.text("sort") {
        None | Some("date:-1") => false,
        Some("date:1") => true,
        Some(_) => return Err(Refused::query("sort", "enum", "Events are sorted by date:1 or date:-1.")),
    };
    if page.start.saturating_add(page.limit) > MAX_DEPTH {
        let text = "Pages lead back 1000 events. The list of all events goes further, with from and take.";
        return Err(Refused::query("page", "maximum", text));
    }
    let (offset, limit, with_total) = (page.start, page.limit, page.include_totals);
    let part = if oldest_first {
        EventPart::OldestPage { offset, limit, with_total }
    } else {
        EventPart::Page { offset, limit, with_total }
    };
    let filter = EventQuery { user: Some(id), ..EventQuery::default() };
    let found = events::list(web.app(), &caller, filter, &part).await?;
    let entries = found.events.iter().map(|event| Value::Object(log_record::event(event))).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("logs", entries, found.total)))
}
