//! What is wrong with an input, field by field, in words for the person who sent it.

use std::fmt;

/// One thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field, dotted and indexed: `jwt_configuration.lifetime_in_seconds`, `callbacks.2`.
    pub path: String,
    /// The rule that failed, a stable word: `required`, `type`, `format`, `pattern`, `minimum`,
    /// `maximum`, `min_length`, `max_length`, `min_items`, `max_items`, `enum`, `one_of`,
    /// `additional_properties`, `unique`.
    pub rule: &'static str,
    /// What is wrong and what would be right, for people.
    pub text: String,
}

impl FieldError {
    /// A finding.
    #[must_use]
    pub fn new(path: impl Into<String>, rule: &'static str, text: impl Into<String>) -> Self {
        Self { path: path.into(), rule, text: text.into() }
    }
}

/// All that is wrong with an input. Never empty when it is an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Adds a finding.
    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// The findings in the order found.
    #[must_use]
    pub fn all(&self) -> &[FieldError] {
        &self.0
    }

    /// `value` when nothing was found.
    ///
    /// # Errors
    /// The findings, when there are any.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl Extend<FieldError> for FieldErrors {
    fn extend<I: IntoIterator<Item = FieldError>>(&mut self, errors: I) {
        self.0.extend(errors);
    }
}

impl From<FieldError> for FieldErrors {
    fn from(error: FieldError) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{}: {}", error.path, error.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}
