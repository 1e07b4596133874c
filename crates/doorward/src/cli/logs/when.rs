//! When, as people type it: so long ago, or a time.

use doorward_model::time::Timestamp;

use crate::cli::lifetime;
use crate::failure::Failure;

/// Reads `15m` (seconds, minutes, hours, days before `now`) or a time of RFC 3339.
///
/// # Errors
/// When it is neither.
pub(super) fn parse(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Some(ago) = lifetime::parse(text) {
        return Ok(now.before(ago));
    }
    text.parse::<jiff::Timestamp>().map(|time| Timestamp::from_millis(time.as_millisecond())).map_err(|_| {
        Failure::usage(
            format!("{text:?} is no time."),
            "A time is a number with a unit, or a date with a time and a zone.",
            "Give --since 90s, 15m, 2h, 7d or 2026-11-24T08:00:00Z.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_is_so_long_ago_or_a_time() {
        let now = Timestamp::from_seconds(1_000_000);
        for (text, seconds) in [
            ("90s", 999_910),
            ("15m", 999_100),
            ("2h", 992_800),
            ("7d", 395_200),
            ("1970-01-01T00:00:10Z", 10),
            ("1970-01-01T01:00:10+01:00", 10),
        ] {
            assert_eq!(parse(text, now).unwrap().seconds(), seconds, "{text}");
        }
        for bad in ["", "m", "-1m", "+1m", "1.5h", "1w", "yesterday", "99999999999d", "2026-11-24"] {
            assert!(parse(bad, now).is_err(), "{bad}");
        }
    }
}
