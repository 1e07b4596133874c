//! Holding a value against a schema. One pass finds everything; findings are in words for the sender.

use serde_json::Value;

use super::{Member, Schema};
use crate::fields::{FieldError, FieldErrors};
use crate::json::{Object, unknown, wrong_type};

/// The most findings that are collected: whoever sends a thousand wrong entries is told of the first.
const MAX_FINDINGS: usize = 20;

impl Schema {
    /// Checks a whole body.
    ///
    /// ```
    /// use doorward_model::schema::{Schema, required, text};
    /// const BODY: Schema = Schema::Object(&[required("name", text(3), "")]);
    /// let body = serde_json::json!({ "name": "long", "x": 1 });
    /// let errors = BODY.check_body(body.as_object().unwrap()).unwrap_err();
    /// let found: Vec<_> = errors.all().iter().map(|e| (e.path.as_str(), e.rule)).collect();
    /// assert_eq!(found, [("name", "max_length"), ("x", "additional_properties")]);
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check_body(&self, body: &Object) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        match self {
            Schema::Object(members) => members_of(body, members, Others::None, "", &mut errors),
            Schema::Open(members) => members_of(body, members, Others::Any, "", &mut errors),
            Schema::Map { .. } => map(body, self, "", &mut errors),
            other => other.check(&Value::Object(body.clone()), "body", &mut errors),
        }
        errors.into_result(())
    }

    /// Notes what is wrong with a value.
    pub fn check(&self, value: &Value, path: &str, errors: &mut FieldErrors) {
        if errors.all().len() >= MAX_FINDINGS {
            return;
        }
        match self {
            Schema::Any => {}
            Schema::Nullable(_) if value.is_null() => {}
            Schema::Nullable(inner) => inner.check(value, path, errors),
            Schema::Text { min, max, format } => match value.as_str() {
                Some(text) => {
                    length(text, *min, *max, path, errors);
                    format.check(text, path, errors);
                }
                None => errors.push(wrong_type(path, "a text")),
            },
            Schema::Words(words) => one_of(value, words, path, errors),
            Schema::Flag if value.is_boolean() => {}
            Schema::Flag => errors.push(wrong_type(path, "true or false")),
            Schema::Whole { min, max } => whole(value, *min, *max, path, errors),
            Schema::Number { min, max } => number(value, *min, *max, path, errors),
            Schema::List { of, min, max } => match value.as_array() {
                Some(entries) => list(entries, of, (*min, *max), path, errors),
                None => errors.push(wrong_type(path, "a list")),
            },
            Schema::Object(members) => with_object(value, path, errors, |object, errors| {
                members_of(object, members, Others::None, path, errors);
            }),
            Schema::Open(members) => with_object(value, path, errors, |object, errors| {
                members_of(object, members, Others::Any, path, errors);
            }),
            Schema::Map { .. } => {
                with_object(value, path, errors, |object, errors| map(object, self, path, errors));
            }
            Schema::Either(several) => either(value, several, path, errors),
        }
    }

    /// Whether a value is fine.
    #[must_use]
    pub fn allows(&self, value: &Value) -> bool {
        let mut errors = FieldErrors::default();
        self.check(value, "x", &mut errors);
        errors.all().is_empty()
    }
}

/// Names that an object has besides the known ones.
#[derive(Clone, Copy)]
enum Others {
    None,
    Any,
}

fn members_of(object: &Object, members: &[Member], others: Others, path: &str, errors: &mut FieldErrors) {
    for (name, value) in object {
        match (members.iter().find(|member| member.name == name), others) {
            (Some(member), _) => member.schema.check(value, &below(path, name), errors),
            (None, Others::Any) => {}
            (None, Others::None) => errors.push(unknown(&below(path, name))),
        }
    }
    for member in members.iter().filter(|member| member.required && !object.contains_key(member.name)) {
        errors.push(FieldError::new(below(path, member.name), "required", "This must be given."));
    }
}

fn map(object: &Object, schema: &Schema, path: &str, errors: &mut FieldErrors) {
    let Schema::Map { of, max } = schema else { return };
    if object.len() > *max {
        errors.push(FieldError::new(path, "max_properties", format!("Use at most {max} names.")));
    }
    for (name, value) in object {
        of.check(value, &below(path, name), errors);
    }
}

/// The path of something inside; a stranger's name comes back short and in one line.
fn below(path: &str, name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    if path.is_empty() { name } else { format!("{path}.{name}") }
}

fn with_object(
    value: &Value,
    path: &str,
    errors: &mut FieldErrors,
    look: impl FnOnce(&Object, &mut FieldErrors),
) {
    match value.as_object() {
        Some(object) => look(object, errors),
        None => errors.push(wrong_type(path, "an object")),
    }
}

fn length(text: &str, min: usize, max: usize, path: &str, errors: &mut FieldErrors) {
    let count = text.chars().count();
    if count < min {
        let rule = format!("Use at least {min} character{}.", if min == 1 { "" } else { "s" });
        errors.push(FieldError::new(path, "min_length", rule));
    } else if count > max {
        errors.push(FieldError::new(path, "max_length", format!("Use at most {max} characters.")));
    }
}

fn one_of(value: &Value, words: &[&str], path: &str, errors: &mut FieldErrors) {
    match value.as_str() {
        Some(text) if words.contains(&text) => {}
        Some(_) => {
            errors.push(FieldError::new(path, "enum", format!("This must be one of: {}.", words.join(", "))));
        }
        None => errors.push(wrong_type(path, "a text")),
    }
}

fn whole(value: &Value, min: i64, max: i64, path: &str, errors: &mut FieldErrors) {
    // 2 and 2.0 are the same number in JSON; so they are here.
    let float = || value.as_f64().filter(|number| number.fract() == 0.0);
    let number = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    let Some(number) = number.or_else(|| float().and_then(|number| format!("{number:.0}").parse().ok()))
    else {
        errors.push(wrong_type(path, "a whole number"));
        return;
    };
    if number < i128::from(min) {
        errors.push(FieldError::new(path, "minimum", format!("Use at least {min}.")));
    } else if number > i128::from(max) {
        errors.push(FieldError::new(path, "maximum", format!("Use at most {max}.")));
    }
}

fn number(value: &Value, min: f64, max: f64, path: &str, errors: &mut FieldErrors) {
    match value.as_f64() {
        None => errors.push(wrong_type(path, "a number")),
        Some(number) if number < min => {
            errors.push(FieldError::new(path, "minimum", format!("Use at least {min}.")));
        }
        Some(number) if number > max => {
            errors.push(FieldError::new(path, "maximum", format!("Use at most {max}.")));
        }
        Some(_) => {}
    }
}

fn list(entries: &[Value], of: &Schema, (min, max): (usize, usize), path: &str, errors: &mut FieldErrors) {
    if entries.len() < min {
        errors.push(FieldError::new(path, "min_items", format!("Give at least {min}.")));
    } else if entries.len() > max {
        errors.push(FieldError::new(path, "max_items", format!("Give at most {max}.")));
        return;
    }
    for (at, entry) in entries.iter().enumerate() {
        of.check(entry, &format!("{path}.{at}"), errors);
    }
}

/// The findings of the alternative that comes nearest: the one of the same JSON type, or the first.
fn either(value: &Value, several: &[Schema], path: &str, errors: &mut FieldErrors) {
    let tried: Vec<FieldErrors> = several
        .iter()
        .map(|one| {
            let mut found = FieldErrors::default();
            one.check(value, path, &mut found);
            found
        })
        .collect();
    if tried.iter().any(|found| found.all().is_empty()) {
        return;
    }
    let is_other_type = |found: &FieldErrors| found.all().iter().any(|e| e.path == path && e.rule == "type");
    let nearest = tried.iter().find(|found| !is_other_type(found)).or(tried.first());
    for error in nearest.into_iter().flat_map(FieldErrors::all) {
        errors.push(error.clone());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Format, formatted, list, optional, required, text};
    use super::*;

    const COLOR: Schema = formatted(7, Format::Color);
    const GRADIENT: Schema = Schema::Object(&[required("start", COLOR, ""), required("end", COLOR, "")]);
    const BODY: Schema = Schema::Object(&[
        required("name", text(5).not_empty(), ""),
        optional("hours", Schema::Number { min: 0.5, max: 10.0 }, ""),
        optional("count", Schema::Whole { min: 1, max: 3 }, ""),
        optional("on", Schema::Nullable(&Schema::Flag), ""),
        optional("mode", Schema::Words(&["a", "b"]), ""),
        optional("list", Schema::List { of: &text(2), min: 1, max: 2 }, ""),
        optional("map", Schema::Map { of: &text(2), max: 1 }, ""),
        optional("background", Schema::Either(&[COLOR, GRADIENT]), ""),
        optional("open", Schema::Open(&[optional("known", Schema::Flag, "")]), ""),
    ]);

    fn found(body: &Value) -> Vec<(String, &'static str)> {
        let errors = BODY.check_body(body.as_object().unwrap()).err().unwrap_or_default();
        errors.all().iter().map(|error| (error.path.clone(), error.rule)).collect()
    }

    fn one(member: &Value) -> Option<(String, &'static str)> {
        let mut body = json!({ "name": "x" });
        body.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        let mut all = found(&body);
        assert!(all.len() < 2, "{all:?}");
        all.pop()
    }

    #[test]
    fn what_is_fine_is_fine() {
        for member in [
            json!({ "hours": 0.5, "count": 2.0, "on": null, "mode": "a", "list": ["a"], "map": { "x": "y" } }),
            json!({ "background": "#fff" }),
            json!({ "background": { "start": "#fff", "end": "" } }),
            json!({ "open": { "known": true, "else": [1] } }),
            json!({ "name": "éééé€" }),
        ] {
            assert_eq!(one(&member), None, "{member}");
        }
    }

    #[test]
    fn every_rule_is_named_with_its_path() {
        for (member, path, rule) in [
            (json!({ "name": "" }), "name", "min_length"),
            (json!({ "name": "éééééé" }), "name", "max_length"),
            (json!({ "name": null }), "name", "type"),
            (json!({ "hours": "1" }), "hours", "type"),
            (json!({ "hours": 0.4 }), "hours", "minimum"),
            (json!({ "hours": 1e300 }), "hours", "maximum"),
            (json!({ "count": 1.5 }), "count", "type"),
            (json!({ "count": 0 }), "count", "minimum"),
            (json!({ "count": 18_446_744_073_709_551_615_u64 }), "count", "maximum"),
            (json!({ "on": 1 }), "on", "type"),
            (json!({ "mode": "c" }), "mode", "enum"),
            (json!({ "mode": 1 }), "mode", "type"),
            (json!({ "list": [] }), "list", "min_items"),
            (json!({ "list": ["a", "b", "c"] }), "list", "max_items"),
            (json!({ "list": ["abc"] }), "list.0", "max_length"),
            (json!({ "list": {} }), "list", "type"),
            (json!({ "map": { "x": "abc" } }), "map.x", "max_length"),
            (json!({ "map": { "x": "a", "y": "b" } }), "map", "max_properties"),
            (json!({ "background": "blue" }), "background", "pattern"),
            (json!({ "background": { "start": "#fff" } }), "background.end", "required"),
            (json!({ "background": 7 }), "background", "type"),
            (json!({ "open": { "known": 1 } }), "open.known", "type"),
            (json!({ "else": 1 }), "else", "additional_properties"),
        ] {
            assert_eq!(one(&member), Some((path.to_owned(), rule)), "{member}");
        }
    }

    #[test]
    fn all_findings_come_at_once_and_a_flood_of_them_is_cut() {
        assert_eq!(found(&json!({ "mode": "c", "count": 9 })).len(), 3, "name is missing, too");
        const MANY: Schema = list(&Schema::Flag, usize::MAX);
        let mut errors = FieldErrors::default();
        MANY.check(&json!(vec![1; 10_000]), "x", &mut errors);
        assert_eq!(errors.all().len(), MAX_FINDINGS);
    }

    #[test]
    fn a_strangers_name_comes_back_short_and_in_one_line() {
        let name = format!("a\r\nb{}", "x".repeat(1000));
        let [(path, _)] = &found(&json!({ "name": "x", name: 1 }))[..] else { panic!() };
        assert!(path.starts_with("abx") && path.len() == 64, "{path}");
    }
}
