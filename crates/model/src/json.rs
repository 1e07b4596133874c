//! Reading a JSON object whose names are all known: types here, bounds at the caller's.
//!
//! Each reader notes what is wrong in the list of findings and gives nothing back, so that one pass
//! over a body finds everything. Must not know which resource it reads.
//!
//! Source: the closed schemas of the Management API; RFC 8259; RFC 7396 for null.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::fields::{FieldError, FieldErrors};
use crate::patch::Patch;
use crate::time::{Lifetime, Timestamp};

/// A JSON object.
pub type Object = Map<String, Value>;

/// How much room an admin's own facts about a session or a token have.
const MAX_FACTS: usize = 4096;

/// A field that always has a value: null is a wrong type, which the reader has noted.
#[must_use]
pub fn always<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Keep, Patch::Set)
}

/// A field that null clears.
#[must_use]
pub fn nullable<T>(value: &Value, read: impl FnOnce(&Value) -> Option<T>) -> Patch<T> {
    if value.is_null() { Patch::Clear } else { always(read(value)) }
}

/// The finding for a name that the schema does not know.
#[must_use]
pub fn unknown(path: &str) -> FieldError {
    let text = "There is no such field here. Leave it out.";
    FieldError::new(path, "additional_properties", text)
}

/// The finding for a field that is known and stands for something that is not built yet.
#[must_use]
pub fn not_offered(path: &str) -> FieldError {
    FieldError::new(path, "enum", "This is not offered yet. Leave it out, or send null.")
}

/// The finding for a value of the wrong type; `wanted` says what it should be, with its article.
#[must_use]
pub fn wrong_type(path: &str, wanted: &str) -> FieldError {
    FieldError::new(path, "type", format!("This must be {wanted}."))
}

/// A text.
pub fn text(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<String> {
    let text = value.as_str().map(str::to_owned);
    if text.is_none() {
        errors.push(wrong_type(path, "a text"));
    }
    text
}

/// `true` or `false`.
pub fn flag(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<bool> {
    let flag = value.as_bool();
    if flag.is_none() {
        errors.push(wrong_type(path, "true or false"));
    }
    flag
}

fn whole_number(number: f64) -> Option<u64> {
    format!("{number:.0}").parse().ok()
}

/// A whole number of seconds.
pub fn seconds(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Lifetime> {
    // 2 and 2.0 are the same number in JSON; so they are here.
    let whole = value.as_u64().or_else(|| value.as_f64().filter(|n| n.fract() == 0.0).and_then(whole_number));
    let Some(number) = whole else {
        errors.push(wrong_type(path, "a whole number of seconds"));
        return None;
    };
    let seconds = u32::try_from(number).ok().map(Lifetime::from_seconds);
    if seconds.is_none() {
        errors.push(FieldError::new(path, "maximum", "This number of seconds is too great."));
    }
    seconds
}

/// A time as RFC 3339 spells it.
pub fn time(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Timestamp> {
    let text = text(value, path, errors)?;
    let time = Timestamp::parse(&text);
    if time.is_none() {
        let text = "This must be a time like 2027-01-31T12:00:00Z.";
        errors.push(FieldError::new(path, "format", text));
    }
    time
}

/// An object.
pub fn object<'a>(value: &'a Value, path: &str, errors: &mut FieldErrors) -> Option<&'a Object> {
    let object = value.as_object();
    if object.is_none() {
        errors.push(wrong_type(path, "an object"));
    }
    object
}

/// An object of an admin's own facts, kept as it is as long as it is small.
pub fn facts(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Object> {
    let members = object(value, path, errors)?;
    if value.to_string().len() > MAX_FACTS {
        let text = format!("Use at most {MAX_FACTS} bytes, written as JSON.");
        errors.push(FieldError::new(path, "max_length", text));
        return None;
    }
    Some(members.clone())
}

/// A list.
pub fn array<'a>(value: &'a Value, path: &str, errors: &mut FieldErrors) -> Option<&'a Vec<Value>> {
    let array = value.as_array();
    if array.is_none() {
        errors.push(wrong_type(path, "a list"));
    }
    array
}

/// A list of texts; all of them, or nothing.
pub fn texts(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Vec<String>> {
    let values = array(value, path, errors)?;
    let read = |(at, value)| text(value, &format!("{path}.{at}"), errors);
    let texts: Vec<String> = values.iter().enumerate().filter_map(read).collect();
    (texts.len() == values.len()).then_some(texts)
}

/// A word out of a list, read as serde spells it; `names` are the words that would do.
pub fn word<T: DeserializeOwned>(
    value: &Value,
    path: &str,
    names: &[&str],
    errors: &mut FieldErrors,
) -> Option<T> {
    let text = text(value, path, errors)?;
    one_of(serde_json::from_value(Value::String(text)).ok(), path, names, errors)
}

/// A word out of a list: `value` is what parsing it gave, `names` are the words that would do.
pub fn one_of<T>(value: Option<T>, path: &str, names: &[&str], errors: &mut FieldErrors) -> Option<T> {
    if value.is_none() {
        errors.push(FieldError::new(path, "enum", format!("This must be one of: {}.", names.join(", "))));
    }
    value
}
