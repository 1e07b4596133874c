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
/// How deep pages go; further back only a checkpoint leads, which is cheap at any depth.
const MAX_DEPTH: u32 = 1000;
/// The greatest number of events after a checkpoint, and the number when nobody says.
const MAX_TAKE: u32 = 100;
const DEFAULT_TAKE: u32 = 50;

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    no_search(&query)?;
    let fields = Fields::read(&query)?;
    let page = Page::read(&query)?;
    let part = part(&query, page)?;
    let found = events::list(web.app(), &caller, EventQuery::default(), &part).await?;
    let shown = found.events.iter().map(|event| fields.select(log_record::event(event)));
    let entries: Vec<Value> = shown.map(Value::Object).collect();
    let body = match part {
        EventPart::Page { .. } | EventPart::OldestPage { .. } => page.envelope("logs", entries, found.total),
        EventPart::Before { .. } | EventPart::After { .. } => Value::Array(entries),
    };
    Ok(answer::json(StatusCode::OK, &body))
}

/// A search that is not done must not look like one that found everything.
fn no_search(query: &Query) -> Result<(), Refused> {
    match ["q", "search"].into_iter().find(|name| query.text(name).is_some_and(|text| !text.is_empty())) {
        Some(name) => {
            let text = "Searching the log is not offered yet. Leave this out, and page with from and take.";
            Err(Refused::query(name, "enum", text))
        }
        None => Ok(()),
    }
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
    let oldest_first = match query.text("sort") {
        None | Some("date:-1") => false,
        Some("date:1") => true,
        Some(_) => return Err(Refused::query("sort", "enum", "Events are sorted by date:1 or date:-1.")),
    };
    if page.start.saturating_add(page.limit) > MAX_DEPTH {
        let text = "Pages lead back 1000 events. Use from and take to go further.";
        return Err(Refused::query("page", "maximum", text));
    }
    let (offset, limit, with_total) = (page.start, page.limit, page.include_totals);
    Ok(if oldest_first {
        EventPart::OldestPage { offset, limit, with_total }
    } else {
        EventPart::Page { offset, limit, with_total }
    })
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
        let oldest = read("sort=date:1&per_page=7").unwrap();
        assert!(matches!(oldest, EventPart::OldestPage { offset: 0, limit: 7, .. }), "{oldest:?}");
        for bad in ["type:1", "date:0", "date", ""] {
            assert!(read(&format!("sort={bad}")).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_search_is_refused_and_not_passed_over() {
        let asked = |query: &str| {
            no_search(&Query::read(&format!("/x?{query}").parse().unwrap(), PARAMETERS).unwrap()).is_err()
        };
        assert!(asked("q=type:f") && asked("search=ada") && asked("q=type:f&from=900&take=1"));
        assert!(!asked("q=") && !asked("per_page=1"));
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
