//! `GET /api/v2/logs`: by page, searched and sorted, or everything after a checkpoint, as it was committed.

use axum::extract::State;
use doorward_engine::logs::list::{self as events, EventPart, EventQuery};
use doorward_model::ids::LogId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use super::search;
use super::view;
use crate::answer;
use crate::fields::Fields;
use crate::paging::Page;
use crate::query::Query;
use crate::refused::{Answer, Refused};

const PARAMETERS: &[&str] = &[
    "fields",
    "include_fields",
    "page",
    "per_page",
    "include_totals",
    "sort",
    "from",
    "take",
    "q",
    "search",
];
/// The greatest number of events after a checkpoint, and the number when nobody says.
const MAX_TAKE: u32 = 100;
const DEFAULT_TAKE: u32 = 50;

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = search::read(&uri, PARAMETERS)?;
    if let Some(part) = checkpoint(&query)? {
        let found = events::list(web.app(), &caller, EventQuery::default(), &part).await?;
        let shown = view::all(web.app(), &caller, &found.events).await?;
        let entries = shown.into_iter().map(Value::Object).collect();
        return Ok(answer::json(StatusCode::OK, &Value::Array(entries)));
    }
    let fields = Fields::read(&query)?;
    let page = Page::read(&query)?;
    let part = search::page(&query, page)?;
    let filter = EventQuery { query: search::searched(&query)?, ..EventQuery::default() };
    let found = events::list(web.app(), &caller, filter, &part).await?;
    let shown = view::all(web.app(), &caller, &found.events).await?;
    let entries = shown.into_iter().map(|event| Value::Object(fields.select(event))).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("logs", entries, found.total)))
}

/// With a checkpoint no other parameter counts, as in the original.
fn checkpoint(query: &Query) -> Result<Option<EventPart>, Refused> {
    if query.text("from").is_none() && query.text("take").is_none() {
        return Ok(None);
    }
    let limit = query.number("take", MAX_TAKE)?.unwrap_or(DEFAULT_TAKE);
    let checkpoint = query.id("from", LogId::parse)?;
    Ok(Some(EventPart::After { checkpoint, limit }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_an_id_and_a_number_and_nothing_else_counts() {
        let read = |query: &str| {
            checkpoint(&Query::read(&format!("/x?{query}").parse().unwrap(), PARAMETERS).unwrap())
        };
        let after = read("from=90020251123&take=7&page=x&q=(").unwrap();
        assert!(
            matches!(&after, Some(EventPart::After { checkpoint: Some(id), limit: 7 }) if id.as_str() == "90020251123"),
            "{after:?}"
        );
        let first = read("take=7").unwrap();
        assert!(matches!(first, Some(EventPart::After { checkpoint: None, limit: 7 })), "{first:?}");
        assert!(read("page=1").unwrap().is_none());
        for bad in ["take=101", "from=a%20b", "from="] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
