//! An event as a line for people: when, how it went, what, who, and on failure why and what to do.
//!
//! Equal events in a row are one line with a count. What strangers chose (names, addresses) cannot
//! move the cursor or break a line.

use doorward_engine::logs::explain::Explanation;
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

/// An event, and why it failed where it did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'e> {
    pub event: &'e Event,
    pub known: Option<&'e Explanation>,
    /// What can be typed to mend it.
    pub command: Option<&'e str>,
}

/// The lines of some events.
pub(super) fn lines<'e>(style: Style, events: impl Iterator<Item = Told<'e>>) -> String {
    let mut folded: Vec<(Told<'e>, i64)> = Vec::new();
    for told in events {
        match folded.last_mut() {
            Some((last, count)) if is_repeat(last.event, told.event) => {
                *count += told.event.count;
                *last = told;
            }
            _ => folded.push((told, told.event.count)),
        }
    }
    folded.into_iter().map(|(told, count)| line(style, told, count)).collect()
}

/// An event that comes again with its new count stands for all of its repeats by itself.
fn is_repeat(last: &Event, event: &Event) -> bool {
    last.id != event.id && last.is_like(event)
}

fn line(style: Style, told: Told<'_>, count: i64) -> String {
    let event = told.event;
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
    let below = told.known.map(|known| below(known, told.command)).unwrap_or_default();
    let width = below.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, said) in below {
        text.push_str(&format!("          {name:<width$}  {}\n", tame(said)));
    }
    text
}

/// What stands below a failure, each under its name: an address beside the one that is allowed, why, what to do.
fn below<'k>(known: &'k Explanation, command: Option<&'k str>) -> Vec<(&'static str, &'k str)> {
    let fix = command.or(known.fix.as_ref().map(|fix| fix.text.as_str()));
    let (asked, allowed, why) = match &known.address {
        Some(address) => (Some(address.asked.as_str()), address.allowed.as_deref(), &address.cause),
        None => (None, None, &known.why),
    };
    let all = [("asked", asked), ("allowed", allowed), ("why", Some(why)), ("fix", fix)];
    all.into_iter().filter_map(|(name, said)| Some((name, said?))).collect()
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
    use doorward_engine::logs::explain::explain;
    use doorward_model::ids::{ClientId, LogId};
    use doorward_model::log::code::EventCode;
    use serde_json::json;

    use super::*;

    /// As they are told of what the event itself says.
    fn lines<const N: usize>(style: Style, events: [&Event; N]) -> String {
        let known = events.map(explain);
        let told = events.into_iter().zip(&known);
        super::lines(style, told.map(|(event, known)| Told { event, known: known.as_ref(), command: None }))
    }

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
            lines(PLAIN, [&good]),
            "2025-11-23T06:00:00.000Z  ✓ Success Login                         Storefront            \
             Logged in  ada@example.com  203.0.113.9\n"
        );
        let mut bad = event("2", EventCode::CodeExchangeFailed, "The code is wrong.");
        bad.details.insert("hint".to_owned(), json!("the code is too old"));
        let text = lines(PLAIN, [&bad]);
        let told: Vec<&str> = text.lines().skip(1).map(str::trim_start).collect();
        assert!(text.contains("✗ "), "{text}");
        assert!(
            matches!(told[..], [why, fix] if why.starts_with("why  ") && fix.starts_with("fix  ")),
            "{text}"
        );
        let known = explain(&bad).unwrap();
        assert_eq!(told[0], format!("why  {}", known.why));
        let colored = lines(Style { color: true, ..PLAIN }, [&bad]);
        assert!(colored.contains("\u{1b}[31m✗\u{1b}[0m"), "{colored:?}");
        let short = lines(Style { is_terminal: true, ..PLAIN }, [&good]);
        assert_eq!((&short[2..3], &short[5..6], &short[8..10]), (":", ":", "  "), "{short}");
    }

    #[test]
    fn equal_events_in_a_row_are_one_line_with_a_count() {
        let mut many = event("1", EventCode::WrongPassword, "Wrong password");
        many.count = 13;
        let (again, other) = (event("2", many.code, "Wrong password"), event("3", many.code, "Another"));
        let text = lines(PLAIN, [&many, &again, &other, &again]);
        // What goes on about an event, its reason and what to do, is indented.
        let events = text.lines().filter(|line| !line.starts_with(' '));
        let counts: Vec<bool> = events.map(|line| line.ends_with("×14")).collect();
        assert_eq!(counts, [true, false, false]);
        // The same event with its new count says the whole of it.
        let more = Event { count: 20, ..many.clone() };
        assert!(lines(PLAIN, [&many, &more]).contains("×20"));
    }

    #[test]
    fn a_refused_address_is_named_and_cannot_move_the_cursor() {
        let mut refused = event("1", EventCode::LoginFailed, "Callback URL mismatch.");
        refused.details.insert("number".to_owned(), json!(102));
        refused.details.insert("redirect_uri".to_owned(), json!("https://a.test/\u{1b}[2J"));
        let text = lines(PLAIN, [&refused]);
        assert!(
            text.contains("\n          why  The app asked to return to https://a.test/⟨U+001B⟩[2J."),
            "{text}"
        );
        assert!(text.contains("\n          fix  Compare the two "), "{text}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn names_cannot_move_the_cursor_or_break_a_line() {
        let mut hostile = event("1", EventCode::Login, "a\nb\u{1b}[2J");
        hostile.client_name = Some("x\r\u{9b}31m".to_owned());
        hostile.user_name = Some("\u{7}".to_owned());
        let text = lines(PLAIN, [&hostile]);
        assert!(!text.trim_end_matches('\n').chars().any(char::is_control), "{text:?}");
    }
}
