//! A time as people type it: a year, a month, a day, or to the millisecond.
//!
//! Source: RFC 3339, and its dates cut short.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

use crate::time::Timestamp;

/// How exactly a time was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Year,
    Month,
    Day,
    Minute,
    Second,
    Millisecond,
}

/// A time with a length: `2026-01` is all of January.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    start: Timestamp,
    end: Timestamp,
    unit: Unit,
}

impl Moment {
    /// Its first millisecond.
    #[must_use]
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// The first millisecond after it.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.end
    }

    /// Reads a time; without an offset it is in UTC.
    ///
    /// ```
    /// use doorward_model::search::Moment;
    /// let day = Moment::parse("2026-01-31").unwrap();
    /// assert_eq!(day.start().to_string(), "2026-01-31T00:00:00.000Z");
    /// assert_eq!(day.end().to_string(), "2026-02-01T00:00:00.000Z");
    /// assert_eq!(Moment::parse("yesterday"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, clock) = match text.split_once('T') {
            Some((date, clock)) => (date, Some(clock)),
            None => (text, None),
        };
        let parts: Vec<&str> = date.split('-').collect();
        let (year, month, day) = match parts.as_slice() {
            [year] => (number(year, 4)?, None, None),
            [year, month] => (number(year, 4)?, Some(number(month, 2)?), None),
            [year, month, day] => (number(year, 4)?, Some(number(month, 2)?), Some(number(day, 2)?)),
            _ => return None,
        };
        let small = |part: Option<u32>| i8::try_from(part.unwrap_or(1)).ok();
        let first = Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
        let Some(clock) = clock else {
            let (unit, step) = match (month, day) {
                (None, _) => (Unit::Year, Span::new().years(1)),
                (Some(_), None) => (Unit::Month, Span::new().months(1)),
                (Some(_), Some(_)) => (Unit::Day, Span::new().days(1)),
            };
            let end = first.checked_add(step).ok()?;
            let (start, end) = (utc(first.at(0, 0, 0, 0))?, utc(end.at(0, 0, 0, 0))?);
            return Some(Self { start, end, unit });
        };
        day?;
        with_clock(first, clock)
    }
}

fn with_clock(date: Date, text: &str) -> Option<Moment> {
    let (clock, offset) = offset(text)?;
    let (whole, fraction) = match clock.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (clock, None),
    };
    let parts: Vec<&str> = whole.split(':').collect();
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (number(hour, 2)?, number(minute, 2)?, None),
        [hour, minute, second] => (number(hour, 2)?, number(minute, 2)?, Some(number(second, 2)?)),
        _ => return None,
    };
    let (unit, length, millis) = match (second, fraction) {
        (None, None) => (Unit::Minute, 60_000, 0),
        (Some(_), None) => (Unit::Second, 1000, 0),
        (Some(_), Some(fraction)) => (Unit::Millisecond, 1, milliseconds(fraction)?),
        (None, Some(_)) => return None,
    };
    let small = |part: u32| i8::try_from(part).ok();
    let nanos = i32::try_from(millis).ok()?.checked_mul(1_000_000)?;
    let at = DateTime::new(
        date.year(),
        date.month(),
        date.day(),
        small(hour)?,
        small(minute)?,
        small(second.unwrap_or(0))?,
        nanos,
    );
    let start = utc(at.ok()?.checked_sub(offset).ok()?)?;
    Some(Moment { start, end: Timestamp::from_millis(start.millis() + length), unit })
}

/// The clock, and how far ahead of UTC it is.
fn offset(text: &str) -> Option<(&str, SignedDuration)> {
    if let Some(clock) = text.strip_suffix('Z') {
        return Some((clock, SignedDuration::ZERO));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, SignedDuration::ZERO)) };
    let (clock, offset) = text.split_at(at);
    let (hours, minutes) = offset[1..].split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let ahead = SignedDuration::from_mins(i64::from(hours) * 60 + i64::from(minutes));
    Some((clock, if offset.starts_with('-') { -ahead } else { ahead }))
}

/// Digits, and nothing else.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Up to nine digits of a second; what is finer than we keep is cut.
fn milliseconds(text: &str) -> Option<u32> {
    if !(1..=9).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{text:0<3}")[..3].parse().ok()
}

fn utc(at: DateTime) -> Option<Timestamp> {
    let zoned = at.to_zoned(TimeZone::UTC).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

impl fmt::Display for Moment {
    /// As short as it was given, in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let full = self.start.to_string();
        let length = match self.unit {
            Unit::Year => 4,
            Unit::Month => 7,
            Unit::Day => 10,
            Unit::Minute => 16,
            Unit::Second => 19,
            Unit::Millisecond => 23,
        };
        f.write_str(full.get(..length).unwrap_or(&full))?;
        if length > 10 { f.write_str("Z") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> Option<(String, String)> {
        Moment::parse(text).map(|moment| (moment.start().to_string(), moment.end().to_string()))
    }

    #[test]
    fn a_time_is_as_long_as_it_is_vague() {
        for (text, start, end) in [
            ("2024", "2024-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z"),
            ("2024-02", "2024-02-01T00:00:00.000Z", "2024-03-01T00:00:00.000Z"),
            ("2024-02-29", "2024-02-29T00:00:00.000Z", "2024-03-01T00:00:00.000Z"),
            ("2024-12-31T23:59", "2024-12-31T23:59:00.000Z", "2025-01-01T00:00:00.000Z"),
            ("2024-12-31T23:59:59Z", "2024-12-31T23:59:59.000Z", "2025-01-01T00:00:00.000Z"),
            ("2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00.500Z", "2024-01-01T00:00:00.501Z"),
            ("2024-01-01T00:00:00.123456789Z", "2024-01-01T00:00:00.123Z", "2024-01-01T00:00:00.124Z"),
            ("2024-01-01T01:30+05:30", "2023-12-31T20:00:00.000Z", "2023-12-31T20:01:00.000Z"),
            ("2024-01-01T01:30:00-01:00", "2024-01-01T02:30:00.000Z", "2024-01-01T02:30:01.000Z"),
        ] {
            assert_eq!(span(text), Some((start.to_owned(), end.to_owned())), "{text}");
            let moment = Moment::parse(text).unwrap();
            assert_eq!(Moment::parse(&moment.to_string()), Some(moment), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for bad in [
            "",
            "24",
            "20244",
            "2024-1",
            "2024-13",
            "2023-02-29",
            "2024-01-01T",
            "2024-01-01T1:00",
            "2024T10:00",
            "2024-01-01T24:00",
            "2024-01-01T10:00:00.",
            "2024-01-01T10:00:00.1234567890Z",
            "2024-01-01T10:00+1",
            "2024-01-01T10:00+24:00",
            "9999",
            "-024",
            "२०२४",
            "2024-01-01T10:00:00ZZ",
            "2024-01-01 10:00",
        ] {
            assert_eq!(Moment::parse(bad), None, "{bad}");
        }
    }
}
