//! Pages of a list, and the envelope around one.
//!
//! A bare array by default; with `include_totals` an object with numbers around it.
//! Source: the Management API's paging parameters.

use serde_json::{Map, Value};

use crate::query::Query;
use crate::refused::Refused;

/// How many entries a page has when nobody says.
const DEFAULT_PER_PAGE: u32 = 50;
/// The greatest number of entries of a page.
const MAX_PER_PAGE: u32 = 100;
/// The highest page; with full pages far more than any tenant has.
const MAX_PAGE: u32 = 1_000_000;

/// Which page of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// How many entries come before it.
    pub(crate) start: u32,
    /// How many entries it has at most.
    pub(crate) limit: u32,
    /// Whether the totals are wanted.
    pub(crate) include_totals: bool,
}

impl Page {
    /// Reads `page`, `per_page` and `include_totals`.
    pub(crate) fn read(query: &Query) -> Result<Self, Refused> {
        Self::read_or(query, DEFAULT_PER_PAGE)
    }

    /// As [`Self::read`], with as many entries as a page can have when nobody says.
    pub(crate) fn read_full(query: &Query) -> Result<Self, Refused> {
        Self::read_or(query, MAX_PER_PAGE)
    }

    fn read_or(query: &Query, default: u32) -> Result<Self, Refused> {
        let limit = query.number("per_page", MAX_PER_PAGE)?.unwrap_or(default);
        let page = query.number("page", MAX_PAGE)?.unwrap_or(0);
        let include_totals = query.flag("include_totals")?.unwrap_or(false);
        Ok(Self { start: page.saturating_mul(limit), limit, include_totals })
    }

    /// The answer: the entries, in their envelope if one was asked for. A total that nobody knows is
    /// left out.
    pub(crate) fn envelope(self, collection: &str, entries: Vec<Value>, total: Option<i64>) -> Value {
        if !self.include_totals {
            return Value::Array(entries);
        }
        let mut envelope = Map::new();
        let numbers = [
            ("start", Some(i64::from(self.start))),
            ("limit", Some(i64::from(self.limit))),
            ("length", i64::try_from(entries.len()).ok()),
            ("total", total),
        ];
        for (name, number) in numbers {
            envelope.extend(number.map(|number| (name.to_owned(), number.into())));
        }
        envelope.insert(collection.to_owned(), Value::Array(entries));
        Value::Object(envelope)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(query: &str) -> Result<Page, Refused> {
        let uri = format!("/x?{query}").parse().unwrap();
        Page::read(&Query::read(&uri, &["page", "per_page", "include_totals"]).unwrap())
    }

    #[test]
    fn a_page_is_a_start_and_a_limit() {
        assert_eq!(page("").unwrap(), Page { start: 0, limit: 50, include_totals: false });
        let third = page("page=2&per_page=10&include_totals=true").unwrap();
        assert_eq!(third, Page { start: 20, limit: 10, include_totals: true });
        assert_eq!(page("per_page=0").unwrap().limit, 0);
        let query = |text: &str| Query::read(&format!("/x?{text}").parse().unwrap(), &["per_page"]).unwrap();
        assert_eq!(Page::read_full(&query("")).unwrap().limit, 100);
        assert_eq!(Page::read_full(&query("per_page=7")).unwrap().limit, 7);
        assert!(page("per_page=101").is_err());
        assert!(page("page=1000001").is_err());
        assert!(page("page=1000000&per_page=100").is_ok());
    }

    #[test]
    fn a_list_is_bare_or_in_an_envelope() {
        let entries = || vec![json!({ "client_id": "a" })];
        assert_eq!(page("").unwrap().envelope("clients", entries(), None), json!([{ "client_id": "a" }]));
        assert_eq!(
            page("page=1&include_totals=true").unwrap().envelope("clients", entries(), Some(51)).to_string(),
            r#"{"start":50,"limit":50,"length":1,"total":51,"clients":[{"client_id":"a"}]}"#
        );
        assert_eq!(
            page("include_totals=true").unwrap().envelope("logs", Vec::new(), None).to_string(),
            r#"{"start":0,"limit":50,"length":0,"logs":[]}"#
        );
    }
}
