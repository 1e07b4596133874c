//! The callback doctor: refused addresses looked up in the log, explained, and allowed.
//!
//! Owns what an event keeps of a refused address, and that nothing is allowed that the rules of
//! [`doorward_protocol::oauth::doctor`] do not offer: the address always comes from the event, never
//! from the form that allows it. Everything is judged by the lists as they are now.
//!
//! Source: UX §2.2.

mod allow;
mod examine;
mod sightings;
mod suggest;
#[cfg(test)]
mod tests;

use doorward_model::client::urls::MAX_LENGTH;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_protocol::digest::sha256;
use doorward_protocol::oauth::doctor::Purpose;
use doorward_protocol::oauth::error::PageProblem;

use crate::logs::record::EventDraft;

pub use allow::{Allowed, allow};
pub(crate) use examine::developers_view;
pub use examine::{Examined, Refusal, examine, of_event, of_refusal};
pub use sightings::{Sightings, sightings};
pub use suggest::{Suggestion, suggestions};

/// How many events one address can make in one minute at one client by changing the URL: so many, and
/// no more, that two URLs are hardly ever taken for one, and a stranger does not fill the disk.
const BUCKETS: u8 = 64;
/// Says in an event that the URL was longer than what is kept.
const CUT: &str = "cut";

/// An address that somebody was to be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The address, as it was sent.
    pub url: String,
    /// What for.
    pub purpose: Purpose,
    /// Whether this is all of it.
    pub is_whole: bool,
}

impl Asked {
    /// An address that somebody typed or sent just now, as far as it would be kept.
    #[must_use]
    pub fn bounded(url: &str, purpose: Purpose) -> Self {
        let kept = &url[..url.floor_char_boundary(MAX_LENGTH)];
        Self { url: kept.to_owned(), purpose, is_whole: kept.len() == url.len() }
    }
}

/// The problems that are about an address on a list, and what each is for.
fn purpose(problem: PageProblem) -> Option<(Purpose, &'static str)> {
    match problem {
        PageProblem::CallbackNotAllowed => Some((Purpose::Login, "redirect_uri")),
        PageProblem::LogoutUrlNotAllowed => Some((Purpose::Logout, "return_to")),
        _ => None,
    }
}

/// Whether a problem is one for the doctor.
pub(crate) fn looks_into(problem: PageProblem) -> bool {
    purpose(problem).is_some()
}

/// The part of an event's fold key that keeps URLs apart.
pub(crate) fn bucket(url: &str) -> u8 {
    sha256(url.as_bytes())[0] % BUCKETS
}

/// Notes the address in the event.
pub(crate) fn note(mut draft: EventDraft, problem: PageProblem, url: &str) -> EventDraft {
    let Some((_, name)) = purpose(problem) else { return draft };
    if draft.as_sent(name, url, MAX_LENGTH) { draft } else { draft.detail(CUT, true) }
}

/// The address that an event is about; none when it is about something else.
#[must_use]
pub fn asked_of(event: &Event) -> Option<Asked> {
    let problem = match event.code {
        EventCode::LoginFailed => PageProblem::CallbackNotAllowed,
        EventCode::LogoutFailed => PageProblem::LogoutUrlNotAllowed,
        _ => return None,
    };
    let number = event.details.get("number")?.as_u64()?;
    let (purpose, name) = purpose(problem).filter(|_| number == u64::from(problem.number()))?;
    let url = event.details.get(name)?.as_str()?.to_owned();
    Some(Asked { url, purpose, is_whole: !event.details.contains_key(CUT) })
}
