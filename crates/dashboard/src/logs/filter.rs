//! Which events a list shows, as the address says it: `?outcome=failed&client=…&time=1h&q=callback`.
//!
//! What stands in `q` is the filter as text; what it names counts before the other parameters, so that a text
//! that was copied somewhere shows the same here. What is not understood does not count, but for the text,
//! which its author reads. Source: UX §1.9, "Filter bar".

use doorward_engine::logs::list::EventQuery;
use doorward_model::ids::LogId;
use doorward_model::log::code::{EventCode, Level};
use doorward_model::log::filter::{self, FilterError};
use doorward_model::log::kind::EventKind;
use doorward_model::log::span::Time;
use doorward_model::search::Moment;
use doorward_model::time::Timestamp;
use serde::Deserialize;

/// How it went.
pub(crate) const OUTCOMES: [(&str, &str); 4] =
    [("", "All outcomes"), ("failed", "Failed"), ("success", "Success"), ("warning", "Warning")];
/// When it happened.
pub(crate) const TIMES: [(&str, &str); 6] = [
    ("", "Any time"),
    ("15m", "15 minutes"),
    ("1h", "1 hour"),
    ("today", "Today (UTC)"),
    ("7d", "7 days"),
    ("custom", "Between"),
];
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
pub(crate) struct Asked {
    pub outcome: String,
    pub kind: String,
    #[serde(rename = "type")]
    pub code: String,
    pub client: String,
    pub connection: String,
    pub person: String,
    pub ip: String,
    pub time: String,
    pub from: String,
    pub until: String,
    pub q: String,
    pub before: String,
}

/// What is shown of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// What is asked of the events.
    pub what: filter::Filter,
    /// Why the text was not understood.
    pub mistake: Option<FilterError>,
    /// One of [`TIMES`].
    pub time: &'static str,
    /// The ends of a time of one's own, as typed.
    pub from: String,
    pub until: String,
    /// The text as typed, where it was not understood; else the words in it.
    pub text: String,
    before: Option<LogId>,
}

/// One thing that is on, and the address without it.
pub(crate) struct Chip {
    pub name: &'static str,
    pub value: String,
    pub without: String,
}

impl Filter {
    pub(crate) fn read(asked: &Asked) -> Self {
        let is_text = |text: &String| !text.is_empty() && !text.contains(char::is_control);
        let some = |text: &str| Some(text.trim().to_owned()).filter(is_text);
        let (typed, mistake) = match filter::Filter::parse(&asked.q) {
            Ok(typed) => (typed, None),
            Err(error) => (filter::Filter::default(), Some(error)),
        };
        let text = if mistake.is_some() { asked.q.clone() } else { words(&typed) };
        let what = filter::Filter {
            outcome: typed.outcome.or_else(|| find(&Level::ALL, Level::as_str, &asked.outcome)),
            kind: typed.kind.or_else(|| EventKind::parse(&asked.kind)),
            code: typed.code.or_else(|| find(EventCode::ALL, EventCode::as_str, &asked.code)),
            client: typed.client.or_else(|| some(&asked.client)),
            connection: typed.connection.or_else(|| some(&asked.connection)),
            person: typed.person.or_else(|| some(&asked.person)),
            ip: typed.ip.or_else(|| some(&asked.ip)),
            time: None,
            words: typed.words,
        };
        let (time, from, until) = match &typed.time {
            Some(Time::Lately(name)) => (*name, "", ""),
            Some(Time::Between(from, until)) => ("custom", from.as_str(), until.as_str()),
            None => (asked.time.as_str(), asked.from.as_str(), asked.until.as_str()),
        };
        let time = TIMES.iter().map(|(name, _)| *name).find(|name| *name == time).unwrap_or_default();
        let own = |text: &str| if time == "custom" { text.trim().to_owned() } else { String::new() };
        Self {
            what,
            mistake,
            time,
            from: own(from),
            until: own(until),
            text,
            before: LogId::parse(&asked.before).ok(),
        }
    }

    /// Adds the time to what is asked.
    pub(crate) fn in_time(&self, query: EventQuery, now: Timestamp) -> EventQuery {
        let (since, until) = self.when().map(|time| time.ends(now)).unwrap_or_default();
        EventQuery { since, until, ..query }
    }

    /// The time as it is typed; ends that are no times do not count.
    fn when(&self) -> Option<Time> {
        let end = |text: &str| if Moment::parse(text).is_some() { text.to_owned() } else { String::new() };
        Time::parse(self.time).or_else(|| Time::parse(&format!("{}..{}", end(&self.from), end(&self.until))))
    }

    pub(crate) fn is_time(&self, name: &str) -> bool {
        self.time == name
    }

    pub(crate) fn is_outcome(&self, name: &str) -> bool {
        self.what.outcome.map(Level::as_str).unwrap_or_default() == name
    }

    pub(crate) fn is_kind(&self, name: &str) -> bool {
        self.what.kind.map(EventKind::as_str).unwrap_or_default() == name
    }

    /// The event that the page comes after.
    pub(crate) fn checkpoint(&self) -> Option<LogId> {
        self.before.clone()
    }

    /// Whether anything is left out.
    pub(crate) fn is_on(&self) -> bool {
        !self.what.is_empty() || !self.time.is_empty()
    }

    /// Whether something is on that is not offered in the first row.
    pub(crate) fn has_more(&self) -> bool {
        self.what.connection.is_some()
            || self.what.person.is_some()
            || self.what.ip.is_some()
            || self.what.code.is_some()
            || self.time == "custom"
    }

    /// What is on, each with the way to switch it off; a client under its name.
    pub(crate) fn chips(&self, client: &str) -> Vec<Chip> {
        let without = |change: &dyn Fn(&mut Filter)| {
            let mut other = Self { before: None, ..self.clone() };
            change(&mut other);
            other.address(None)
        };
        let what = &self.what;
        let mut chips = Vec::new();
        let mut chip = |name, value: Option<String>, change: &dyn Fn(&mut Filter)| {
            chips.extend(value.map(|value| Chip { name, value, without: without(change) }));
        };
        let time = TIMES.iter().find(|(name, _)| *name == self.time && !name.is_empty());
        let time = time.map(|(_, label)| {
            if self.time == "custom" {
                format!("{} to {}", shown(&self.from), shown(&self.until))
            } else {
                (*label).to_owned()
            }
        });
        chip("Time", time, &|filter| {
            (filter.time, filter.from, filter.until) = ("", String::new(), String::new());
        });
        let outcome = what.outcome.map(|level| level.as_str().to_owned());
        chip("Outcome", outcome, &|filter| filter.what.outcome = None);
        chip("Kind", what.kind.map(|kind| kind.title().to_owned()), &|filter| filter.what.kind = None);
        chip("Type", what.code.map(|code| code.title().to_owned()), &|filter| filter.what.code = None);
        chip("Client", what.client.as_ref().map(|_| client.to_owned()), &|filter| filter.what.client = None);
        chip("Connection", what.connection.clone(), &|filter| filter.what.connection = None);
        chip("Person", what.person.clone(), &|filter| filter.what.person = None);
        chip("IP", what.ip.clone(), &|filter| filter.what.ip = None);
        for (at, word) in what.words.iter().enumerate() {
            chip("Text", Some(word.clone()), &|filter| drop(filter.what.words.remove(at)));
        }
        chips
    }

    /// The filter as text, as it is typed here and on the command line; a client under its name.
    pub(crate) fn text(&self, client: &str) -> String {
        let named = self.what.client.as_ref().map(|_| client.to_owned());
        filter::Filter { client: named, time: self.when(), ..self.what.clone() }.to_string()
    }

    /// The address of the list with another beginning.
    pub(crate) fn address(&self, before: Option<&LogId>) -> String {
        self.at("/manage/logs", before)
    }

    /// The address of what watches the same.
    pub(crate) fn live(&self) -> String {
        self.at("/manage/logs/live", None)
    }

    fn at(&self, path: &str, before: Option<&LogId>) -> String {
        let what = &self.what;
        let words = words(what);
        let fields = [
            ("q", words.as_str()),
            ("time", self.time),
            ("from", &self.from),
            ("until", &self.until),
            ("outcome", what.outcome.map(Level::as_str).unwrap_or_default()),
            ("kind", what.kind.map(EventKind::as_str).unwrap_or_default()),
            ("type", what.code.map(EventCode::as_str).unwrap_or_default()),
            ("client", what.client.as_deref().unwrap_or_default()),
            ("connection", what.connection.as_deref().unwrap_or_default()),
            ("person", what.person.as_deref().unwrap_or_default()),
            ("ip", what.ip.as_deref().unwrap_or_default()),
            ("before", before.map(LogId::as_str).unwrap_or_default()),
        ];
        let pairs = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

/// The words of a filter as they are typed.
fn words(filter: &filter::Filter) -> String {
    filter::Filter { words: filter.words.clone(), ..filter::Filter::default() }.to_string()
}

fn find<T: Copy>(all: &[T], name: fn(T) -> &'static str, text: &str) -> Option<T> {
    all.iter().copied().find(|one| name(*one) == text)
}

fn shown(end: &str) -> &str {
    if Moment::parse(end).is_some() { end } else { "any time" }
}

/// Percent-encoded, so that a value cannot become a second parameter.
pub(super) fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(outcome: &str, kind: &str, q: &str) -> Asked {
        Asked { outcome: outcome.into(), kind: kind.into(), q: q.into(), ..Asked::default() }
    }

    fn filter(outcome: &str, kind: &str, q: &str) -> Filter {
        Filter::read(&asked(outcome, kind, q))
    }

    #[test]
    fn each_filter_leaves_some_events_and_both_together_fewer() {
        let count = |outcome, kind| filter(outcome, kind, "").what.codes().map_or(0, |codes| codes.len());
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
    fn nonsense_does_not_count_but_a_text_that_is_no_filter_is_told() {
        assert!(!filter("x", "y", "").is_on());
        assert_eq!(Filter::read(&Asked { before: "a b".into(), ..Asked::default() }).checkpoint(), None);
        let wrong = filter("", "", "clinet:Shop");
        assert!(wrong.mistake.is_some() && !wrong.is_on());
        assert_eq!(wrong.text, "clinet:Shop", "what was typed stays");
    }

    #[test]
    fn what_the_text_names_counts_before_the_rest_and_moves_into_it() {
        let both = filter("success", "logins", "callback outcome:failed client:Billing portal");
        assert_eq!(both.what.outcome, Some(Level::Failure));
        assert_eq!(both.text, "callback");
        let address = "/manage/logs?q=callback&outcome=failed&kind=logins&client=Billing%20portal";
        assert_eq!(both.address(None), address);
        assert_eq!(
            both.text("Billing portal"),
            "callback client:\"Billing portal\" kind:logins outcome:failed"
        );
    }

    #[test]
    fn the_address_says_the_filter_and_nothing_else() {
        let before = LogId::parse("900").unwrap();
        assert_eq!(filter("", "", "").address(None), "/manage/logs");
        let hostile = Asked { client: "a&before=\"><script>".into(), ..asked("failed", "", "") };
        assert_eq!(
            Filter::read(&hostile).address(Some(&before)),
            "/manage/logs?outcome=failed&client=a%26before%3D%22%3E%3Cscript%3E&before=900"
        );
    }

    #[test]
    fn each_chip_takes_itself_away_and_nothing_else() {
        let all = Filter::read(&Asked {
            time: "1h".into(),
            person: "ada".into(),
            ip: "192.0.2.1".into(),
            ..asked("failed", "logins", "one two")
        });
        let chips = all.chips("");
        assert_eq!(chips.len(), 7);
        for chip in &chips {
            let left = chip.without.split(['?', '&']).count() - 1;
            let is_word = chip.name == "Text";
            assert_eq!(left, if is_word { 6 } else { 5 }, "{}: {}", chip.name, chip.without);
        }
        assert!(Filter::default().chips("").is_empty());
    }

    #[test]
    fn the_text_says_the_time_and_is_read_back_as_it() {
        for (time, from, until, text) in [
            ("1h", "", "", "time:1h"),
            ("custom", "2026-11-01", "", "time:2026-11-01.."),
            ("custom", "yesterday", "2026-11-02T08:00", "time:..2026-11-02T08:00"),
            ("custom", "yesterday", "", ""),
        ] {
            let asked =
                Asked { time: time.into(), from: from.into(), until: until.into(), ..Asked::default() };
            let typed = Filter::read(&asked).text("");
            assert_eq!(typed, text);
            let again = Filter::read(&Asked { q: typed, time: "7d".into(), ..Asked::default() });
            if !text.is_empty() {
                assert_eq!((again.time, again.text("").as_str()), (time, text));
                assert!(again.address(None).contains(&format!("time={time}")), "{}", again.address(None));
            }
        }
    }

    #[test]
    fn a_time_is_seen_from_now() {
        let now = Timestamp::parse("2026-11-29T10:30:00.000Z").unwrap();
        let span = |time: &str, from: &str, until: &str| {
            let asked =
                Asked { time: time.into(), from: from.into(), until: until.into(), ..Asked::default() };
            let query = Filter::read(&asked).in_time(EventQuery::default(), now);
            [query.since, query.until]
                .map(|end| end.map_or(String::new(), |end| end.to_string()[..16].to_owned()))
        };
        assert_eq!(span("15m", "", ""), ["2026-11-29T10:15", ""]);
        assert_eq!(span("today", "2020", ""), ["2026-11-29T00:00", ""]);
        assert_eq!(span("7d", "", ""), ["2026-11-22T10:30", ""]);
        assert_eq!(
            span("custom", "2026-11-01", "2026-11-02T08:00"),
            ["2026-11-01T00:00", "2026-11-02T08:01"]
        );
        assert_eq!(span("custom", "yesterday", ""), ["", ""]);
        assert_eq!(span("nonsense", "2026", "2026"), ["", ""]);
    }
}
