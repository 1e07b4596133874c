//! Why something failed, and what one can do about it.
//!
//! As much as the event itself tells is pure: an event in, two sentences and a place out; whoever shows them makes
//! the link. What stands beside the event (the lists of the client, what is spelled alike) is looked up for who may
//! see it, by [`look_up`]; pages, API and command line ask there. Source: UX §1.9.

mod addresses;
mod authorize;
mod blocked;
mod device;
mod look_up;
mod people;
mod target;
mod token;
mod used_before;

pub use look_up::{explained, explained_all};

use doorward_model::ids::ClientId;
use doorward_model::log::code::{EventCode, Level};
use doorward_model::log::event::Event;

/// Why it failed, and the way out where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// One or two sentences.
    pub why: String,
    /// What to do; none where nothing is wrong on our side and nothing can be done here.
    pub fix: Option<Fix>,
    /// A refused address in parts, where it was compared with the lists.
    pub address: Option<Mismatch>,
}

/// A refused address, for who shows it beside the one that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What was asked for, with whatever nobody sees in it made visible.
    pub asked: String,
    /// The entry that is nearest to it, of the same kind.
    pub allowed: Option<String>,
    /// What is wrong with it, in a sentence.
    pub cause: String,
    /// The setting and the entry that lets it through; none where the app has to change, or somebody has to look at
    /// the host first, which a stranger chose.
    pub addition: Option<(&'static str, String)>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// One or two sentences.
    pub text: String,
    /// Where it is done; none where that is not in the dashboard.
    pub place: Option<Place>,
}

/// A place of the dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The list of clients.
    Clients,
    /// A part of a client.
    Client(ClientId, Part),
}

/// What of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What it is.
    Itself,
    /// Its secret.
    Secret,
    /// How it proves itself.
    Method,
    /// The grants that it may use.
    GrantTypes,
    /// How long its refresh tokens live.
    RefreshTokens,
    /// Where people may be sent back to.
    Callbacks,
    /// Whose pages may call from a browser.
    Origins,
    /// Where people may be sent after a logout.
    LogoutUrls,
    /// What people may log in with.
    Connections,
    /// The APIs that it may call by itself.
    Apis,
    /// The guides of its type.
    QuickStart,
}

/// A line of a table: why, what to do, and where.
#[derive(Debug, Clone, Copy)]
struct Line {
    why: &'static str,
    fix: &'static str,
    part: Option<Part>,
}

impl Line {
    fn of(self, event: &Event) -> Explanation {
        Explanation::new(event, self.why, self.fix, self.part)
    }
}

impl Explanation {
    /// An explanation whose fix lies in `part` of the event's client; with an empty `fix` it has none.
    fn new(event: &Event, why: impl Into<String>, fix: impl Into<String>, part: Option<Part>) -> Self {
        let place = part.and_then(|part| Some(Place::Client(event.client.clone()?, part)));
        let text: String = fix.into();
        let fix = Some(Fix { text, place }).filter(|fix| !fix.text.is_empty());
        Self { why: why.into(), fix, address: None }
    }

    /// For programs: `why`, and `fix` where there is one.
    #[must_use]
    pub fn as_json(&self) -> serde_json::Value {
        match &self.fix {
            Some(fix) => serde_json::json!({ "why": self.why, "fix": fix.text }),
            None => serde_json::json!({ "why": self.why }),
        }
    }

    fn at(mut self, place: Place) -> Self {
        if let Some(fix) = &mut self.fix {
            fix.place = Some(place);
        }
        self
    }
}

/// Explains a failure by what the event tells; none for what did not fail.
#[must_use]
pub fn explain(event: &Event) -> Option<Explanation> {
    if event.code.level() != Level::Failure {
        return None;
    }
    match event.code {
        EventCode::LoginFailed
        | EventCode::SilentAuthFailed
        | EventCode::LogoutFailed
        | EventCode::PushedRequestFailed => {
            match event.details.get("number").and_then(serde_json::Value::as_u64) {
                Some(number) => {
                    Some(addresses::explain(event).unwrap_or_else(|| authorize::page(event, number)))
                }
                None => Some(authorize::redirect(event).unwrap_or_else(|| authorize::other(event))),
            }
        }
        EventCode::CodeExchangeFailed
        | EventCode::RefreshExchangeFailed
        | EventCode::RefreshReuse
        | EventCode::ClientCredentialsFailed
        | EventCode::PasswordExchangeFailed => Some(token::explain(event)),
        EventCode::DeviceExchangeFailed
        | EventCode::DeviceAuthorizationFailed
        | EventCode::DeviceActivationFailed
        | EventCode::DeviceDeclined => Some(device::explain(event)),
        _ => Some(people::explain(event)),
    }
}

/// Where the reasons with fixed words come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reasons {
    /// The token endpoint.
    Tokens,
    /// The way to the login and back to the client.
    Logins,
    /// Devices and the page at which people answer for them.
    Devices,
}

/// The why and fix of every reason with fixed words; the fix is empty where there is none. For whoever has to insist
/// that none of them is forgotten.
#[must_use]
pub fn fixed(of: Reasons) -> Vec<(&'static str, &'static str)> {
    let words = |line: &Line| (line.why, line.fix);
    match of {
        Reasons::Tokens => token::lines().map(words).collect(),
        Reasons::Logins => authorize::lines().map(words).collect(),
        Reasons::Devices => device::lines().map(words).collect(),
    }
}

/// The text at `details.{outer}.{inner}`.
fn inner<'e>(event: &'e Event, outer: &str, inner: &str) -> Option<&'e str> {
    event.details.get(outer)?.get(inner)?.as_str()
}

fn oauth_error(event: &Event) -> Option<&str> {
    inner(event, "error", "oauthError")
}

fn message(event: &Event) -> Option<&str> {
    inner(event, "error", "message")
}

fn hint(event: &Event) -> Option<&str> {
    event.details.get("hint")?.as_str()
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::{ClientId, LogId};
    use doorward_model::time::Timestamp;
    use serde_json::{Map, Value, json};

    use super::*;

    pub(super) fn event(code: EventCode, description: &str, details: Value) -> Event {
        let details = match details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        Event {
            client: ClientId::parse("abc").ok(),
            client_name: Some("Storefront".to_owned()),
            connection_name: Some("Staff".to_owned()),
            user_name: Some("ada@example.com".to_owned()),
            ip: Some("203.0.113.9".to_owned()),
            details,
            ..Event::new(
                LogId::parse("90020251123").unwrap(),
                Timestamp::from_seconds(1_795_000_000),
                code,
                description,
            )
        }
    }

    #[test]
    fn every_failure_has_a_why_and_nothing_else_has() {
        for code in EventCode::ALL {
            let known = explain(&event(*code, "It did not work.", json!({})));
            assert_eq!(known.is_some(), code.level() == Level::Failure, "{code:?}");
            if let Some(known) = known {
                assert!(known.why.ends_with('.') && !known.why.contains('!'), "{code:?}: {}", known.why);
            }
        }
    }

    /// Of the others the event tells the reason, or what was answered does.
    #[test]
    fn what_has_one_reason_is_told_whatever_the_event_says() {
        let told: Vec<&str> = EventCode::ALL
            .iter()
            .filter(|code| code.level() == Level::Failure)
            .filter(|code| {
                explain(&event(**code, "It did not work.", json!({}))).unwrap().why != "It did not work."
            })
            .map(|code| code.as_str())
            .collect();
        assert_eq!(told, ["fu", "fp", "fco", "fdecc", "api_limit", "limit_wc", "limit_mu"]);
    }
}
