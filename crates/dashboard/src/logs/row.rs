//! One line of a list of events.

use doorward_model::log::code::Level;
use doorward_model::log::event::Event;
use doorward_model::time::Timestamp;

use super::sentence::sentence;
use crate::parts;

/// An event with its sentence.
pub(crate) struct Row {
    pub event: Event,
    pub sentence: String,
    now: Timestamp,
}

impl Row {
    pub(crate) fn of(event: Event, now: Timestamp) -> Self {
        Self { sentence: sentence(&event), event, now }
    }

    /// The sign and the class of how it went; the word stands beside them for screen readers.
    pub(crate) fn sign(&self) -> (&'static str, &'static str, &'static str) {
        match self.event.code.level() {
            Level::Success => ("ok", "is-ok", "Success"),
            Level::Warning => ("warn", "is-warn", "Warning"),
            Level::Failure => ("bad", "is-bad", "Failed"),
        }
    }

    pub(crate) fn when(&self) -> impl askama::FastWritable + askama::filters::HtmlSafe {
        parts::when(self.event.at, self.now)
    }

    /// Connection and address, as far as known.
    pub(crate) fn place(&self) -> String {
        let known = [self.event.connection_name.as_deref(), self.event.ip.as_deref()];
        known.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
