//! What a JSON value may be: the rules that the table of fields is written in.
//!
//! A rule checks a value where it stands and changes nothing about it, so what passed is given back
//! as it was sent. Must not know which fields there are. Source: JSON Schema, as much of it as is used.

use serde_json::Value;

use crate::client::urls::UrlProblem;
use crate::fields::{FieldError, FieldErrors};
use crate::json::{Object, unknown, wrong_type};

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// `true` or `false`.
    Flag,
    /// A text of so many characters.
    Text {
        /// At least.
        min: usize,
        /// At most.
        max: usize,
    },
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number.
    Number {
        /// At least.
        min: i64,
        /// At most.
        max: i64,
    },
    /// An address.
    Address {
        /// What kind, in words.
        kind: &'static str,
        /// What is wrong with one, if anything.
        check: fn(&str) -> Result<(), UrlProblem>,
        /// Whether an empty text will do.
        may_be_empty: bool,
    },
    /// A list.
    List {
        /// What its entries may be.
        of: &'static Rule,
        /// At least so many.
        min: usize,
        /// At most so many.
        max: usize,
    },
    /// A list that may come as its only entry.
    OneOrMore(&'static Rule),
    /// An object. A member that is not needed may be null.
    Object {
        /// The members that are known.
        members: &'static [Member],
        /// Whether it may have others; they are stored as they come.
        is_open: bool,
    },
}

/// A known member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub rule: Rule,
    /// Whether the object needs it.
    pub is_needed: bool,
}

/// A member that may be left out.
pub(in crate::client) const fn may(name: &'static str, rule: Rule) -> Member {
    Member { name, rule, is_needed: false }
}

/// A member that must be there.
pub(in crate::client) const fn must(name: &'static str, rule: Rule) -> Member {
    Member { name, rule, is_needed: true }
}

/// An object that may have other members than the known ones.
pub(in crate::client) const fn open(members: &'static [Member]) -> Rule {
    Rule::Object { members, is_open: true }
}

/// A text of at most so many characters.
pub(in crate::client) const fn text(max: usize) -> Rule {
    Rule::Text { min: 0, max }
}

impl Rule {
    /// Notes everything that is wrong with `value`.
    pub fn check(&self, value: &Value, path: &str, errors: &mut FieldErrors) {
        match *self {
            Rule::Flag if value.is_boolean() => {}
            Rule::Flag => errors.push(wrong_type(path, "true or false")),
            Rule::Text { min, max } => check_text(value, (min, max), path, errors),
            Rule::Word(words) => check_word(value, words, path, errors),
            Rule::Number { min, max } => check_number(value, (min, max), path, errors),
            Rule::Address { check, may_be_empty, .. } => match value.as_str() {
                Some("") if may_be_empty => {}
                Some(text) => {
                    if let Err(problem) = check(text) {
                        errors.push(FieldError::new(path, "format", problem.to_string()));
                    }
                }
                None => errors.push(wrong_type(path, "a text")),
            },
            Rule::List { of, min, max } => check_list(value, of, (min, max), path, errors),
            Rule::OneOrMore(of) if !value.is_array() => of.check(value, path, errors),
            Rule::OneOrMore(of) => check_list(value, of, (1, MANY), path, errors),
            Rule::Object { members, is_open } => match value.as_object() {
                Some(object) => check_object(object, members, is_open, path, errors),
                None => errors.push(wrong_type(path, "an object")),
            },
        }
    }

    /// The rule in words, for the documentation.
    #[must_use]
    pub fn words(&self) -> String {
        match *self {
            Rule::Flag => "true or false".to_owned(),
            Rule::Text { min: 0, max } => format!("text, at most {max} characters"),
            Rule::Text { min, max } => format!("text, {min} to {max} characters"),
            Rule::Word(words) => format!("one of `{}`", words.join("`, `")),
            Rule::Number { min, max } => format!("whole number, {min} to {max}"),
            Rule::Address { kind, may_be_empty: false, .. } => kind.to_owned(),
            Rule::Address { kind, .. } => format!("{kind}, or empty"),
            Rule::List { of, max, .. } => format!("list of at most {max}, each: {}", of.words()),
            Rule::OneOrMore(of) => format!("{}, or a list of such", of.words()),
            Rule::Object { members: [], .. } => "object".to_owned(),
            Rule::Object { members, .. } => {
                let names: Vec<&str> = members.iter().map(|member| member.name).collect();
                format!("object with `{}`", names.join("`, `"))
            }
        }
    }
}

/// The greatest number of entries where nothing else is said.
pub(in crate::client) const MANY: usize = 100;

fn check_text(value: &Value, (min, max): (usize, usize), path: &str, errors: &mut FieldErrors) {
    let Some(text) = value.as_str() else { return errors.push(wrong_type(path, "a text")) };
    let length = text.chars().count();
    if length < min {
        errors.push(FieldError::new(path, "min_length", format!("Use at least {min} characters.")));
    } else if length > max {
        errors.push(FieldError::new(path, "max_length", format!("Use at most {max} characters.")));
    }
}

fn check_word(value: &Value, words: &[&str], path: &str, errors: &mut FieldErrors) {
    match value.as_str() {
        None => errors.push(wrong_type(path, "a text")),
        Some(text) if words.contains(&text) => {}
        Some(_) => {
            errors.push(FieldError::new(path, "enum", format!("This must be one of: {}.", words.join(", "))));
        }
    }
}

fn check_number(value: &Value, (min, max): (i64, i64), path: &str, errors: &mut FieldErrors) {
    match whole_number(value) {
        None => errors.push(wrong_type(path, "a whole number")),
        Some(number) if number < min => {
            errors.push(FieldError::new(path, "minimum", format!("This must be at least {min}.")));
        }
        Some(number) if number > max => {
            errors.push(FieldError::new(path, "maximum", format!("This must be at most {max}.")));
        }
        Some(_) => {}
    }
}

/// A whole number; 2 and 2.0 are the same in JSON, and what is beyond all bounds counts as the last.
fn whole_number(value: &Value) -> Option<i64> {
    let of_float = |number: f64| {
        let end = if number < 0.0 { i64::MIN } else { i64::MAX };
        (number.fract() == 0.0).then(|| format!("{number:.0}").parse().unwrap_or(end))
    };
    value.as_i64().or_else(|| value.as_f64().and_then(of_float))
}

fn check_list(value: &Value, of: &Rule, (min, max): (usize, usize), path: &str, errors: &mut FieldErrors) {
    let Some(list) = value.as_array() else { return errors.push(wrong_type(path, "a list")) };
    if list.len() < min {
        errors.push(FieldError::new(path, "min_length", format!("Enter at least {min}.")));
    } else if list.len() > max {
        return errors.push(FieldError::new(path, "max_length", format!("Enter at most {max}.")));
    }
    for (at, entry) in list.iter().enumerate() {
        of.check(entry, &format!("{path}.{at}"), errors);
    }
}

fn check_object(object: &Object, members: &[Member], is_open: bool, path: &str, errors: &mut FieldErrors) {
    for member in members {
        let path = format!("{path}.{}", member.name);
        match object.get(member.name) {
            None if member.is_needed => {
                errors.push(FieldError::new(path, "required", "This must be given."));
            }
            Some(Value::Null) if !member.is_needed => {}
            None => {}
            Some(value) => member.rule.check(value, &path, errors),
        }
    }
    let is_known = |name: &str| members.iter().any(|member| member.name == name);
    if !is_open {
        for name in object.keys().filter(|name| !is_known(name)) {
            errors.push(unknown(&format!("{path}.{name}")));
        }
    }
}
