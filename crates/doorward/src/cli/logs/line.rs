//! An event as a line for people: when, how it went, what, who, and on failure why and what to do.
//!
//! Equal events in a row are one line with a count. What strangers chose (names, addresses) cannot
//! move the cursor or break a line.

use doorward_engine::logs::explain::explain;
use doorward_model::log::code::Level;
use doorward_model::log::event::Event;
use doorward_model::time::Timestamp;
use jiff::tz::TimeZone;

use crate::plain::tame;

/// How lines look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Whether a person reads along: the time is short, and that of their place.
    pub is_terminal: bool,
    /// Whether colours may be used.
    pub color: bool,
    /// Whether events are JSON.
    pub json: bool,
}

/// What to do about a refused return address: which character is wrong, the lists of the client tell.
const ADDRESS: &str = "Run doorward doctor callback with the client and the URL that the app sends; it names the \
                       character that is wrong. With --after logout for a logout.";

/// The lines of some events.
pub(super) fn lines<'e>(style: Style, events: impl Iterator<Item = &'e Event>) -> String {
    let mut folded: Vec<(&Event, i64)> = Vec::new();
    for event in events {
        match folded.last_mut() {
            Some((last, count)) if is_repeat(last, event) => {
                *count += event.count;
                *last = event;
            }
            _ => folded.push((event, event.count)),
        }
    }
    folded.into_iter().map(|(event, count)| line(style, event, count)).collect()
}

/// An event that comes again with its new count stands for all of its repeats by itself.
fn is_repeat(last: &Event, event: &Event) -> bool {
    last.id != event.id && last.is_like(event)
}

fn line(style: Style, event: &Event, count: i64) -> String {
    let (sign, color) = match event.code.level() {
        Level::Success => ("✓", "32"),
        Level::Warning => ("!", "33"),
        Level::Failure => ("✗", "31"),
    };
    let sign = if style.color { format!("\u{1b}[{color}m{sign}\u{1b}[0m") } else { sign.to_owned() };
    let client = tame(event.client_name.as_deref().unwrap_or("–"));
    let facts = [Some(event.description.as_str()), event.user_name.as_deref(), event.ip.as_deref()];
    let facts = facts.into_iter().flatten().map(tame).collect::<Vec<_>>().join("  ");
    let repeats = if count > 1 { format!("  ×{count}") } else { String::new() };
    let title = event.code.title();
    let mut text = format!("{}  {sign} {title:<36}  {client:<20}  {facts}{repeats}\n", time(style, event.at));
    for (name, said) in way_out(event) {
        text.push_str(&format!("          {name}  {}\n", tame(&said)));
    }
    text
}

/// Why it failed and what to do, in the words of the dashboard.
fn way_out(event: &Event) -> Vec<(&'static str, String)> {
    if let Some(known) = explain(event) {
        let fix = known.fix.map(|fix| ("fix", fix.text));
        return std::iter::once(("why", known.why)).chain(fix).collect();
    }
    let hint = event.details.get("hint").and_then(|hint| hint.as_str());
    match hint.filter(|_| event.code.level() == Level::Failure) {
        Some(hint) => vec![("why", hint.to_owned()), ("fix", ADDRESS.to_owned())],
        None => Vec::new(),
    }
}

/// Of the place of whoever reads along; whole, and in UTC, for programs.
fn time(style: Style, at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.millis()) {
        Ok(time) if style.is_terminal => time.to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string(),
        _ => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::{ClientId, LogId};
    use doorward_model::log::code::EventCode;
    use serde_json::json;

    use super::*;

    const PLAIN: Style = Style { is_terminal: false, color: false, json: false };

    fn event(id: &str, code: EventCode, description: &str) -> Event {
        Event {
            client: ClientId::parse("abc").ok(),
            client_name: Some("Storefront".to_owned()),
            user_name: Some("ada@example.com".to_owned()),
            ip: Some("203.0.113.9".to_owned()),
            ..Event::new(LogId::parse(id).unwrap(), Timestamp::from_seconds(1_763_877_600), code, description)
        }
    }

    #[test]
    fn an_event_is_a_line_and_a_failure_says_why() {
        let good = event("1", EventCode::Login, "Logged in");
        assert_eq!(
            lines(PLAIN, [&good].into_iter()),
            "2025-11-23T06:00:00.000Z  ✓ Success Login                         Storefront            \
             Logged in  ada@example.com  203.0.113.9\n"
        );
        let mut bad = event("2", EventCode::CodeExchangeFailed, "The code is wrong.");
        bad.details.insert("hint".to_owned(), json!("the code is too old"));
        let text = lines(PLAIN, [&bad].into_iter());
        let told: Vec<&str> = text.lines().skip(1).map(str::trim_start).collect();
        assert!(text.contains("✗ "), "{text}");
        assert!(
            matches!(told[..], [why, fix] if why.starts_with("why  ") && fix.starts_with("fix  ")),
            "{text}"
        );
        let known = explain(&bad).unwrap();
        assert_eq!(told[0], format!("why  {}", known.why));
        let colored = lines(Style { color: true, ..PLAIN }, [&bad].into_iter());
        assert!(colored.contains("\u{1b}[31m✗\u{1b}[0m"), "{colored:?}");
        let short = lines(Style { is_terminal: true, ..PLAIN }, [&good].into_iter());
        assert_eq!((&short[2..3], &short[5..6], &short[8..10]), (":", ":", "  "), "{short}");
    }

    #[test]
    fn equal_events_in_a_row_are_one_line_with_a_count() {
        let mut many = event("1", EventCode::WrongPassword, "Wrong password");
        many.count = 13;
        let (again, other) = (event("2", many.code, "Wrong password"), event("3", many.code, "Another"));
        let text = lines(PLAIN, [&many, &again, &other, &again].into_iter());
        // What goes on about an event, its reason and what to do, is indented.
        let events = text.lines().filter(|line| !line.starts_with(' '));
        let counts: Vec<bool> = events.map(|line| line.ends_with("×14")).collect();
        assert_eq!(counts, [true, false, false]);
        // The same event with its new count says the whole of it.
        let more = Event { count: 20, ..many.clone() };
        assert!(lines(PLAIN, [&many, &more].into_iter()).contains("×20"));
    }

    #[test]
    fn a_refused_address_points_to_the_command_that_explains_it() {
        let mut refused = event("1", EventCode::LoginFailed, "Callback URL mismatch.");
        refused.details.insert("number".to_owned(), json!(102));
        refused.details.insert("hint".to_owned(), json!("not on the list: https://a.test/\u{1b}[2J"));
        let text = lines(PLAIN, [&refused].into_iter());
        assert!(text.contains("\n          why  not on the list: https://a.test/"), "{text}");
        assert!(text.contains("\n          fix  Run doorward doctor callback "), "{text}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn names_cannot_move_the_cursor_or_break_a_line() {
        let mut hostile = event("1", EventCode::Login, "a\nb\u{1b}[2J");
        hostile.client_name = Some("x\r\u{9b}31m".to_owned());
        hostile.user_name = Some("\u{7}".to_owned());
        let text = lines(PLAIN, [&hostile].into_iter());
        assert!(!text.trim_end_matches('\n').chars().any(char::is_control), "{text:?}");
    }
}
