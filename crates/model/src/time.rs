//! Points and lengths of time. There is no clock here: "now" is always an argument.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the epoch, as tokens carry them (RFC 7519 §2, `NumericDate`).
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Reads a time as RFC 3339 spells it, with its offset from UTC; what is finer than milliseconds
    /// is cut off.
    ///
    /// ```
    /// use doorward_model::time::Timestamp;
    /// let time = Timestamp::parse("2027-01-31T13:00:00.5+01:00").unwrap();
    /// assert_eq!(time.to_string(), "2027-01-31T12:00:00.500Z");
    /// assert_eq!(Timestamp::parse("2027-01-31"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // The library reads more than the standard: no space between date and time, no zone's name.
        let is_plain =
            |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | ':' | '.' | 'T' | 't' | 'Z' | 'z');
        if text.len() > 40 || !text.chars().all(is_plain) {
            return None;
        }
        text.parse::<jiff::Timestamp>().ok().map(|time| Self(time.as_millisecond()))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The point that lies `lifetime` later.
    #[must_use]
    pub const fn after(self, lifetime: Lifetime) -> Self {
        Self(self.0.saturating_add(lifetime.0.saturating_mul(1000)))
    }

    /// The point that lies `lifetime` earlier.
    #[must_use]
    pub const fn before(self, lifetime: Lifetime) -> Self {
        Self(self.0.saturating_sub(lifetime.0.saturating_mul(1000)))
    }

    /// The time since `earlier`, in whole seconds, zero when `earlier` lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Lifetime {
        let millis = self.0.saturating_sub(earlier.0);
        Lifetime(if millis > 0 { millis / 1000 } else { 0 })
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds, `2026-11-23T06:00:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

/// A length of time in whole seconds, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lifetime(i64);

impl Lifetime {
    /// A length of `seconds`.
    #[must_use]
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(seconds as i64)
    }

    /// The two lengths one after the other.
    #[must_use]
    pub const fn plus(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    /// The length in seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_prints_as_rfc_3339_with_milliseconds() {
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(1_763_877_600_123).to_string(), "2025-11-23T06:00:00.123Z");
    }

    #[test]
    fn arithmetic_is_in_seconds_and_never_overflows() {
        let now = Timestamp::from_seconds(100);
        assert_eq!(now.after(Lifetime::from_seconds(5)).seconds(), 105);
        assert_eq!(now.before(Lifetime::from_seconds(5)).seconds(), 95);
        assert_eq!(now.since(Timestamp::from_seconds(40)).seconds(), 60);
        assert_eq!(now.since(Timestamp::from_seconds(140)).seconds(), 0);
        assert_eq!(Timestamp::from_millis(i64::MAX).after(Lifetime::from_seconds(1)).millis(), i64::MAX);
    }
}
