//! When events happened that are to be shown, as people say it: `1h`, `today`, `2026-11-29..2026-11-30T08:00`.
//!
//! Source: the filter bar of the log page (UX §1.9).

use std::fmt;

use crate::search::Moment;
use crate::time::{Lifetime, Timestamp};

const DAY: i64 = 86_400;

/// When it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Time {
    /// Lately: one of [`Time::NAMES`].
    Lately(&'static str),
    /// Between two times, as they were typed; each may be missing, but not both.
    Between(String, String),
}

impl Time {
    /// The names of what is lately.
    pub const NAMES: [&'static str; 4] = ["15m", "1h", "today", "7d"];

    /// Reads what stands behind `time:`.
    ///
    /// ```
    /// use doorward_model::log::span::Time;
    /// assert_eq!(Time::parse("1h"), Some(Time::Lately("1h")));
    /// assert_eq!(Time::parse("..2026-11-29").unwrap().to_string(), "..2026-11-29");
    /// assert_eq!(Time::parse("yesterday"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(name) = Self::NAMES.into_iter().find(|name| *name == text) {
            return Some(Self::Lately(name));
        }
        let (from, until) = text.split_once("..")?;
        let is_time = |text: &str| text.is_empty() || Moment::parse(text).is_some();
        let is_span = is_time(from) && is_time(until) && !(from.is_empty() && until.is_empty());
        is_span.then(|| Self::Between(from.to_owned(), until.to_owned()))
    }

    /// From when on and until when that is, seen from `now`.
    #[must_use]
    pub fn ends(&self, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let before = |seconds: u32| (Some(now.before(Lifetime::from_seconds(seconds))), None);
        match self {
            Self::Lately("15m") => before(15 * 60),
            Self::Lately("1h") => before(3600),
            Self::Lately("today") => {
                (Some(Timestamp::from_seconds(now.seconds().div_euclid(DAY) * DAY)), None)
            }
            Self::Lately(_) => before(7 * 86_400),
            Self::Between(from, until) => {
                (Moment::parse(from).map(Moment::start), Moment::parse(until).map(Moment::end))
            }
        }
    }
}

impl fmt::Display for Time {
    /// The text that reads as the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lately(name) => f.write_str(name),
            Self::Between(from, until) => write!(f, "{from}..{until}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_time_of_its_own() {
        let now = Timestamp::parse("2026-11-29T10:30:00.000Z").unwrap();
        let begins: Vec<String> = Time::NAMES
            .iter()
            .map(|name| Time::parse(name).unwrap().ends(now).0.unwrap().to_string()[..16].to_owned())
            .collect();
        assert_eq!(begins, ["2026-11-29T10:15", "2026-11-29T09:30", "2026-11-29T00:00", "2026-11-22T10:30"]);
    }
}
