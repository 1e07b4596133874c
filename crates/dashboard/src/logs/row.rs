//! One line of a list of events: an event, or the same several times in a row.

use doorward_model::log::code::Level;
use doorward_model::log::event::Event;
use doorward_model::time::Timestamp;
use doorward_web::live;

use super::sentence::sentence;
use crate::parts;

/// An event with its sentence.
pub(crate) struct Row {
    /// The event, of several the latest.
    pub event: Event,
    pub sentence: String,
    /// How often it happened.
    pub count: i64,
    /// The names of the events, for the script that watches.
    pub holds: String,
    /// When the first of several rows was.
    since: Timestamp,
    now: Timestamp,
}

impl Row {
    pub(crate) fn of(event: Event, now: Timestamp) -> Self {
        let (sentence, holds) = (sentence(&event), live::name(&event));
        Self { sentence, count: event.count, holds, since: event.at, event, now }
    }

    /// Of events from newest to oldest; what repeats is one row.
    pub(crate) fn fold(events: Vec<Event>, now: Timestamp) -> Vec<Self> {
        let mut rows: Vec<Self> = Vec::with_capacity(events.len());
        for event in events {
            match rows.last_mut() {
                Some(row) if row.event.is_like(&event) => {
                    row.count += event.count;
                    row.holds = format!("{} {}", row.holds, live::name(&event));
                    row.since = event.at;
                }
                _ => rows.push(Self::of(event, now)),
            }
        }
        rows
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

    /// How often, and from when to when: "14 times, 14:02 to 14:31 UTC".
    pub(crate) fn times(&self) -> String {
        let (from, to) = (self.since.to_string(), self.event.at.to_string());
        let part = |text: &str, range: std::ops::Range<usize>| text.get(range).unwrap_or_default().to_owned();
        let (first, last) = (part(&from, 11..16), part(&to, 11..16));
        let span = match (part(&from, 0..10) == part(&to, 0..10), first == last) {
            (true, true) => String::new(),
            (true, false) => format!(", {first} to {last} UTC"),
            (false, _) => format!(", {} {first} to {} {last} UTC", part(&from, 0..10), part(&to, 0..10)),
        };
        format!("{} times{span}", self.count)
    }

    /// Connection and address, as far as known.
    pub(crate) fn place(&self) -> String {
        let known = [self.event.connection_name.as_deref(), self.event.ip.as_deref()];
        known.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::LogId;
    use doorward_model::log::code::EventCode;
    use doorward_model::time::Lifetime;

    use super::*;
    use crate::logs::sentence::tests::event;

    #[test]
    fn what_repeats_in_a_row_is_one_row_with_its_times() {
        let now = Timestamp::parse("2026-11-29T14:31:30.000Z").unwrap();
        let before = |seconds: u32, code: EventCode, count: i64| Event {
            id: LogId::parse(&format!("9{:05}", 99_999 - seconds)).unwrap(),
            at: now.before(Lifetime::from_seconds(seconds)),
            count,
            ..event(code, "Wrong email or password")
        };
        let wrong = EventCode::WrongPassword;
        let events = vec![
            before(0, wrong, 2),
            before(60, wrong, 11),
            before(1740, wrong, 1),
            before(1800, EventCode::Login, 1),
            before(1860, wrong, 3),
            before(86_400, EventCode::Logout, 1),
            before(90_000, EventCode::Logout, 1),
        ];
        let rows = Row::fold(events, now);
        let told: Vec<String> = rows.iter().map(Row::times).collect();
        assert_eq!(
            told,
            ["14 times, 14:02 to 14:31 UTC", "1 times", "3 times", "2 times, 13:31 to 14:31 UTC",]
        );
        assert_eq!(rows[0].event.id.as_str(), "999999", "the latest leads to its page");
        assert_eq!(rows[0].holds, "999999.2 999939.11 998259.1", "what is told of each of them is known");
    }
}
