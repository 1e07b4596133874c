//! The filter of the log as people type it: `client:Storefront outcome:failed`, and words of the text.
//!
//! The same text on the log page and on the command line. A value ends where the next name begins, so names
//! with spaces need no quotes; quotes do no harm. Source: the filter bar of the log page (UX §1.9).

use std::fmt;
use std::net::IpAddr;

use super::code::{EventCode, Level};
use super::kind::EventKind;
use super::reference;
use super::search::LOGS;
use super::span::Time;
use crate::ids::UserId;
use crate::search::{Pattern, Query, Scalar, Target, Test};
use crate::spelling::nearest;
use crate::user::Email;

/// The longest text of a filter, in bytes.
pub const MAX_LENGTH: usize = 1024;
/// How many words a filter may have.
pub const MAX_WORDS: usize = 8;

const NAMES: [&str; 9] =
    ["client:", "connection:", "person:", "user:", "ip:", "kind:", "outcome:", "type:", "time:"];

/// What is to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// How it went.
    pub outcome: Option<Level>,
    /// What it is about.
    pub kind: Option<EventKind>,
    /// What happened.
    pub code: Option<EventCode>,
    /// A client, by its ID or its name.
    pub client: Option<String>,
    /// A connection, by its id or its name.
    pub connection: Option<String>,
    /// A person, by id or by name.
    pub person: Option<String>,
    /// An address; a star at its end stands for the rest.
    pub ip: Option<String>,
    /// When it happened.
    pub time: Option<Time>,
    /// Words that must stand in the text, whatever their case.
    pub words: Vec<String>,
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The filter {what} cannot be used: {why}.")]
pub struct FilterError {
    /// What was typed.
    pub what: String,
    /// Why that does not work, and what would.
    pub why: String,
}

impl Filter {
    /// Reads a filter.
    ///
    /// ```
    /// use doorward_model::log::filter::Filter;
    /// let filter = Filter::parse("callback client:Billing portal outcome:failed").unwrap();
    /// assert_eq!(filter.client.as_deref(), Some("Billing portal"));
    /// assert_eq!(filter.to_string(), "callback client:\"Billing portal\" outcome:failed");
    /// ```
    ///
    /// # Errors
    /// A name that there is not, a value that the name does not take, or more than there may be.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > MAX_LENGTH {
            return Err(error("of this length", format!("a filter has at most {MAX_LENGTH} bytes")));
        }
        let mut filter = Self::default();
        let mut current: Option<(&'static str, Vec<&str>)> = None;
        for word in pieces(text) {
            let named = NAMES.iter().find_map(|name| Some((*name, word.strip_prefix(name)?)));
            match (named, &mut current) {
                (Some((name, rest)), _) => {
                    filter.end(current.take())?;
                    current = Some((name, vec![rest]));
                }
                // A name may have spaces; but what stands in quotes is whole.
                (None, Some((name, words)))
                    if has_spaces(name) && !is_whole(words) && !word.starts_with('"') =>
                {
                    words.push(word);
                }
                (None, _) => {
                    filter.end(current.take())?;
                    filter.word(word)?;
                }
            }
        }
        filter.end(current)?;
        Ok(filter)
    }

    fn word(&mut self, word: &str) -> Result<(), FilterError> {
        if let Some(name) = unknown_name(word) {
            return Err(error(word, no_such_name(name)));
        }
        let word = word.replace('"', "");
        if !word.trim().is_empty() {
            self.words.push(word.clone());
        }
        if self.words.len() > MAX_WORDS {
            return Err(error(&word, format!("a filter has at most {MAX_WORDS} words")));
        }
        Ok(())
    }

    fn end(&mut self, named: Option<(&'static str, Vec<&str>)>) -> Result<(), FilterError> {
        let Some((name, words)) = named else { return Ok(()) };
        let value = words.join(" ").replace('"', "").trim().to_owned();
        let wrong = |why: String| error(&format!("{name}{value}"), why);
        if value.is_empty() {
            return Err(wrong(format!("a value is missing after {name}")));
        }
        match name {
            "client:" => self.client = Some(value),
            "connection:" => self.connection = Some(value),
            "person:" | "user:" => self.person = Some(value),
            "ip:" => self.ip = Some(value),
            "kind:" => self.kind = Some(kind(&value).map_err(wrong)?),
            "outcome:" => self.outcome = Some(outcome(&value).map_err(wrong)?),
            "time:" => {
                let why = "a time is 15m, 1h, today, 7d, or two times with .. between them: \
                           2026-11-29..2026-11-30T08:00";
                self.time = Some(Time::parse(&value).ok_or_else(|| wrong(why.to_owned()))?);
            }
            _ => {
                let known = EventCode::ALL.iter().find(|code| code.as_str() == value);
                self.code = Some(*known.ok_or_else(|| wrong("there is no such type of event".to_owned()))?);
            }
        }
        Ok(())
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The kinds of events that it lets through; none when it asks for no kind.
    #[must_use]
    pub fn codes(&self) -> Option<Vec<EventCode>> {
        let is_open = self.outcome.is_none() && self.kind.is_none() && self.code.is_none();
        let passes = |code: &&EventCode| {
            self.outcome.is_none_or(|outcome| code.level() == outcome)
                && self.kind.is_none_or(|kind| EventKind::of(**code) == kind)
                && self.code.is_none_or(|wanted| **code == wanted)
        };
        (!is_open).then(|| EventCode::ALL.iter().filter(passes).copied().collect())
    }

    /// What it asks for as a search: all but the time, and the client and the person, of whom only the installation
    /// knows whom a name means.
    #[must_use]
    pub fn query(&self) -> Option<Query> {
        let mut parts = Vec::new();
        if let Some(codes) = self.codes() {
            let each: Vec<Query> = codes.iter().map(|code| is("type", code.as_str())).collect();
            // A field is never empty: kinds that do not come together let nothing through.
            parts.push(if each.is_empty() { is("type", "") } else { Query::any(each) });
        }
        if let Some(connection) = &self.connection {
            parts.push(Query::any(vec![is("connection", connection), is("connection_id", connection)]));
        }
        parts.extend(self.ip.as_ref().map(|ip| like("ip", ip.split('*').map(str::to_owned).collect())));
        parts.extend(self.words.iter().map(|word| said(word)));
        (!parts.is_empty()).then(|| Query::all(parts))
    }

    /// The same without its words.
    #[must_use]
    pub fn without_words(&self) -> Self {
        Self { words: Vec::new(), ..self.clone() }
    }
}

/// Events of a person: of that id or name, or of one of the users who are known by it.
#[must_use]
pub fn of_person(text: &str, known: &[UserId]) -> Query {
    let ids = known.iter().map(|id| is("user_id", id.as_str()));
    Query::any([is("user_id", text), is("user_name", text)].into_iter().chain(ids).collect())
}

/// An event whose text holds a word, as typed, in small letters, or with a capital. What looks like something that was
/// pasted is to be found at once in the longest log: it is looked for where it belongs, and names of users are then
/// compared from their beginning, because no index has their middle.
fn said(word: &str) -> Query {
    let lowered = word.to_lowercase();
    let mut letters = lowered.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let mut spellings = vec![word.to_owned(), lowered.clone(), capital];
    spellings.dedup();
    let inside = |spelling: &String| vec![String::new(), spelling.clone(), String::new()];
    let beginning = |spelling: &String| vec![spelling.clone(), String::new()];
    let mut parts = known_by_its_look(word);
    let is_pasted = !parts.is_empty();
    for field in ["description", "client_name", "connection"] {
        parts.extend(spellings.iter().map(|spelling| like(field, inside(spelling))));
    }
    let in_name = |spelling: &String| if is_pasted { beginning(spelling) } else { inside(spelling) };
    parts.extend(spellings.iter().map(|spelling| like("user_name", in_name(spelling))));
    parts.push(like("ip", vec![word.to_owned(), String::new()]));
    let titled = EventCode::ALL.iter().filter(|code| code.title().to_lowercase().contains(&lowered));
    parts.extend(titled.map(|code| is("type", code.as_str())));
    Query::any(parts)
}

/// Whether a text looks like something that the log is to be asked for, wherever it was typed: a reference, the id of an
/// event or of a user.
///
/// ```
/// use doorward_model::log::filter::is_for_the_log;
/// assert!(is_for_the_log("7f3k-92qd") && is_for_the_log("auth0|5f7c8ec7"));
/// assert!(!is_for_the_log("Storefront") && !is_for_the_log("192.0.2.1"));
/// ```
#[must_use]
pub fn is_for_the_log(text: &str) -> bool {
    reference::read(text).is_some() || is_log_id(text) || is_user_id(text)
}

/// Shorter numbers are numbers; ids of events are longer than that.
fn is_log_id(text: &str) -> bool {
    text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_user_id(text: &str) -> bool {
    text.split_once('|').is_some_and(|(strategy, own)| !strategy.is_empty() && !own.is_empty())
}

/// Where a word belongs that looks like a reference, the id of an event or of a user, an email address, an address of
/// the network, or a type.
fn known_by_its_look(word: &str) -> Vec<Query> {
    let address = word.parse::<IpAddr>().ok().map(|ip| ip.to_string());
    let email = Email::parse(word).ok().filter(|_| word.contains('@'));
    let kind = EventCode::ALL.iter().find(|code| code.as_str() == word);
    [
        reference::read(word).map(|reference| is("reference", &reference)),
        is_log_id(word).then(|| is("log_id", word)),
        is_user_id(word).then(|| is("user_id", word)),
        email.map(|email| is("user_name", email.as_str())),
        address.map(|address| is("ip", &address)),
        kind.map(|code| is("type", code.as_str())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is(field: &str, text: &str) -> Query {
    term(field, Test::Is(Scalar::Text(text.to_owned())))
}

/// The pattern of these parts; the text itself when there is no star between them.
fn like(field: &str, parts: Vec<String>) -> Query {
    let text = parts.concat();
    term(field, Pattern::new(parts).map_or_else(|| Test::Is(Scalar::Text(text)), Test::Like))
}

fn term(field: &str, test: Test) -> Query {
    LOGS.field(field).map_or(Query::Everything, |field| Query::Term(Target::Field(field), test))
}

/// Words; what stands in quotes is one, together with what stands before it.
fn pieces(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let (mut begin, mut is_quoted) = (None, false);
    for (at, c) in text.char_indices() {
        if c == '"' {
            is_quoted = !is_quoted;
        }
        match (begin, c.is_whitespace() && !is_quoted) {
            (None, false) => begin = Some(at),
            (Some(from), true) => {
                all.push(&text[from..at]);
                begin = None;
            }
            _ => {}
        }
    }
    all.extend(begin.map(|from| &text[from..]));
    all
}

fn has_spaces(name: &str) -> bool {
    matches!(name, "client:" | "connection:" | "person:" | "user:")
}

fn is_whole(words: &[&str]) -> bool {
    words.last().is_some_and(|last| last.ends_with('"'))
}

/// What looks like the name of a filter: letters and a colon. In quotes, or before two slashes, it is text.
fn unknown_name(word: &str) -> Option<&str> {
    let (letters, rest) = word.split_once(':')?;
    let is_name = !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    (is_name && !rest.starts_with("//")).then(|| &word[..=letters.len()])
}

fn no_such_name(name: &str) -> String {
    let meant = nearest(&name.to_lowercase(), NAMES);
    let meant = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "));
    format!("{meant}A filter begins with one of {}; put text with a colon into quotes", NAMES.join(" "))
}

fn outcome(text: &str) -> Result<Level, String> {
    Level::ALL
        .into_iter()
        .find(|level| level.as_str() == text)
        .ok_or_else(|| "an outcome is failed, success or warning".to_owned())
}

fn kind(text: &str) -> Result<EventKind, String> {
    let known = EventKind::ALL.map(EventKind::as_str);
    EventKind::parse(text).ok_or_else(|| {
        let meant = nearest(&text.to_lowercase(), known);
        let meant = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "));
        format!("{meant}A kind is one of {}", known.join(", "))
    })
}

fn error(what: &str, why: String) -> FilterError {
    // What a stranger made up comes back short and in one line.
    FilterError { what: what.chars().filter(|c| !c.is_control()).take(64).collect(), why }
}

impl fmt::Display for Filter {
    /// The text that reads as the same filter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.time.as_ref().map(ToString::to_string);
        let named = [
            ("client", self.client.as_deref()),
            ("connection", self.connection.as_deref()),
            ("person", self.person.as_deref()),
            ("ip", self.ip.as_deref()),
            ("kind", self.kind.map(EventKind::as_str)),
            ("outcome", self.outcome.map(Level::as_str)),
            ("type", self.code.map(EventCode::as_str)),
            ("time", time.as_deref()),
        ];
        let mut all: Vec<String> = self.words.iter().map(|word| quoted(word, word.contains(':'))).collect();
        let named = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
        all.extend(named.map(|(name, value)| format!("{name}:{}", quoted(value, false))));
        f.write_str(&all.join(" "))
    }
}

fn quoted(text: &str, must: bool) -> String {
    if must || text.contains(char::is_whitespace) { format!("\"{text}\"") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Filter {
        Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refused(text: &str) -> String {
        Filter::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_value_ends_where_the_next_name_begins() {
        assert!(read("").is_empty());
        let both = read("client:Billing portal outcome:failed");
        assert_eq!((both.client.as_deref(), both.outcome), (Some("Billing portal"), Some(Level::Failure)));
        let quoted = read("client:\"Billing portal\" callback type:fp");
        assert_eq!(quoted.client.as_deref(), Some("Billing portal"));
        assert_eq!(
            (quoted.words, quoted.code),
            (vec!["callback".to_owned()], Some(EventCode::WrongPassword))
        );
        let person = read("Callback \"url\" user:auth0|1 ip:192.0.2.*");
        assert_eq!(person.words, ["Callback", "url"]);
        assert_eq!((person.person.as_deref(), person.ip.as_deref()), (Some("auth0|1"), Some("192.0.2.*")));
    }

    #[test]
    fn a_name_that_is_none_is_not_taken_for_text() {
        let said = refused("clinet:Shop");
        assert!(said.contains("did you mean client:?") && said.contains("quotes"), "{said}");
        for text in ["\"bogus:x\"", "https://app.test/cb", "10:42", "word"] {
            assert_eq!(read(text).words, [text.trim_matches('"')], "{text}");
        }
    }

    #[test]
    fn a_value_that_is_none_is_told_what_would_be() {
        assert!(refused("outcome:bad").contains("failed, success or warning"));
        assert!(refused("kind:login").contains("did you mean logins? A kind is"));
        assert!(refused("type:nothing").contains("no such type"));
        for wrong in ["time:8m", "time:..", "time:yesterday..", "time:2026"] {
            assert!(refused(wrong).contains("15m, 1h, today, 7d"), "{wrong}");
        }
        assert!(refused("client: outcome:failed").contains("a value is missing after client:"));
        assert!(refused(&"a ".repeat(MAX_WORDS + 1)).contains("at most 8 words"));
        assert!(refused(&"a".repeat(MAX_LENGTH + 1)).contains("at most 1024 bytes"));
    }

    /// The part of a source that no index serves is what makes a search slow.
    #[test]
    fn what_is_pasted_is_looked_for_where_it_belongs() {
        for (pasted, field) in [
            ("7F3K-92QD", "reference:\"7F3K-92QD\""),
            ("7f3k-92qd", "reference:\"7F3K-92QD\""),
            ("900202611300000000000000001", "log_id:\"900202611300000000000000001\""),
            ("auth0|5f7c8ec7", "user_id:\"auth0|5f7c8ec7\""),
            ("Ada@Example.com", "user_name:\"ada@example.com\""),
            ("192.0.2.1", "ip:\"192.0.2.1\""),
            ("2001:DB8:0:0::1", "ip:\"2001:db8::1\""),
            ("ferrt", "type:\"ferrt\""),
        ] {
            let query = Filter { words: vec![pasted.to_owned()], ..Filter::default() }.query().unwrap();
            let query = query.to_string();
            assert!(query.starts_with(&format!("{field} OR")), "{pasted}: {query}");
            assert!(!query.contains("user_name:*"), "{pasted}: {query}");
        }
        for text in ["callback", "7F3K92QD", "2026", "192.0.2", "a@", "Failed"] {
            assert!(read(text).query().unwrap().to_string().contains("user_name:*"), "{text}");
        }
    }

    #[test]
    fn kinds_of_which_no_event_is_let_nothing_through() {
        assert_eq!(read("ada").codes(), None);
        assert_eq!(read("kind:logins type:seacft").codes(), Some(Vec::new()));
        assert_eq!(read("kind:logins type:seacft").query().unwrap().to_string(), "type:\"\"");
        assert_eq!(read("outcome:failed type:fp").query().unwrap().to_string(), "type:\"fp\"");
    }

    #[test]
    fn an_address_may_end_in_a_star() {
        assert_eq!(read("ip:192.0.2.*").query().unwrap().to_string(), "ip:192.0.2.*");
        assert_eq!(read("ip:192.0.2.1").query().unwrap().to_string(), "ip:\"192.0.2.1\"");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_filter_or_a_sentence(text in any::<String>()) {
            if let Err(error) = Filter::parse(&text) {
                prop_assert!(!error.why.is_empty());
            }
        }

        #[test]
        fn what_is_printed_reads_as_the_same(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "client:Shop", "client:Billing portal", "client:\"A b\"", "connection:Users", "person:auth0|1",
                    "ip:192.0.2.1", "time:1h", "time:2026-11-29..", "time:2026..2026-11-30T08:00", "kind:logins", "outcome:failed", "type:s", "word", "\"two words\"", "\"a:b\"",
                    "https://a.test/",
                ]),
                0..6,
            )
        ) {
            let filter = Filter::parse(&pieces.join(" ")).unwrap();
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
    }
}
