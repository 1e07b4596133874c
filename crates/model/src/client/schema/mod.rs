//! Every field of a client, one row each: what it may hold, since when the original has it, and
//! whether something acts upon it here.
//!
//! The rows of [`Holds::Further`] are the rule by which these settings are checked; the typed ones are
//! checked closer in [`super::edit`], and what proves a client ([`Holds::Proof`]) in [`super::secrets`]
//! and [`super::credential`]. The bodies of the Management API ([`NEW`], [`CHANGE`], [`SHOWN`]) and
//! `docs/reference/client-fields.md` are made from the table.
//!
//! Source: the Management API's client object.

mod bodies;
mod reference;
mod table;

use serde_json::Value;

use super::ClientSettings;
use crate::schema::{Member, Schema, optional};
pub use bodies::{CHANGE, NEW, SHOWN};
pub use reference::reference;
pub use table::FIELDS;
pub(super) use table::{MAX_JWT_LIFETIME, MAX_REFRESH_LIFETIME};

/// The greatest number of entries of a list where nothing else is said.
pub(super) const MANY: usize = 100;

/// A name of an object that may be left out or null.
pub(super) const fn may(name: &'static str, schema: &'static Schema) -> Member {
    optional(name, Schema::Nullable(schema), "")
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// A second name for the same, understood and shown as well.
    pub alias: Option<&'static str>,
    /// Which clients of the original have it.
    pub era: Era,
    /// Where it is kept.
    pub holds: Holds,
    /// What it may hold.
    pub schema: Schema,
    /// What a client that is only being made may bring of a proof.
    pub new: Option<&'static Schema>,
    /// What null does to it in a change.
    pub null: Null,
    /// What is shown where nothing is set.
    pub unset: Unset,
    /// Whether it can only be set when the client is made.
    pub is_fixed: bool,
    /// What comes of it.
    pub use_: Use,
}

/// Since when the original has a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// Since the brief was written.
    Brief,
    /// Since then.
    Later,
}

/// Where a field is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// In a field of [`super::ClientSettings`].
    Typed,
    /// Among [`super::further::Further`].
    Further,
    /// Beside the settings: it proves the client.
    Proof,
    /// Nowhere where it could be set: it is made here and only read.
    Made,
}

/// What null does to a field in a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Null {
    /// It is refused.
    Refused,
    /// It takes the value away, or puts the default back.
    Clears,
    /// It is a value of its own, stored and given back.
    Kept,
}

/// What is shown of a further setting where nothing is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unset {
    /// Nothing.
    Nothing,
    /// `false`.
    Off,
    /// `true`.
    On,
    /// `[]`.
    EmptyList,
}

/// What comes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is acted upon: how.
    Acts(&'static str),
    /// It is stored and given back until there is: what.
    Waits(&'static str),
}

/// The row of a further setting; by its first name or its second.
///
/// ```
/// use doorward_model::client::schema::further;
/// assert_eq!(further("cross_origin_auth").unwrap().name, "cross_origin_authentication");
/// assert!(further("name").is_none(), "that one is typed");
/// ```
#[must_use]
pub fn further(name: &str) -> Option<&'static Field> {
    let is_it = |field: &&Field| field.name == name || field.alias == Some(name);
    FIELDS.iter().filter(|field| field.holds == Holds::Further).find(is_it)
}

/// The row of a field that is no setting: it can only be read, or proves the client.
#[must_use]
pub fn read_only(name: &str) -> Option<&'static Field> {
    let is_no_setting = |field: &Field| matches!(field.holds, Holds::Made | Holds::Proof);
    FIELDS.iter().find(|field| field.name == name && is_no_setting(field))
}

impl Unset {
    /// The value that is shown.
    #[must_use]
    pub fn value(self) -> Option<Value> {
        match self {
            Unset::Nothing => None,
            Unset::Off => Some(Value::Bool(false)),
            Unset::On => Some(Value::Bool(true)),
            Unset::EmptyList => Some(Value::Array(Vec::new())),
        }
    }
}

impl Field {
    const fn new(name: &'static str, era: Era, holds: Holds, schema: Schema) -> Self {
        Self {
            name,
            alias: None,
            era,
            holds,
            schema,
            new: None,
            null: Null::Clears,
            unset: Unset::Nothing,
            is_fixed: false,
            use_: Use::Acts(""),
        }
    }

    const fn typed(name: &'static str, era: Era, schema: Schema) -> Self {
        Self::new(name, era, Holds::Typed, schema)
    }

    const fn further(name: &'static str, era: Era, schema: Schema) -> Self {
        Self::new(name, era, Holds::Further, schema)
    }

    /// What proves the client; `new` is what a client that is only being made may bring.
    const fn proof(name: &'static str, era: Era, schema: Schema, new: Option<&'static Schema>) -> Self {
        Self { new, ..Self::new(name, era, Holds::Proof, schema) }
    }

    const fn made(name: &'static str, schema: Schema) -> Self {
        Self { null: Null::Refused, ..Self::new(name, Era::Brief, Holds::Made, schema) }
    }

    const fn also(self, alias: &'static str) -> Self {
        Self { alias: Some(alias), ..self }
    }

    const fn null(self, null: Null) -> Self {
        Self { null, ..self }
    }

    /// A setting that always has a value; null is none.
    const fn always(self, unset: Unset) -> Self {
        Self { unset, null: Null::Refused, ..self }
    }

    const fn fixed(self) -> Self {
        Self { is_fixed: true, ..self }
    }

    const fn acts(self, how: &'static str) -> Self {
        Self { use_: Use::Acts(how), ..self }
    }

    const fn waits(self, what: &'static str) -> Self {
        Self { use_: Use::Waits(what), ..self }
    }
}

/// Whether two clients are shown with the same settings. What was never said of a setting that always
/// has a value is what stands in its row.
#[must_use]
pub fn are_alike(one: &ClientSettings, other: &ClientSettings) -> bool {
    filled(one) == filled(other)
}

fn filled(settings: &ClientSettings) -> ClientSettings {
    let mut settings = settings.clone();
    for field in FIELDS {
        if let (None, Some(value)) = (settings.further.get(field.name), field.unset.value()) {
            settings.further.set(field.name, value);
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::client::defaults;

    use super::*;

    #[test]
    fn what_was_never_said_is_its_default() {
        let one = defaults::for_api(None, None);
        let mut other = one.clone();
        other.further.set("custom_login_page_on", true);
        other.further.set("client_aliases", Value::Array(Vec::new()));
        assert!(one != other && are_alike(&one, &other));
        other.further.set("custom_login_page_on", false);
        assert!(!are_alike(&one, &other));
    }

    #[test]
    fn no_name_stands_twice_and_no_row_says_nothing() {
        let mut seen = BTreeSet::new();
        for field in FIELDS {
            assert!(seen.insert(field.name), "{}", field.name);
            assert!(field.alias.is_none_or(|alias| seen.insert(alias)), "{:?}", field.alias);
            let (Use::Acts(text) | Use::Waits(text)) = field.use_;
            assert!(!text.is_empty(), "{}", field.name);
        }
    }
}
