//! A permission that an API knows: a scope value and what it allows.
//!
//! Source: the Management API's `scopes` of a resource server; RFC 6749 §3.3 for the characters.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{FieldError, FieldErrors};
use crate::json;

/// The greatest number of permissions of one API.
pub const MAX_PERMISSIONS: usize = 1000;
/// The longest scope value and the longest description, in characters.
const MAX_VALUE: usize = 280;
const MAX_DESCRIPTION: usize = 500;

/// A permission that an API knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiPermission {
    /// The scope value, `read:clients`.
    pub value: String,
    /// What it allows, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl ApiPermission {
    /// A permission with its description.
    #[must_use]
    pub fn new(value: &str, description: &str) -> Self {
        Self { value: value.to_owned(), description: Some(description.to_owned()) }
    }
}

/// Whether a text is one scope value (RFC 6749 §3.3, `scope-token`).
///
/// ```
/// use doorward_model::api::permission::is_scope_value;
/// assert!(is_scope_value("read:orders"));
/// assert!(!is_scope_value("") && !is_scope_value("read orders") && !is_scope_value("a\"b"));
/// ```
#[must_use]
pub fn is_scope_value(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// Reads the list of an API's permissions.
pub(super) fn list(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Vec<ApiPermission>> {
    let entries = json::array(value, path, errors)?;
    if entries.len() > MAX_PERMISSIONS {
        errors.push(FieldError::new(
            path,
            "max_items",
            format!("An API has at most {MAX_PERMISSIONS} scopes."),
        ));
        return None;
    }
    let mut list: Vec<ApiPermission> = Vec::with_capacity(entries.len());
    let mut seen = std::collections::HashSet::new();
    for (at, entry) in entries.iter().enumerate() {
        let path = format!("{path}.{at}");
        let Some(read) = one(entry, &path, errors) else { continue };
        if !seen.insert(read.value.clone()) {
            errors.push(FieldError::new(path, "unique", "This scope stands twice. Send it once."));
        }
        list.push(read);
    }
    (list.len() == entries.len()).then_some(list)
}

fn one(entry: &Value, path: &str, errors: &mut FieldErrors) -> Option<ApiPermission> {
    let object = json::object(entry, path, errors)?;
    let (mut value, mut description) = (None, None);
    for (name, field) in object {
        let path = format!("{path}.{name}");
        match name.as_str() {
            "value" => value = scope_value(field, &path, errors),
            "description" if field.is_null() => {}
            "description" => description = json::text(field, &path, errors),
            _ => errors.push(json::unknown(&path)),
        }
    }
    if !object.contains_key("value") {
        errors.push(FieldError::new(format!("{path}.value"), "required", "A scope needs its value."));
    }
    if description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        let text = format!("Use at most {MAX_DESCRIPTION} characters.");
        errors.push(FieldError::new(format!("{path}.description"), "max_length", text));
    }
    Some(ApiPermission { value: value?, description })
}

/// Reads one scope value.
pub(crate) fn scope_value(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<String> {
    let text = json::text(value, path, errors)?;
    if text.len() > MAX_VALUE {
        errors.push(FieldError::new(path, "max_length", format!("Use at most {MAX_VALUE} characters.")));
        return None;
    }
    if !is_scope_value(&text) {
        let why = "A scope is one word of printable ASCII characters, without quotes and backslashes.";
        errors.push(FieldError::new(path, "pattern", why));
        return None;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(body: &Value) -> Vec<(String, &'static str)> {
        let mut errors = FieldErrors::default();
        list(body, "scopes", &mut errors);
        errors.all().iter().map(|e| (e.path.clone(), e.rule)).collect()
    }

    #[test]
    fn a_permission_is_given_back_as_it_was_sent() {
        let sent = json!([{ "value": "read:all", "description": "" }, { "value": "write:all" }]);
        let read = list(&sent, "scopes", &mut FieldErrors::default()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), sent);
    }

    #[test]
    fn everything_wrong_with_a_list_is_found_at_once() {
        let sent = json!([
            { "value": "a" }, { "value": "a" }, { "description": "x" }, { "value": "two words" }, "b",
            { "value": "c", "more": 1 }, { "value": "d", "description": "x".repeat(501) }, { "value": "e".repeat(281) },
        ]);
        let path = |text: &str| format!("scopes.{text}");
        let expected = [
            (path("1"), "unique"),
            (path("2.value"), "required"),
            (path("3.value"), "pattern"),
            (path("4"), "type"),
            (path("5.more"), "additional_properties"),
            (path("6.description"), "max_length"),
            (path("7.value"), "max_length"),
        ];
        assert_eq!(found(&sent), expected);
    }

    #[test]
    fn a_list_has_a_bound() {
        let many: Vec<Value> = (0..=MAX_PERMISSIONS).map(|i| json!({ "value": format!("s{i}") })).collect();
        assert_eq!(found(&Value::Array(many)), [("scopes".to_owned(), "max_items")]);
    }
}
