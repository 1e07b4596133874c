//! Query strings: each endpoint names what it understands, and anything else is an error.
//!
//! Owns reading and types. A parameter that comes twice is refused, so that no two readers can
//! pick different ones. Source: the Management API's `invalid_query_string`.

use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::IdError;
use doorward_protocol::oauth::params::decode;
use doorward_web::fault::Refusal;
use http::Uri;

use crate::refused::Refused;

/// The longest query string that is looked at, in bytes.
const MAX_LENGTH: usize = 8 * 1024;

/// The parameters of a request, all of them known to the endpoint.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the query of a request for an endpoint that understands `known`.
    pub(crate) fn read(uri: &Uri, known: &[&str]) -> Result<Self, Refused> {
        Self::read_with_repeats(uri, known, &[])
    }

    /// As [`Self::read`]; those of the parameters in `many` are lists and may come more than once.
    pub(crate) fn read_with_repeats(uri: &Uri, known: &[&str], many: &[&str]) -> Result<Self, Refused> {
        if uri.query().is_some_and(|query| query.len() > MAX_LENGTH) {
            return Err(Refused::query("query", "max_length", "The query string is too long."));
        }
        let pairs = pairs(uri.query().unwrap_or_default())?;
        let mut errors = FieldErrors::default();
        for (at, (name, _)) in pairs.iter().enumerate() {
            // What a stranger made up comes back short and in one line.
            let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            if !known.contains(&name.as_str()) {
                let text = format!("This endpoint knows no such parameter. It knows: {}.", known.join(", "));
                errors.push(FieldError::new(shown, "additional_properties", text));
            } else if !many.contains(&name.as_str()) && pairs[..at].iter().any(|(other, _)| other == name) {
                errors.push(FieldError::new(shown, "unique", "This parameter came twice. Send it once."));
            }
        }
        errors.into_result(Self(pairs)).map_err(|errors| Refusal::query(&errors).into())
    }

    /// A parameter as text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter as a list of words between commas.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<String>> {
        let words = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
        self.text(name).map(|text| words(text).into_iter().filter(|word| !word.is_empty()).collect())
    }

    /// A list that is sent entry by entry, each under the same name; none when it was not sent.
    pub(crate) fn all(&self, name: &str) -> Option<Vec<String>> {
        let values: Vec<String> =
            self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect();
        (!values.is_empty()).then_some(values)
    }

    /// A parameter that is an id.
    pub(crate) fn id<T>(
        &self,
        name: &str,
        parse: fn(&str) -> Result<T, IdError>,
    ) -> Result<Option<T>, Refused> {
        let bad = |error| Refused::query(name, "pattern", format!("This is no id: {error}."));
        self.text(name).map(parse).transpose().map_err(bad)
    }

    /// A parameter that is `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refused> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Refused::query(name, "type", "This must be true or false.")),
        }
    }

    /// A parameter that is a whole number from 0 to `max`.
    pub(crate) fn number(&self, name: &str, max: u32) -> Result<Option<u32>, Refused> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse::<u32>() {
            _ if !digits => Err(Refused::query(name, "type", "This must be a whole number.")),
            Ok(number) if number <= max => Ok(Some(number)),
            _ => Err(Refused::query(name, "maximum", format!("This must be at most {max}."))),
        }
    }
}

/// Names and values, decoded strictly: what is not UTF-8 has no value that two readers agree on.
fn pairs(query: &str) -> Result<Vec<(String, String)>, Refused> {
    let bad = |_| {
        Refused::query(
            "query",
            "format",
            "The query string is not well encoded: percent-encoded UTF-8 is expected.",
        )
    };
    let pair = |field: &str| {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        Ok((decode(name.as_bytes()).map_err(bad)?, decode(value.as_bytes()).map_err(bad)?))
    };
    query.split('&').filter(|field| !field.is_empty()).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["page", "fields", "include_totals"];

    fn read(query: &str) -> Result<Query, Refused> {
        Query::read(&format!("/api/v2/clients?{query}").parse().unwrap(), KNOWN)
    }

    /// What is said about a query that is refused.
    fn said(query: &str) -> String {
        let refused = read(query).unwrap_err();
        assert_eq!(refused.refusal().status(), 400);
        assert_eq!(refused.refusal().error_code(), Some("invalid_query_string"));
        refused.refusal().text().to_owned()
    }

    #[test]
    fn what_an_endpoint_does_not_know_is_refused_by_name() {
        assert!(said("page=1&sort=x").contains("'additional_properties' on property sort "));
        assert!(said("Page=1").contains("'additional_properties' on property Page "));
        assert!(said("page[]=1").contains("'additional_properties' on property page[] "));
        assert!(said("%0d%0a=1").contains("'additional_properties' on property  "));
    }

    #[test]
    fn what_is_not_well_encoded_is_refused_and_not_guessed() {
        for bad in ["fields=%ff", "%ff=1", "fields=%C3", "fields=%zz", "fields=%"] {
            assert!(said(bad).contains("'format' on property query "), "{bad}");
        }
        assert_eq!(read("fields=%C3%A4+b&").unwrap().text("fields"), Some("ä b"));
    }

    #[test]
    fn a_parameter_comes_once() {
        assert!(said("page=1&page=2").contains("'unique' on property page "));
        assert!(said("page=1&p%61ge=1").contains("'unique' on property page "));
    }

    #[test]
    fn a_list_may_come_entry_by_entry_where_the_endpoint_says_so() {
        let uri = "/x?fields=a&fields=b&page=1".parse().unwrap();
        let query = Query::read_with_repeats(&uri, KNOWN, &["fields"]).unwrap();
        assert_eq!(query.all("fields"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(query.all("include_totals"), None);
        let twice = "/x?page=1&page=2".parse().unwrap();
        assert!(Query::read_with_repeats(&twice, KNOWN, &["fields"]).is_err());
    }

    #[test]
    fn values_have_types() {
        let query = read("page=7&fields=a,%20b,,c&include_totals=true").unwrap();
        assert_eq!(query.number("page", 10).unwrap(), Some(7));
        assert_eq!(query.list("fields"), Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
        assert_eq!(query.flag("include_totals").unwrap(), Some(true));
        assert_eq!(read("").unwrap().number("page", 10).unwrap(), None);
        for bad in ["page=", "page=-1", "page=%2B1", "page=1e1", "page=11", "page=99999999999999999999"] {
            assert!(read(bad).unwrap().number("page", 10).is_err(), "{bad}");
        }
        assert!(read("include_totals=1").unwrap().flag("include_totals").is_err());
    }

    #[test]
    fn a_query_has_a_bound() {
        assert!(
            said(&format!("page={}", "1".repeat(MAX_LENGTH))).contains("'max_length' on property query ")
        );
    }
}
