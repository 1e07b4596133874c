//! What the log can be searched for, and between which times a search can find anything.
//!
//! Source: the original's query syntax for logs (SURFACE §8.3): its fields, and those of them that a
//! term without a field looks into. Times of the original's second version are searched as `date`.

use std::borrow::Cow;

use super::event::Event;
use crate::ids::{ClientId, ConnectionId, UserId};
use crate::search::Kind::{Text, Time};
use crate::search::{Bound, Field, Kind, Language, Query, Scalar, Target, Test};
use crate::time::Timestamp;

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, bare: false }
}

/// One that a term without a field looks into.
const fn bare(name: &'static str) -> Field {
    Field { name, kind: Text, bare: true }
}

/// The language of the log. Case counts everywhere.
///
/// ```
/// use doorward_model::log::search::LOGS;
/// let query = LOGS.parse("type:(s OR f*) AND date:[2026-11-29 TO *]").unwrap();
/// assert_eq!(query.to_string(), "(type:\"s\" OR type:f*) AND date:[2026-11-29 TO *]");
/// ```
pub const LOGS: Language = Language { fields: FIELDS, roots: &[] };

static FIELDS: &[Field] = &[
    field("client_id", Text),
    bare("client_name"),
    bare("connection"),
    field("connection_id", Text),
    field("date", Time),
    bare("description"),
    field("hostname", Text),
    bare("ip"),
    bare("log_id"),
    field("organization_id", Text),
    field("reference", Text),
    field("strategy", Text),
    field("strategy_type", Text),
    bare("type"),
    field("user_agent", Text),
    field("user_id", Text),
    bare("user_name"),
];

/// A stretch of time, open where an end is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Its first millisecond.
    pub from: Option<Timestamp>,
    /// The first millisecond after it.
    pub until: Option<Timestamp>,
}

impl Span {
    /// What lies in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            until: match (self.until, other.until) {
                (Some(one), Some(another)) => Some(one.min(another)),
                (one, another) => one.or(another),
            },
        }
    }
}

/// Between which times everything lies that a query finds. Only conditions that must all hold narrow
/// it: what is said in alternatives or negated is not looked at.
#[must_use]
pub fn span(query: &Query) -> Span {
    match query {
        Query::All(parts) => parts.iter().map(span).fold(Span::default(), Span::and),
        Query::Term(Target::Field(field), test) if field.kind == Time => span_of(test),
        _ => Span::default(),
    }
}

fn span_of(test: &Test) -> Span {
    match test {
        Test::Is(Scalar::Time(moment)) => Span { from: Some(moment.start()), until: Some(moment.end()) },
        Test::Between(low, high) => {
            Span { from: low.as_ref().and_then(low_end), until: high.as_ref().and_then(high_end) }
        }
        Test::Exists | Test::Is(_) | Test::Like(_) => Span::default(),
    }
}

fn low_end(bound: &Bound) -> Option<Timestamp> {
    match bound.value {
        Scalar::Time(moment) if bound.inclusive => Some(moment.start()),
        Scalar::Time(moment) => Some(moment.end()),
        _ => None,
    }
}

fn high_end(bound: &Bound) -> Option<Timestamp> {
    match bound.value {
        Scalar::Time(moment) if bound.inclusive => Some(moment.end()),
        Scalar::Time(moment) => Some(moment.start()),
        _ => None,
    }
}

/// Whether a query finds an event: a plain reading, for events that are in memory already.
#[must_use]
pub fn finds(query: &Query, event: &Event) -> bool {
    match query {
        Query::Everything => true,
        Query::All(parts) => parts.iter().all(|part| finds(part, event)),
        Query::Any(parts) => parts.iter().any(|part| finds(part, event)),
        Query::Not(inner) => !finds(inner, event),
        Query::Term(Target::Anywhere, test) => {
            LOGS.fields.iter().filter(|field| field.bare).any(|field| passes(field, event, test))
        }
        Query::Term(Target::Field(field), test) => passes(field, event, test),
        // The language has no objects.
        Query::Term(Target::Path(_), _) => false,
    }
}

fn passes(field: &Field, event: &Event, test: &Test) -> bool {
    if field.kind == Time {
        return match test {
            Test::Exists => true,
            _ => {
                let Span { from, until } = span_of(test);
                from.is_none_or(|from| event.at >= from) && until.is_none_or(|until| event.at < until)
            }
        };
    }
    text(field.name, event)
        .filter(|text| !text.is_empty())
        .is_some_and(|text| test.accepts(field.kind, &text))
}

/// What an event holds under the name of a field.
fn text<'e>(field: &str, event: &'e Event) -> Option<Cow<'e, str>> {
    let held = match field {
        "client_id" => event.client.as_ref().map(ClientId::as_str),
        "client_name" => event.client_name.as_deref(),
        "connection" => event.connection_name.as_deref(),
        "connection_id" => event.connection.as_ref().map(ConnectionId::as_str),
        "description" => Some(event.description.as_str()),
        "hostname" => event.hostname.as_deref(),
        "ip" => event.ip.as_deref(),
        "log_id" => Some(event.id.as_str()),
        "strategy" => event.strategy.as_deref(),
        "strategy_type" => event.strategy_type.as_deref(),
        "type" => Some(event.code.as_str()),
        "user_agent" => event.user_agent.as_deref(),
        "user_id" => event.user.as_ref().map(UserId::as_str),
        "user_name" => event.user_name.as_deref(),
        "reference" => return event.reference().map(Cow::Owned),
        // There are no organizations.
        _ => None,
    };
    held.map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(query: &str) -> (Option<String>, Option<String>) {
        let span = span(&LOGS.parse(query).unwrap());
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string()[..16].to_owned());
        (text(span.from), text(span.until))
    }

    #[test]
    fn conditions_that_must_all_hold_narrow_the_time() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(told("type:s"), (None, None));
        assert_eq!(told("date:2026-11-29"), (some("2026-11-29T00:00"), some("2026-11-30T00:00")));
        assert_eq!(
            told("type:s AND date:[2026-11-01 TO *] AND date:{* TO 2026-11-29}"),
            (some("2026-11-01T00:00"), some("2026-11-29T00:00"))
        );
        assert_eq!(told("date:{2026-11-01 TO 2026-11-02]").0, some("2026-11-02T00:00"));
        assert_eq!(told("date:2026-11 AND date:[* TO 2026-12-24]"), told("date:2026-11"));
        for open in ["date:2026 OR type:s", "NOT date:2026", "_exists_:date"] {
            assert_eq!(told(open), (None, None), "{open}");
        }
    }

    #[test]
    fn an_event_in_memory_is_read_plainly() {
        let at = Timestamp::parse("2026-11-29T10:00:00.000Z").unwrap();
        let id = crate::ids::LogId::parse("900").unwrap();
        let event = Event {
            client_name: Some("Shop".to_owned()),
            fold_key: Some("7F3K92QD2222".to_owned()),
            ..Event::new(id, at, crate::log::code::EventCode::WrongPassword, "Wrong password")
        };
        for (query, is_found) in [
            ("type:fp AND client_name:Sh*", true),
            ("type:(s OR fp) -client_name:shop", true),
            ("client_name:shop", false),
            ("Shop", true),
            ("900", true),
            ("reference:7F3K-92QD OR reference:none", true),
            ("reference:7F3K* AND _exists_:reference", true),
            ("reference:7F3K92QD OR reference:7f3k-92qd", false),
            ("NOT Shop", false),
            ("_exists_:ip OR _exists_:organization_id", false),
            ("NOT user_name:ada", true),
            ("date:2026-11-29 AND date:[2026-11-29T10:00 TO 2026-11-29T10:00]", true),
            ("date:{2026-11-29T10:00 TO *]", false),
            ("*", true),
        ] {
            assert_eq!(finds(&LOGS.parse(query).unwrap(), &event), is_found, "{query}");
        }
    }

    #[test]
    fn the_seven_fields_of_a_bare_term_are_those_of_the_original() {
        let bare: Vec<&str> = FIELDS.iter().filter(|field| field.bare).map(|field| field.name).collect();
        assert_eq!(bare, ["client_name", "connection", "description", "ip", "log_id", "type", "user_name"]);
    }
}
