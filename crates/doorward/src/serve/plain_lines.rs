//! A line of the operator's log as files and pipes get it: when, how grave, what, and the facts.
//!
//! It looks as the library's own lines do. Those are for people who watch and cost several microseconds each, which is a
//! good part of a small request.

use std::fmt::{self, Debug, Write as _};

use doorward_engine::clock::Clock;
use doorward_model::time::Timestamp;
use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// How many bytes of a time stay the same for a second: `2026-11-23T06:00:00`.
const SECONDS: usize = 19;

/// Writes lines.
pub struct PlainLines {
    clock: Clock,
    /// The second that was written last, and how it is spelled.
    second: Mutex<(i64, String)>,
}

impl<S, N> FormatEvent<S, N> for PlainLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        self.write_time(&mut out, self.clock.now())?;
        write!(out, " {:>5}", event.metadata().level().as_str())?;
        let mut facts = Facts { line: String::with_capacity(128), outcome: Ok(()) };
        event.record(&mut facts);
        facts.outcome?;
        out.write_str(&facts.line)?;
        out.write_char('\n')
    }
}

impl PlainLines {
    /// Lines with the times of that clock.
    pub fn at(clock: Clock) -> Self {
        Self { clock, second: Mutex::default() }
    }

    /// As RFC 3339 says, in UTC with milliseconds.
    fn write_time(&self, out: &mut impl fmt::Write, now: Timestamp) -> fmt::Result {
        let mut known = self.second.lock();
        if known.1.is_empty() || known.0 != now.seconds() {
            let time = Timestamp::from_seconds(now.seconds()).to_string();
            *known = (now.seconds(), time.get(..SECONDS).unwrap_or_default().to_owned());
        }
        write!(out, "{}.{:03}Z", known.1, now.millis().rem_euclid(1000))
    }
}

/// Collects the message and the facts of an event.
struct Facts {
    line: String,
    outcome: fmt::Result,
}

impl Visit for Facts {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.record_debug(field, &format_args!("{value}"));
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let name = field.name();
        // Where in the source a library that writes by the `log` crate stands: nobody's concern, as in the library's lines.
        if name.starts_with("log.") {
            return;
        }
        self.line.push(' ');
        if name != "message" {
            self.line.push_str(name.strip_prefix("r#").unwrap_or(name));
            self.line.push('=');
        }
        let begin = self.line.len();
        self.outcome = self.outcome.and(write!(self.line, "{value:?}"));
        // No text of a stranger may look like another line, or steer a terminal.
        if self.line.as_bytes()[begin..].iter().any(|byte| !matches!(byte, 0x20..=0x7e)) {
            let tamed: String = self.line.drain(begin..).map(escaped).collect();
            self.line.push_str(&tamed);
        }
    }
}

fn escaped(c: char) -> String {
    if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Kept {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn written(plain: bool, say: impl FnOnce()) -> String {
        let kept = Kept::default();
        let lines = tracing_subscriber::fmt().with_writer(kept.clone()).with_ansi(false).with_target(false);
        if plain {
            tracing::subscriber::with_default(
                lines.event_format(PlainLines::at(Clock::System)).finish(),
                say,
            );
        } else {
            tracing::subscriber::with_default(lines.finish(), say);
        }
        let text = kept.0.lock().clone();
        String::from_utf8(text).unwrap()
    }

    /// What follows the time.
    fn rest(line: &str) -> &str {
        line.split_once('Z').unwrap().1
    }

    #[test]
    fn a_line_looks_as_the_librarys_own() {
        let say = || {
            tracing::info!("request method={} path={}", "GET", "/ü");
            tracing::warn!(peer = %"10.0.0.1", count = 7_u64, text = "a \"b\"", error = ?Some(1), "trouble");
            tracing::info!(log.target = "rustls", log.line = 7_u64, r#type = "s", "a library");
            tracing::error!(is_bad = true, "at \u{1b}[31m once\nERROR forged");
        };
        let (ours, theirs) = (written(true, say), written(false, say));
        let (ours, theirs): (Vec<_>, Vec<_>) = (ours.lines().collect(), theirs.lines().collect());
        assert_eq!(rest(ours[0]), rest(theirs[0]));
        assert_eq!(rest(ours[1]), rest(theirs[1]));
        assert_eq!(rest(ours[2]), "  INFO a library type=\"s\"");
        assert_eq!(ours.len(), 4, "{ours:?}");
        assert_eq!(rest(ours[3]), " ERROR at \\u{1b}[31m once\\nERROR forged is_bad=true");
    }

    #[test]
    fn a_time_is_spelled_anew_when_its_second_is_over() {
        let lines = PlainLines::at(Clock::System);
        let spelled = |millis| {
            let mut text = String::new();
            lines.write_time(&mut text, Timestamp::from_millis(millis)).unwrap();
            text
        };
        assert_eq!(spelled(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(spelled(999), "1970-01-01T00:00:00.999Z");
        assert_eq!(spelled(1000), "1970-01-01T00:00:01.000Z");
    }
}
