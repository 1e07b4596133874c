//! Which events a list shows, as the address says it: `?outcome=failed&kind=logins&client=…&before=…`.
//!
//! What is not understood does not count: a link that somebody shared still opens.

use doorward_engine::logs::list::EventQuery;
use doorward_model::ids::{ClientId, LogId};
use doorward_model::log::code::{EventCode, Level};
use doorward_model::log::kind::EventKind;
use serde::Deserialize;

/// How it went.
pub(crate) const OUTCOMES: [(&str, &str); 3] =
    [("", "All outcomes"), ("success", "Success"), ("failed", "Failed")];
/// What it was about.
pub(crate) const KINDS: [(&str, &str); EventKind::ALL.len() + 1] = kinds();

const fn kinds() -> [(&'static str, &'static str); EventKind::ALL.len() + 1] {
    let mut kinds = [("", "All kinds"); EventKind::ALL.len() + 1];
    let mut at = 0;
    while at < EventKind::ALL.len() {
        kinds[at + 1] = (EventKind::ALL[at].as_str(), EventKind::ALL[at].title());
        at += 1;
    }
    kinds
}

/// What the address says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    pub outcome: String,
    pub kind: String,
    pub client: String,
    pub before: String,
}

impl Filter {
    /// For the use case.
    pub(crate) fn query(&self) -> EventQuery {
        let codes = EventCode::ALL.iter().copied();
        let codes: Vec<EventCode> =
            codes.filter(|code| self.wants_outcome(*code) && self.wants_kind(*code)).collect();
        let codes = if codes.len() == EventCode::ALL.len() { Vec::new() } else { codes };
        // What admins did to the client belongs to it as much as what it did itself.
        EventQuery { codes, about: ClientId::parse(&self.client).ok(), ..EventQuery::default() }
    }

    /// The event that the page comes after.
    pub(crate) fn checkpoint(&self) -> Option<LogId> {
        LogId::parse(&self.before).ok()
    }

    /// Whether anything is left out.
    pub(crate) fn is_on(&self) -> bool {
        let query = self.query();
        !query.codes.is_empty() || query.about.is_some()
    }

    fn wants_outcome(&self, code: EventCode) -> bool {
        match self.outcome.as_str() {
            "failed" => code.level() == Level::Failure,
            "warning" => code.level() == Level::Warning,
            "success" => code.level() == Level::Success,
            _ => true,
        }
    }

    fn wants_kind(&self, code: EventCode) -> bool {
        match self.kind.as_str() {
            "" => true,
            known if KINDS.iter().any(|(name, _)| *name == known) => EventKind::of(code).as_str() == known,
            _ => true,
        }
    }

    /// The address of the list with another beginning.
    pub(crate) fn address(&self, before: Option<&LogId>) -> String {
        let fields = [("outcome", self.outcome.as_str()), ("kind", &self.kind), ("client", &self.client)];
        let before = before.map(|id| ("before", id.as_str()));
        let pairs = fields.into_iter().chain(before).filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { "/manage/logs".to_owned() } else { format!("/manage/logs?{}", query.join("&")) }
    }
}

/// Percent-encoded, so that a value cannot become a second parameter.
fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(outcome: &str, kind: &str, client: &str) -> Filter {
        Filter { outcome: outcome.into(), kind: kind.into(), client: client.into(), before: String::new() }
    }

    #[test]
    fn each_filter_leaves_some_events_and_both_together_fewer() {
        let count = |outcome, kind| filter(outcome, kind, "").query().codes.len();
        assert_eq!(count("", ""), 0, "nothing said means all");
        for (kind, _) in &KINDS[1..] {
            assert!(count("", kind) > 0, "{kind}");
        }
        for kind in ["logins", "tokens", "admin"] {
            assert!(count("", kind) > count("failed", kind) && count("failed", kind) > 0, "{kind}");
        }
        let kinds: usize = KINDS[1..].iter().map(|(kind, _)| count("", kind)).sum();
        assert_eq!(kinds, EventCode::ALL.len(), "each event is of one kind");
    }

    #[test]
    fn nonsense_does_not_count() {
        assert!(!filter("x", "y", "a b").is_on());
        assert_eq!(Filter { before: "a b".into(), ..Filter::default() }.checkpoint(), None);
    }

    #[test]
    fn the_address_says_the_filter_and_nothing_else() {
        let before = LogId::parse("900").unwrap();
        assert_eq!(filter("", "", "").address(None), "/manage/logs");
        let hostile = filter("failed", "", "a&before=\"><script>");
        assert_eq!(
            hostile.address(Some(&before)),
            "/manage/logs?outcome=failed&client=a%26before%3D%22%3E%3Cscript%3E&before=900"
        );
    }
}
