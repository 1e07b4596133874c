//! What a JSON value may look like, as data: types, bounds, and a word on what it means.
//!
//! One description serves four readers: bodies are checked against it ([`check`]), forms get their
//! types from it ([`Schema::typed`]), the OpenAPI document is written from it ([`json`]), and tests
//! hold answers against it. Must not know HTTP or which resource it describes.
//!
//! Source: the closed schemas of the Management API; JSON Schema 2020-12, of which this is a part.

mod check;
mod format;
mod json;

use serde_json::{Number, Value};

pub use format::Format;

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schema {
    /// Anything at all.
    Any,
    /// A text, its length counted in characters.
    Text {
        /// The least length.
        min: usize,
        /// The greatest length.
        max: usize,
        /// What the text must look like.
        format: Format,
    },
    /// One of a few words.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number; `2.0` is one.
    Whole {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A number.
    Number {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// A list.
    List {
        /// What each entry may be.
        of: &'static Schema,
        /// The least number of entries.
        min: usize,
        /// The greatest number of entries.
        max: usize,
    },
    /// An object with names that are known.
    Object(&'static [Member]),
    /// An object with names of its owner's choice.
    Map {
        /// What each value may be.
        of: &'static Schema,
        /// The greatest number of names.
        max: usize,
    },
    /// An object whose known names are described, and which may have others.
    Open(&'static [Member]),
    /// One of several.
    Either(&'static [Schema]),
    /// The value, or null.
    Nullable(&'static Schema),
}

/// One name of an object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// The name.
    pub name: &'static str,
    /// What its value may be.
    pub schema: Schema,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, in one sentence; may be empty where the name says it.
    pub about: &'static str,
}

/// A text of any length that a body can have, for answers.
pub const TEXT: Schema = Schema::Text { min: 0, max: usize::MAX, format: Format::Any };
/// A time, RFC 3339 in UTC.
pub const TIME: Schema = Schema::Text { min: 0, max: 64, format: Format::Time };
/// Any whole number.
pub const WHOLE: Schema = Schema::Whole { min: i64::MIN, max: i64::MAX };
/// A list of texts, for answers.
pub const TEXTS: Schema = list(&TEXT, usize::MAX);
/// An object of any shape.
pub const OBJECT: Schema = Schema::Open(&[]);

/// A text of at most `max` characters, which may be empty.
#[must_use]
pub const fn text(max: usize) -> Schema {
    Schema::Text { min: 0, max, format: Format::Any }
}

/// A text of at most `max` characters that looks like `format`.
#[must_use]
pub const fn formatted(max: usize, format: Format) -> Schema {
    Schema::Text { min: 0, max, format }
}

/// A list of at most `max` entries.
#[must_use]
pub const fn list(of: &'static Schema, max: usize) -> Schema {
    Schema::List { of, min: 0, max }
}

/// A name that must be there.
#[must_use]
pub const fn required(name: &'static str, schema: Schema, about: &'static str) -> Member {
    Member { name, schema, required: true, about }
}

/// A name that may be left out.
#[must_use]
pub const fn optional(name: &'static str, schema: Schema, about: &'static str) -> Member {
    Member { name, schema, required: false, about }
}

impl Schema {
    /// What the value of `name` may be in an object of this schema.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'static Schema> {
        match self {
            Schema::Object(members) | Schema::Open(members) => {
                members.iter().find(|member| member.name == name).map(|member| &member.schema)
            }
            Schema::Map { of, .. } => Some(of),
            Schema::Nullable(inner) => inner.member(name),
            Schema::Either(several) => several.iter().find_map(|one| one.member(name)),
            _ => None,
        }
    }

    /// What an entry may be in a list of this schema; none when it is no list.
    #[must_use]
    pub fn entry(&self) -> Option<&'static Schema> {
        match self {
            Schema::List { of, .. } => Some(of),
            Schema::Nullable(inner) => inner.entry(),
            Schema::Either(several) => several.iter().find_map(Schema::entry),
            _ => None,
        }
    }

    /// Whether a value of this schema is an object.
    #[must_use]
    pub fn has_members(&self) -> bool {
        match self {
            Schema::Object(_) | Schema::Open(_) | Schema::Map { .. } => true,
            Schema::Nullable(inner) => inner.has_members(),
            _ => false,
        }
    }

    /// A text that came without a type (in a form or a query), as the type that is wanted here. What
    /// cannot be it stays a text, which the check then refuses.
    ///
    /// ```
    /// use doorward_model::schema::{Schema, WHOLE, text};
    /// assert_eq!(Schema::Flag.typed("true"), true);
    /// assert_eq!(WHOLE.typed("12"), 12);
    /// assert_eq!(text(9).typed("12"), "12");
    /// assert_eq!(Schema::Flag.typed("maybe"), "maybe");
    /// ```
    #[must_use]
    pub fn typed(&self, text: &str) -> Value {
        self.other_than_text(text).unwrap_or_else(|| Value::from(text))
    }

    fn other_than_text(&self, text: &str) -> Option<Value> {
        match self {
            Schema::Flag => text.parse::<bool>().ok().map(Value::Bool),
            // The reader of numbers would skip blanks around one.
            Schema::Whole { .. } | Schema::Number { .. } if text.trim() == text => {
                serde_json::from_str::<Number>(text).ok().map(Value::Number)
            }
            Schema::Nullable(inner) => inner.other_than_text(text),
            // A text that is allowed beside other types stays what it is.
            Schema::Either(several) if several.iter().all(|one| !one.is_text()) => {
                several.iter().find_map(|one| one.other_than_text(text))
            }
            _ => None,
        }
    }

    fn is_text(&self) -> bool {
        match self {
            Schema::Text { .. } | Schema::Words(_) | Schema::Any => true,
            Schema::Nullable(inner) => inner.is_text(),
            Schema::Either(several) => several.iter().any(Schema::is_text),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INNER: Schema = Schema::Object(&[optional("alg", text(9), "")]);
    const OUTER: Schema = Schema::Nullable(&Schema::Object(&[
        required("jwt", Schema::Nullable(&INNER), ""),
        optional("list", list(&WHOLE, 3), ""),
        optional("map", Schema::Map { of: &Schema::Flag, max: 9 }, ""),
    ]));

    #[test]
    fn what_lies_below_is_found_through_null() {
        assert_eq!(OUTER.member("jwt").and_then(|jwt| jwt.member("alg")), Some(&text(9)));
        assert_eq!(OUTER.member("list").and_then(Schema::entry), Some(&WHOLE));
        assert_eq!(OUTER.member("map").and_then(|map| map.member("anything")), Some(&Schema::Flag));
        assert_eq!(OUTER.member("nothing"), None);
        assert_eq!(OUTER.entry(), None);
    }

    #[test]
    fn a_text_becomes_what_is_wanted_or_stays_a_text() {
        let hours = Schema::Number { min: 0.0, max: 9.0 };
        assert_eq!(hours.typed("3.5"), json!(3.5));
        assert_eq!(Schema::Nullable(&Schema::Flag).typed("false"), json!(false));
        for odd in ["", "1e", "0x1", " 1", "--1", "NaN", "1,5"] {
            assert_eq!(hours.typed(odd), json!(odd), "{odd}");
        }
        // A password of digits is a password.
        assert_eq!(text(99).typed("true"), json!("true"));
        assert_eq!(Schema::Either(&[Schema::Flag, TEXT]).typed("true"), json!("true"));
        assert_eq!(Schema::Either(&[Schema::Flag, WHOLE]).typed("7"), json!(7));
        assert_eq!(Schema::Any.typed("7"), json!("7"));
    }
}
