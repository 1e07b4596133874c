//! `q`, `sort` and the paging of lists of events.

use doorward_engine::logs::list::{EventPart, LogOrder};
use doorward_model::log::search::LOGS;
use doorward_model::search::{self, MAX_LENGTH};
use doorward_web::fault::Refusal;
use http::Uri;

use crate::paging::Page;
use crate::query::Query;
use crate::refused::Refused;

/// How deep pages go, as in the original; further back lead only a checkpoint and a narrower search.
const MAX_DEPTH: u32 = 1000;
/// The longest search as it is sent; a character may take three times its bytes.
const MAX_SENT: usize = 7 * 1024;

/// Reads the parameters. A search that is too long is that, before the query string is.
pub(crate) fn read(uri: &Uri, known: &[&str]) -> Result<Query, Refused> {
    let is_long = |pair: &str| {
        let text = pair.strip_prefix("q=").or_else(|| pair.strip_prefix("search="));
        text.is_some_and(|text| text.len() > MAX_SENT)
    };
    if uri.query().is_some_and(|query| query.split('&').any(is_long)) {
        return Err(too_long());
    }
    Query::read(uri, known)
}

/// What is searched for: `q`, and `search`, which older programs send.
pub(crate) fn searched(query: &Query) -> Result<Option<search::Query>, Refused> {
    let mut parts = Vec::new();
    for name in ["q", "search"] {
        let Some(text) = query.text(name).filter(|text| !text.trim().is_empty()) else { continue };
        if text.len() > MAX_LENGTH {
            return Err(too_long());
        }
        let parsed = LOGS.parse(text);
        parts.push(parsed.map_err(|error| Refused::query(name, "format", error.to_string()))?);
    }
    Ok((!parts.is_empty()).then(|| search::Query::all(parts)))
}

/// A page, and how it is sorted.
pub(crate) fn page(query: &Query, page: Page) -> Result<EventPart, Refused> {
    let order = order(query)?;
    if page.start.saturating_add(page.limit) > MAX_DEPTH {
        let text =
            "Pages lead to the first 1000 events. Search for fewer with q, or read on with from and take";
        return Err(Refused::query("page", "maximum", text));
    }
    let (offset, limit, with_total) = (page.start, page.limit, page.include_totals);
    Ok(EventPart::Page { order, offset, limit, with_total })
}

fn order(query: &Query) -> Result<LogOrder, Refused> {
    let Some(text) = query.text("sort") else { return Ok(LogOrder::default()) };
    let (name, direction) = text.split_once(':').unwrap_or((text, ""));
    let field = LOGS.field(name).map(|field| field.name);
    match (field, direction) {
        (Some(field), "1") => Ok(LogOrder { field, is_descending: false }),
        (Some(field), "-1") => Ok(LogOrder { field, is_descending: true }),
        _ => {
            let names: Vec<&str> = LOGS.fields.iter().map(|field| field.name).collect();
            let text =
                format!("Write field:1 or field:-1. Events are sorted by one of: {}.", names.join(", "));
            Err(Refused::query("sort", "pattern", text))
        }
    }
}

fn too_long() -> Refused {
    let text = "A search has at most 4096 bytes. Search for less, or in several requests.";
    Refusal::too_long(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["q", "search", "sort", "page", "per_page", "include_totals"];

    fn query(text: &str) -> Query {
        read(&format!("/x?{text}").parse().unwrap(), KNOWN).unwrap()
    }

    fn part(text: &str) -> Result<EventPart, Refused> {
        let query = query(text);
        page(&query, Page::read(&query)?)
    }

    #[test]
    fn the_newest_come_first_when_nothing_is_said() {
        let newest = LogOrder { field: "date", is_descending: true };
        let first = part("").unwrap();
        assert!(
            matches!(first, EventPart::Page { order, offset: 0, limit: 50, with_total: false } if order == newest)
        );
        assert!(part("page=9&per_page=100&sort=date:-1").is_ok());
        assert!(part("page=10&per_page=100").is_err());
        let by_type = part("sort=type:1&per_page=7").unwrap();
        let wanted = LogOrder { field: "type", is_descending: false };
        assert!(matches!(by_type, EventPart::Page { order, limit: 7, .. } if order == wanted), "{by_type:?}");
        for bad in ["type", "date:0", "date", "", "details:1", "nothing:-1"] {
            assert!(part(&format!("sort={bad}")).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_search_is_read_or_its_mistake_is_told() {
        let read = |text: &str| searched(&query(text)).map(|found| found.map(|found| found.to_string()));
        assert_eq!(read("q=type:f*&search=ada").unwrap().as_deref(), Some("type:f* AND \"ada\""));
        assert_eq!(read("q=%20&search=").unwrap(), None);
        let refused = read("q=tpye:f").unwrap_err();
        let said = refused.refusal().text();
        assert!(said.contains("on property q (At character 1: There is no field tpye here."), "{said}");
    }

    #[test]
    fn what_is_too_long_is_told_so() {
        let long = searched(&query(&format!("q={}", "a".repeat(MAX_LENGTH + 1)))).unwrap_err();
        assert_eq!(long.refusal().status(), 414);
        let longer = format!("/x?page=1&q={}", "a".repeat(MAX_SENT + 1)).parse().unwrap();
        assert_eq!(read(&longer, KNOWN).unwrap_err().refusal().status(), 414);
    }
}
