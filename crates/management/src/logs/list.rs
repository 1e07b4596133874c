//! `GET /api/v2/logs`: newest first by page, or everything after a checkpoint, oldest first.

use axum::extract::State;
use doorward_engine::logs::list::{self as events, EventPart, EventQuery};
use doorward_model::ids::LogId;
use doorward_web::caller::Authorized;
use doorward_web::log_record;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use crate::answer;
use crate::fields::Fields;
use crate::paging::Page;
use crate::query::Query;
use crate::refused::{Answer, Refused};

const PARAMETERS: &[&str] =
    &["fields", "include_fields", "page", "per_page", "include_totals", "sort", "from", "take"];
/// How deep pages go; further back only a checkpoint leads, which is cheap at any depth.
const MAX_DEPTH: u32 = 1000;
/// The greatest number of events after a checkpoint, and the number when nobody says.
const MAX_TAKE: u32 = 100;
const DEFAULT_TAKE: u32 = 50;

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let fields = Fields::read(&query)?;
    let page = Page::read(&query)?;
    let part = part(&query, page)?;
    let found = events::list(web.app(), &caller, EventQuery::default(), &part).await?;
    let shown = found.events.iter().map(|event| fields.select(log_record::event(event)));
    let entries: Vec<Value> = shown.map(Value::Object).collect();
    let body = match part {
        EventPart::Page { .. } => page.envelope("logs", entries, found.total),
        EventPart::Before { .. } | EventPart::After { .. } => Value::Array(entries),
    };
    Ok(answer::json(StatusCode::OK, &body))
}

/// With a checkpoint the other paging parameters do not count.
fn part(query: &Query, page: Page) -> Result<EventPart, Refused> {
    if query.text("from").is_some() || query.text("take").is_some() {
        let limit = query.number("take", MAX_TAKE)?.unwrap_or(DEFAULT_TAKE);
        let checkpoint = query.text("from").map(LogId::parse).transpose();
        let checkpoint = checkpoint
            .map_err(|error| Refused::query("from", "pattern", format!("This is no id: {error}.")))?;
        return Ok(EventPart::After { checkpoint, limit });
    }
    if !matches!(query.text("sort"), None | Some("date:-1")) {
        return Err(Refused::query("sort", "enum", "Events come newest first: date:-1."));
    }
    if page.start.saturating_add(page.limit) > MAX_DEPTH {
        let text = "Pages lead back 1000 events. Use from and take to go further.";
        return Err(Refused::query("page", "maximum", text));
    }
    Ok(EventPart::Page { offset: page.start, limit: page.limit, with_total: page.include_totals })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<EventPart, Refused> {
        let query = Query::read(&format!("/x?{query}").parse().unwrap(), PARAMETERS).unwrap();
        part(&query, Page::read(&query)?)
    }

    #[test]
    fn a_page_is_wanted_when_nothing_is_said() {
        let first = read("").unwrap();
        assert!(matches!(first, EventPart::Page { offset: 0, limit: 50, with_total: false }), "{first:?}");
        assert!(read("page=9&per_page=100&sort=date:-1").is_ok());
        assert!(read("page=10&per_page=100").is_err());
        assert!(read("sort=date:1").is_err());
    }

    #[test]
    fn a_checkpoint_is_an_id_and_a_number() {
        let after = read("from=90020251123&take=7&page=3").unwrap();
        assert!(
            matches!(&after, EventPart::After { checkpoint: Some(id), limit: 7 } if id.as_str() == "90020251123"),
            "{after:?}"
        );
        assert!(matches!(read("take=7").unwrap(), EventPart::After { checkpoint: None, limit: 7 }));
        assert!(read("take=101").is_err());
        assert!(read("from=a%20b").is_err());
        assert!(read("from=").is_err());
    }
}
