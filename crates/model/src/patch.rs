//! The three states of a field in a partial update: left out, null, or set.
//!
//! Source: RFC 7396 (JSON Merge Patch) §1.

/// What a partial update says about one field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The field was not mentioned: leave it.
    #[default]
    Keep,
    /// The field was null: remove the value.
    Clear,
    /// The field was given.
    Set(T),
}

impl<T> Patch<T> {
    /// Applies the update to an optional value.
    ///
    /// ```
    /// use doorward_model::patch::Patch;
    /// let mut value = Some(1);
    /// Patch::Keep.apply(&mut value);
    /// assert_eq!(value, Some(1));
    /// Patch::Set(2).apply(&mut value);
    /// assert_eq!(value, Some(2));
    /// Patch::Clear.apply(&mut value);
    /// assert_eq!(value, None);
    /// ```
    pub fn apply(self, value: &mut Option<T>) {
        match self {
            Patch::Keep => {}
            Patch::Clear => *value = None,
            Patch::Set(new) => *value = Some(new),
        }
    }

    /// Applies the update to a value that always exists; null puts `default` back.
    pub fn apply_or(self, value: &mut T, default: T) {
        match self {
            Patch::Keep => {}
            Patch::Clear => *value = default,
            Patch::Set(new) => *value = new,
        }
    }

    /// Whether the update mentions the field.
    #[must_use]
    pub fn is_keep(&self) -> bool {
        matches!(self, Patch::Keep)
    }
}
