//! Lists by checkpoint: `from` and `take`, and `next` while there is more.
//!
//! A cursor is the key of the last entry that was given, sealed for its list: one that was made up or
//! belongs to another list or tenant opens nothing (CVE-2026-33503). Must not know what is listed.
//! Source: the Management API's checkpoint pagination.

use doorward_engine::app::App;
use doorward_engine::sealing::Place;
use doorward_model::ids::{IdError, TenantId};
use doorward_model::secret::SealedSecret;
use serde_json::{Map, Value, json};

use crate::query::Query;
use crate::refused::Refused;

/// How many entries are given when nobody says.
const DEFAULT_TAKE: u32 = 50;
/// The greatest number of entries.
const MAX_TAKE: u32 = 100;

/// A list that is paged by checkpoint.
#[derive(Clone, Copy)]
pub(crate) struct List<'a> {
    /// Whose keys seal its cursors.
    pub(crate) app: &'a App,
    /// The tenant that it belongs to.
    pub(crate) tenant: &'a TenantId,
    /// What it is called in answers (`client_grants`).
    pub(crate) name: &'static str,
    /// The id of what has the list, where each has one of its own; empty for a list of the tenant. With name
    /// and tenant all that a cursor is bound to.
    pub(crate) of: &'a str,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// The key of the last entry that is known; none begins with the first.
    pub(crate) after: Option<String>,
    /// How many entries to give at most.
    pub(crate) take: u32,
}

impl Checkpoint {
    /// Whether a request pages by checkpoint.
    pub(crate) fn is_wanted(query: &Query) -> bool {
        query.text("from").is_some() || query.text("take").is_some()
    }

    /// Reads `from` and `take`.
    pub(crate) fn read(list: List<'_>, query: &Query) -> Result<Self, Refused> {
        let take = match query.number("take", MAX_TAKE)? {
            Some(0) => return Err(Refused::query("take", "minimum", "This must be at least 1.")),
            // Some SDKs say how many a page is to have, and nothing else.
            None => query.number("per_page", MAX_TAKE)?.filter(|many| *many > 0).unwrap_or(DEFAULT_TAKE),
            Some(take) => take,
        };
        let Some(from) = query.text("from").filter(|from| !from.is_empty()) else {
            return Ok(Self { after: None, take });
        };
        let sealed = SealedSecret::from_ciphertext(from.to_owned());
        let opened = list.app.sealing().open_text(list.place(), &sealed);
        let key = opened.map_err(|_| {
            Refused::query("from", "format", "This is no checkpoint of this list. Use the value of next.")
        })?;
        Ok(Self { after: Some(key.expose().to_owned()), take })
    }

    /// The key of the last entry that is known, read with the rule of its kind.
    pub(crate) fn key<T>(&self, parse: fn(&str) -> Result<T, IdError>) -> Result<Option<T>, Refused> {
        let read = self.after.as_deref().map(parse).transpose();
        // It was sealed here, so it was spelled well once.
        read.map_err(|error| Refused::query("from", "format", format!("This is no checkpoint: {error}.")))
    }

    /// The answer. Ask the store for one entry more than `take` ([`Self::wanted`]): whether that one
    /// is there says whether there is more; it is not shown. `key` names an entry's place in the list.
    pub(crate) fn envelope<T>(
        &self,
        list: List<'_>,
        found: &[T],
        key: impl Fn(&T) -> String,
        view: impl Fn(&T) -> Value,
    ) -> Result<Value, Refused> {
        let take = usize::try_from(self.take).unwrap_or(usize::MAX);
        let shown = &found[..found.len().min(take)];
        let mut body = Map::new();
        if let (true, Some(last)) = (found.len() > take, shown.last()) {
            let cursor = list.app.sealing().seal(list.place(), key(last).as_bytes());
            let cursor = cursor.map_err(doorward_engine::fault::Fault::from)?;
            body.insert("next".to_owned(), json!(cursor.as_str()));
        }
        body.insert(list.name.to_owned(), shown.iter().map(view).collect());
        Ok(Value::Object(body))
    }

    /// How many entries to ask the store for.
    pub(crate) fn wanted(&self) -> u32 {
        self.take.saturating_add(1)
    }
}

impl<'a> List<'a> {
    fn place(self) -> Place<'a> {
        Place { tenant: self.tenant, table: "cursor", row: self.of, purpose: self.name }
    }
}
