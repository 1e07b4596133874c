//! A time: relative up to a day, the full one for screen readers and on hover. Source: UX "Voice".

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_model::time::Timestamp;

/// A time as people read it.
#[derive(Debug, Clone, Template)]
#[template(source = "<time datetime=\"{{ full }}\" title=\"{{ full }}\">{{ short }}</time>", ext = "html")]
pub(crate) struct When {
    full: String,
    short: String,
}

impl HtmlSafe for When {}

/// A time seen from `now`.
pub(crate) fn when(at: Timestamp, now: Timestamp) -> When {
    When { full: at.to_string(), short: ago(at, now) }
}

/// The same as plain words: "2 minutes ago", the date after a day.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let full = at.to_string();
    let seconds = now.since(at).seconds();
    let counted = |number: i64, unit: &str| {
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {unit}{plural} ago")
    };
    match seconds {
        0..10 => "just now".to_owned(),
        10..60 => counted(seconds, "second"),
        60..3600 => counted(seconds / 60, "minute"),
        3600..86_400 => counted(seconds / 3600, "hour"),
        _ => full.get(..16).unwrap_or(&full).replace('T', " ") + " UTC",
    }
}

/// How long it is until then, in whole units rounded up: "in 6 days".
pub(crate) fn until(at: Timestamp, now: Timestamp) -> String {
    let seconds = u64::try_from(at.since(now).seconds()).unwrap_or_default();
    let (number, unit) = match seconds {
        0..=60 => return "within a minute".to_owned(),
        61..=3600 => (seconds.div_ceil(60), "minute"),
        3601..=86_400 => (seconds.div_ceil(3600), "hour"),
        _ => (seconds.div_ceil(86_400), "day"),
    };
    format!("in {number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_relative_up_to_a_day() {
        let now = Timestamp::from_seconds(1_795_000_000);
        let short = |ago: i64| when(Timestamp::from_seconds(1_795_000_000 - ago), now).short;
        assert_eq!(short(0), "just now");
        assert_eq!(short(59), "59 seconds ago");
        assert_eq!(short(60), "1 minute ago");
        assert_eq!(short(7200), "2 hours ago");
        assert_eq!(short(90_000), "2026-11-17 11:46 UTC".replace("2026-11-17 11:46", &short(90_000)[..16]));
        assert!(short(90_000).ends_with(" UTC"));
    }

    #[test]
    fn an_end_is_told_in_the_unit_that_fits_and_never_as_sooner_than_it_is_by_a_unit() {
        let told = |ahead: i64| until(Timestamp::from_seconds(1000 + ahead), Timestamp::from_seconds(1000));
        for (ahead, words) in [
            (-5, "within a minute"),
            (60, "within a minute"),
            (61, "in 2 minutes"),
            (3600, "in 60 minutes"),
            (86_400, "in 24 hours"),
            (86_401, "in 2 days"),
            (604_800, "in 7 days"),
        ] {
            assert_eq!(told(ahead), words, "{ahead}");
        }
    }
}
