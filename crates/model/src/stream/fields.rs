//! Reading the members of a sink, each by its name, so that what is left over is a mistake.

use serde_json::Value;

use crate::fields::{FieldError, FieldErrors};
use crate::json::{self, Object};
use crate::secret::Secret;

/// The members of `sink`, and what was found wrong with them.
pub(super) struct Fields<'a> {
    object: &'a Object,
    errors: &'a mut FieldErrors,
    known: Vec<&'static str>,
}

/// What becomes of a secret that a change leaves out or empty.
#[derive(Clone, Copy)]
pub(super) enum Kept<'a> {
    /// There is none.
    Nothing,
    /// It stays.
    Stays(&'a Secret),
    /// There is one, for another place.
    Elsewhere,
}

impl<'a> Kept<'a> {
    pub(super) const fn of(known: Option<&'a Secret>, is_moved: bool) -> Self {
        match known {
            None => Kept::Nothing,
            Some(_) if is_moved => Kept::Elsewhere,
            Some(secret) => Kept::Stays(secret),
        }
    }
}

impl<'a> Fields<'a> {
    pub(super) fn new(object: &'a Object, errors: &'a mut FieldErrors) -> Self {
        Self { object, errors, known: Vec::new() }
    }

    /// A member that may be left out or null.
    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A text of at most `max` characters, none of which steers a terminal or ends a line.
    pub(super) fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let value = self.value(name)?;
        let text = json::text(value, &path(name), self.errors)?;
        if text.chars().count() > max {
            self.wrong(name, "max_length", &format!("Use at most {max} characters."));
        } else if text.chars().any(char::is_control) {
            self.wrong(name, "pattern", "Line breaks and other control characters are not allowed here.");
        }
        Some(text)
    }

    /// The same, which must be there and must not be empty.
    pub(super) fn required(&mut self, name: &'static str, max: usize) -> String {
        let text = self.text(name, max).unwrap_or_default();
        if text.is_empty() {
            self.wrong(name, "required", "This receiver needs it.");
        }
        text
    }

    /// A secret; when it is left out or empty, the one that is known stays. `null` takes it away.
    pub(super) fn secret(&mut self, name: &'static str, max: usize, kept: Kept<'_>) -> Option<Secret> {
        if self.object.get(name).is_some_and(Value::is_null) {
            self.known.push(name);
            return None;
        }
        if let Some(text) = self.text(name, max).filter(|text| !text.is_empty()) {
            return Some(Secret::new(text));
        }
        match kept {
            Kept::Nothing => None,
            Kept::Stays(secret) => Some(secret.clone()),
            Kept::Elsewhere => {
                self.moved(name);
                None
            }
        }
    }

    /// The same, which must be there or be known.
    pub(super) fn required_secret(&mut self, name: &'static str, max: usize, kept: Kept<'_>) -> Secret {
        let is_null = self.object.get(name).is_some_and(Value::is_null);
        let is_said = matches!(kept, Kept::Elsewhere) && !is_null;
        self.secret(name, max, kept).unwrap_or_else(|| {
            if !is_said {
                self.wrong(name, "required", "This receiver needs it.");
            }
            Secret::new(String::new())
        })
    }

    /// Says that a secret is not sent to another place than before.
    pub(super) fn moved(&mut self, name: &str) {
        let text = "The address leads elsewhere than before. Give this secret again, so that the saved one is \
             sent to nobody who was not to have it.";
        self.wrong(name, "required", text);
    }

    pub(super) fn flag(&mut self, name: &'static str, usual: bool) -> bool {
        let Some(value) = self.value(name) else { return usual };
        json::flag(value, &path(name), self.errors).unwrap_or(usual)
    }

    pub(super) fn wrong(&mut self, name: &str, rule: &'static str, text: &str) {
        self.errors.push(FieldError::new(path(name), rule, text));
    }

    /// Notes every name that nobody asked for.
    pub(super) fn finish(self) {
        for name in self.object.keys().filter(|name| !self.known.contains(&name.as_str())) {
            self.errors.push(json::unknown(&path(name)));
        }
    }
}

fn path(name: &str) -> String {
    format!("sink.{name}")
}
