//! What is kept about a person beside the profile: two objects, merged by their first-level names.
//!
//! Owns their bounds, how a change is merged, and which of their values a search finds. Source: the
//! original's `user_metadata` and `app_metadata`; RFC 7396 for null, on the first level only.

use serde_json::{Map, Value};

use crate::fields::{FieldError, FieldErrors};
use crate::json::wrong_type;

/// The greatest size of one of the two, as JSON, in bytes.
pub const MAX_BYTES: usize = 16 * 1024;
/// How deep values may be nested.
pub const MAX_DEPTH: usize = 10;
/// How many values of each of the two a search finds; those beyond are kept and not found.
pub const MAX_SEARCHED: usize = 100;
/// The longest text and the longest path that a search finds, in bytes.
pub const MAX_SEARCHED_TEXT: usize = 256;

/// A change of one of the two objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataPatch {
    /// All of it goes: null, or an empty object.
    Clear,
    /// These names are set, or removed where they are null; others stay.
    Merge(Map<String, Value>),
}

impl MetadataPatch {
    /// Reads a change. Sizes are checked when it is applied.
    pub fn from_json(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Clear),
            Value::Object(object) if object.is_empty() => Some(Self::Clear),
            Value::Object(object) => Some(Self::Merge(object.clone())),
            _ => {
                errors.push(wrong_type(path, "an object"));
                None
            }
        }
    }

    /// What becomes of `current`.
    #[must_use]
    pub fn apply(self, current: &Map<String, Value>) -> Map<String, Value> {
        let Self::Merge(changes) = self else { return Map::new() };
        let mut merged = current.clone();
        for (name, value) in changes {
            if value.is_null() {
                merged.shift_remove(&name);
            } else {
                merged.insert(name, value);
            }
        }
        merged
    }
}

/// Looks at an object as it would be kept.
pub(crate) fn check(object: &Map<String, Value>, path: &str, errors: &mut FieldErrors) {
    if object.values().any(|value| depth(value) >= MAX_DEPTH) {
        let text = format!("Nest values at most {MAX_DEPTH} deep.");
        errors.push(FieldError::new(path, "maximum", text));
        return;
    }
    let size = serde_json::to_string(object).map_or(usize::MAX, |text| text.len());
    if size > MAX_BYTES {
        let text = format!("This would be {size} bytes as JSON. At most {MAX_BYTES} are kept.");
        errors.push(FieldError::new(path, "max_length", text));
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The values of an object that a search finds, each with its path: `user_metadata.address.city`.
/// Lists have no part in a path; null, and what is empty, is not found.
///
/// ```
/// use doorward_model::user::metadata::searched;
/// let object = serde_json::json!({"plan": "gold", "visits": [{"city": "Bonn"}, {"city": "Ulm"}], "n": null});
/// let found = searched("m", object.as_object().unwrap());
/// let found: Vec<_> = found.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
/// assert_eq!(found, [("m.plan", "gold"), ("m.visits.city", "Bonn"), ("m.visits.city", "Ulm")]);
/// ```
#[must_use]
pub fn searched(root: &str, object: &Map<String, Value>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect_members(root, object, &mut found);
    found
}

fn collect_members(path: &str, object: &Map<String, Value>, found: &mut Vec<(String, String)>) {
    for (name, value) in object {
        collect(&format!("{path}.{name}"), value, found);
    }
}

fn collect(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    if found.len() == MAX_SEARCHED || path.len() > MAX_SEARCHED_TEXT {
        return;
    }
    let text = match value {
        Value::Null => return,
        Value::Object(object) => return collect_members(path, object, found),
        Value::Array(items) => return items.iter().for_each(|item| collect(path, item, found)),
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
    };
    let pair = (path.to_owned(), text);
    if pair.1.len() <= MAX_SEARCHED_TEXT && !found.contains(&pair) {
        found.push(pair);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("an object is wanted") };
        object
    }

    fn patch(value: &Value) -> Option<MetadataPatch> {
        MetadataPatch::from_json(value, "user_metadata", &mut FieldErrors::default())
    }

    #[test]
    fn first_level_names_are_merged_and_null_removes_one() {
        let current = object(json!({"color": "red", "address": {"city": "Bonn", "zip": "53111"}, "old": 1}));
        let change = json!({"address": {"city": "Ulm"}, "old": null, "missing": null, "new": [1, null]});
        let merged = patch(&change).unwrap().apply(&current);
        assert_eq!(
            Value::Object(merged),
            json!({"color": "red", "address": {"city": "Ulm"}, "new": [1, null]})
        );
    }

    #[test]
    fn null_and_an_empty_object_remove_everything() {
        let current = object(json!({"color": "red"}));
        for change in [json!(null), json!({})] {
            assert!(patch(&change).unwrap().apply(&current).is_empty());
        }
        for bad in [json!([]), json!("x"), json!(7), json!(true)] {
            assert_eq!(patch(&bad), None);
        }
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let found = |value: Value| {
            let mut errors = FieldErrors::default();
            check(&object(value), "app_metadata", &mut errors);
            errors.all().iter().map(|error| error.rule).collect::<Vec<_>>()
        };
        let mut deep = json!(1);
        for _ in 0..MAX_DEPTH - 1 {
            deep = json!([deep]);
        }
        assert_eq!(found(json!({ "a": deep })), [""; 0]);
        assert_eq!(found(json!({ "a": [deep] })), ["maximum"]);
        assert_eq!(found(json!({ "a": "x".repeat(MAX_BYTES - 8) })), [""; 0]);
        assert_eq!(found(json!({ "a": "x".repeat(MAX_BYTES - 7) })), ["max_length"]);
    }

    #[test]
    fn what_a_search_finds_is_bounded() {
        let many: Map<String, Value> = (0..300).map(|n| (format!("k{n}"), json!(n))).collect();
        assert_eq!(searched("m", &many).len(), MAX_SEARCHED);
        let long = object(json!({"a": "x".repeat(257), "k".repeat(300): 1, "b": true, "c": [], "d": {}}));
        assert_eq!(searched("m", &long), [("m.b".to_owned(), "true".to_owned())]);
        let twice = object(json!({"a": [1, 1, "1", 1.5]}));
        assert_eq!(searched("m", &twice).len(), 2);
    }
}
