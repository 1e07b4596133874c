//! `fields` and `include_fields`: which parts of an object an answer shows.
//!
//! Owns the selection, nothing of what the objects mean. Names may be dotted. Source: the
//! Management API, "fields" and "include_fields".

use serde_json::{Map, Value};

use crate::query::Query;
use crate::refused::Refused;

/// A selection of fields; none means all.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    names: Vec<String>,
    exclude: bool,
}

impl Fields {
    /// Reads the selection of a request.
    pub(crate) fn read(query: &Query) -> Result<Self, Refused> {
        let include = query.flag("include_fields")?.unwrap_or(true);
        let names = query.list("fields").unwrap_or_default();
        Ok(Self { exclude: !include, names })
    }

    /// Whether the request asks for `name` by that name.
    pub(crate) fn ask_for(&self, name: &str) -> bool {
        !self.exclude && self.names.iter().any(|asked| asked.split('.').next() == Some(name))
    }

    /// Whether the answer shows `name`, or a part of it.
    pub(crate) fn show(&self, name: &str) -> bool {
        let is_excluded = self.exclude && self.names.iter().any(|excluded| excluded == name);
        self.names.is_empty() || self.ask_for(name) || (self.exclude && !is_excluded)
    }

    /// The parts of `object` that were asked for.
    pub(crate) fn select(&self, object: Map<String, Value>) -> Map<String, Value> {
        if self.names.is_empty() {
            return object;
        }
        let paths: Vec<Vec<&str>> = self.names.iter().map(|name| name.split('.').collect()).collect();
        let paths: Vec<&[&str]> = paths.iter().map(Vec::as_slice).collect();
        prune(object, &paths, self.exclude)
    }
}

fn prune(object: Map<String, Value>, paths: &[&[&str]], exclude: bool) -> Map<String, Value> {
    object
        .into_iter()
        .filter_map(|(key, value)| prune_one(&key, value, paths, exclude).map(|v| (key, v)))
        .collect()
}

fn prune_one(key: &str, value: Value, paths: &[&[&str]], exclude: bool) -> Option<Value> {
    let below: Vec<&[&str]> = paths
        .iter()
        .filter_map(|path| path.split_first())
        .filter(|(first, _)| **first == key)
        .map(|(_, r)| r)
        .collect();
    if below.is_empty() {
        return exclude.then_some(value);
    }
    if below.iter().any(|rest| rest.is_empty()) {
        return (!exclude).then_some(value);
    }
    match value {
        Value::Object(inner) => Some(Value::Object(prune(inner, &below, exclude))),
        other => exclude.then_some(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(query: &str) -> Fields {
        let uri = format!("/x?{query}").parse().unwrap();
        Fields::read(&Query::read(&uri, &["fields", "include_fields"]).unwrap()).unwrap()
    }

    fn selected(query: &str) -> Value {
        let object = json!({ "name": "Shop", "jwt": { "alg": "RS256", "life": 1 }, "client_id": "abc" });
        let Value::Object(object) = object else { unreachable!() };
        Value::Object(fields(query).select(object))
    }

    #[test]
    fn named_fields_are_shown_in_the_order_of_the_object() {
        assert_eq!(selected("fields=client_id,name").to_string(), r#"{"name":"Shop","client_id":"abc"}"#);
        assert_eq!(selected("fields=jwt.alg"), json!({ "jwt": { "alg": "RS256" } }));
        assert_eq!(selected("fields=jwt.alg,jwt"), json!({ "jwt": { "alg": "RS256", "life": 1 } }));
        assert_eq!(selected("fields=nothing,name.x"), json!({}));
    }

    #[test]
    fn named_fields_are_left_out_on_request() {
        let rest = json!({ "jwt": { "life": 1 }, "client_id": "abc" });
        assert_eq!(selected("fields=name,jwt.alg&include_fields=false"), rest);
    }

    #[test]
    fn no_selection_shows_everything() {
        for query in ["", "fields=", "include_fields=false"] {
            assert_eq!(selected(query).as_object().unwrap().len(), 3, "{query}");
        }
    }

    #[test]
    fn asking_for_a_field_is_naming_it_to_be_shown() {
        assert!(fields("fields=name,client_secret").ask_for("client_secret"));
        assert!(fields("fields=signing_keys.cert").ask_for("signing_keys"));
        assert!(!fields("fields=client_secret&include_fields=false").ask_for("client_secret"));
        assert!(!fields("").ask_for("client_secret"));
    }

    #[test]
    fn a_field_is_shown_when_nothing_hides_it() {
        for query in
            ["", "fields=jwt.alg", "fields=name&include_fields=false", "fields=jwt.alg&include_fields=false"]
        {
            assert!(fields(query).show("jwt"), "{query}");
        }
        for query in ["fields=name", "fields=jwt&include_fields=false"] {
            assert!(!fields(query).show("jwt"), "{query}");
        }
    }
}
