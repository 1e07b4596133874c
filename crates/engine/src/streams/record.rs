//! An event as it leaves the house. Pure.
//!
//! Source: `{"log_id", "data"}` of the original's streams; the record of `/api/v2/logs`.

use doorward_model::ids::LogId;
use doorward_model::json::Object;
use doorward_model::log::event::Event;
use doorward_model::stream::{Category, StreamSettings};
use doorward_model::time::Timestamp;
use doorward_protocol::log_record;
use serde_json::{Map, Value, json};

/// An event of which as much is covered as its stream says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    /// Its id, by which a receiver knows it when it comes again.
    pub(super) id: LogId,
    /// When it happened.
    pub(super) at: Timestamp,
    /// `{"log_id", "data"}`.
    pub(super) object: Object,
}

impl Record {
    /// The record of an event.
    pub(super) fn of(event: &Event, settings: &StreamSettings) -> Self {
        let mut data = log_record::event(event);
        if let Some(pii) = &settings.pii {
            pii.cover(&mut data);
        }
        let mut object = Map::new();
        object.insert("log_id".to_owned(), json!(event.id));
        object.insert("data".to_owned(), Value::Object(data));
        Self { id: event.id.clone(), at: event.at, object }
    }
}

/// The record of an event that was set aside, as it was sent. The time is that of the event, which stands in
/// it; `aside_at`, when it was set aside, is the next best.
pub(super) fn kept(id: LogId, object: Object, aside_at: Timestamp) -> Record {
    let date = object.get("data").and_then(|data| data.get("date")).and_then(Value::as_str);
    let at = date.and_then(Timestamp::parse).unwrap_or(aside_at);
    Record { id, at, object }
}

/// Whether a stream takes an event.
pub(super) fn takes(settings: &StreamSettings, floor_at: Option<Timestamp>, event: &Event) -> bool {
    let of_kind = settings.categories.is_empty() || settings.categories.contains(&Category::of(event.code));
    of_kind && floor_at.is_none_or(|floor| event.at >= floor)
}
