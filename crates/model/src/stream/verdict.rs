//! What an answer of a receiver means for the events it was sent, and how long to wait after a bad one.
//!
//! Pure decisions. Source: RFC 9110 §15; the receivers' own manuals, which agree on what 400 and 413 say.

use crate::time::{Lifetime, Timestamp};

/// How often one event is sent that the receiver refuses for what it is.
pub const TRIES: u32 = 3;
/// So many events set aside one after the other, with none taken in between, and it is the receiver
/// that is wrong and not the events.
pub const ASIDE_IN_A_ROW: u32 = 10;
/// The longest wait between two tries.
pub const LONGEST_WAIT: Lifetime = Lifetime::from_seconds(60);
/// The longest wait that a receiver may ask for.
pub const LONGEST_ASKED: Lifetime = Lifetime::from_seconds(300);
/// A stream whose receiver takes nothing for so long is suspended.
pub const SUSPEND_AFTER: Lifetime = Lifetime::from_seconds(7 * 86_400);

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver has the events.
    Taken,
    /// The receiver will not take these events, however often they come.
    Refused,
    /// The receiver takes nothing at the moment: it is asked again, for as long as it takes.
    Later,
}

impl Verdict {
    /// Of the status of an HTTP answer.
    ///
    /// ```
    /// use doorward_model::stream::verdict::Verdict;
    /// assert_eq!(Verdict::of_status(204), Verdict::Taken);
    /// assert_eq!(Verdict::of_status(413), Verdict::Refused);
    /// assert_eq!(Verdict::of_status(503), Verdict::Later);
    /// // A wrong token is put right by an admin, a redirect is not followed.
    /// assert_eq!((Verdict::of_status(401), Verdict::of_status(302)), (Verdict::Later, Verdict::Later));
    /// ```
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Verdict::Taken,
            400 | 413 | 422 => Verdict::Refused,
            _ => Verdict::Later,
        }
    }
}

/// How long to wait after so many failures one after the other. `chance` between 0 and 255 spreads the
/// tries of many streams: a quarter of the time is left to it.
#[must_use]
pub fn wait_after(failures: u32, chance: u8) -> Lifetime {
    let longest = u32::try_from(LONGEST_WAIT.seconds()).unwrap_or(u32::MAX);
    let whole = 1_u32.checked_shl(failures.min(31)).unwrap_or(u32::MAX).min(longest);
    let spread = (whole / 4).saturating_mul(u32::from(chance)) / 255;
    Lifetime::from_seconds((whole - spread).max(1))
}

/// Whether a stream that waits until `retry_at` is tried. A time that lies further ahead than anybody waits was
/// written by a clock that is ahead of this one.
#[must_use]
pub fn is_due(retry_at: Timestamp, now: Timestamp) -> bool {
    now >= retry_at || retry_at > now.after(LONGEST_ASKED)
}

/// How long a receiver wants to be left alone: the value of `Retry-After`, in seconds or as a date, but at most
/// [`LONGEST_ASKED`]. None when it is neither. Source: RFC 9110 §10.2.3.
///
/// ```
/// use doorward_model::stream::verdict::asked_for;
/// use doorward_model::time::Timestamp;
/// let now = Timestamp::parse("2026-11-29T21:00:00Z").unwrap();
/// let seconds = |text| asked_for(text, now).map(|wait| wait.seconds());
/// assert_eq!((seconds("90"), seconds("86400")), (Some(90), Some(300)));
/// assert_eq!(seconds("Sun, 29 Nov 2026 21:02:00 GMT"), Some(120));
/// assert_eq!((seconds("Sun, 29 Nov 2026 20:00:00 GMT"), seconds("soon")), (Some(0), None));
/// ```
#[must_use]
pub fn asked_for(text: &str, now: Timestamp) -> Option<Lifetime> {
    let longest = LONGEST_ASKED.seconds();
    let seconds = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().unwrap_or(longest)
    } else {
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Timestamp::from_millis(date.as_millisecond()).since(now).seconds()
    };
    u32::try_from(seconds.min(longest)).ok().map(Lifetime::from_seconds)
}

/// Whether a stream that has failed since `since` is given up.
#[must_use]
pub fn is_given_up(since: Timestamp, now: Timestamp) -> bool {
    now.since(since) >= SUSPEND_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_never_are_nothing() {
        let seconds = |failures, chance| wait_after(failures, chance).seconds();
        assert_eq!([1, 2, 3, 6, 99].map(|failures| seconds(failures, 0)), [2, 4, 8, 60, 60]);
        assert_eq!((seconds(6, 255), seconds(0, 255), seconds(u32::MAX, 7)), (45, 1, 60));
    }

    #[test]
    fn a_time_that_nobody_of_this_clock_can_have_written_holds_nothing_up() {
        let now = Timestamp::from_seconds(1000);
        let at = Timestamp::from_seconds;
        let due = |second: i64| is_due(at(second), now);
        assert_eq!(
            [0, 999, 1000, 1001, 1300, 1301, 90_000].map(due),
            [true, true, true, false, false, true, true]
        );
    }

    #[test]
    fn a_week_of_failures_ends_a_stream() {
        let since = Timestamp::from_seconds(0);
        assert!(!is_given_up(since, Timestamp::from_seconds(7 * 86_400 - 1)));
        assert!(is_given_up(since, Timestamp::from_seconds(7 * 86_400)));
    }
}
