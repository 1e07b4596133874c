//! What goes into a statement and comes out of a row: null, a boolean, an integer, or text.
//!
//! Times are integers (milliseconds), JSON and bytes are text; there is nothing else on disk.

use std::fmt;

use doorward_model::time::Timestamp;

/// One value.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, or a time in milliseconds.
    Int(i64),
    /// Text.
    Text(String),
}

impl fmt::Debug for Value {
    /// Shows numbers, and of texts the length only: hashes and addresses have no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("Null"),
            Value::Bool(value) => write!(f, "Bool({value})"),
            Value::Int(value) => write!(f, "Int({value})"),
            Value::Text(text) => write!(f, "Text({} bytes)", text.len()),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Value::Int(value.into())
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Value::Int(value.millis())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::from(value.to_owned())
    }
}

impl From<String> for Value {
    /// PostgreSQL's text cannot hold a NUL character, so on both engines it becomes U+FFFD: what a
    /// stranger sends must not make a statement fail.
    fn from(value: String) -> Self {
        if value.contains('\0') {
            return Value::Text(value.replace('\0', "\u{FFFD}"));
        }
        Value::Text(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// Binds arguments: `args![tenant.as_str(), now, true]`.
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::sql::value::Value::from($value)),*]
    };
}

pub(crate) use args;
