//! How a stream goes, in the words and signs of the pages.

use doorward_engine::streams::{Outcome, StreamState};
use doorward_model::stream::{SinkKind, StreamStatus};
use doorward_model::time::Timestamp;

use crate::parts::{When, ago, when};

/// What is said to who resumes a stream of which the log has forgotten something.
pub(super) const RESUMED_LATE: &str = "The stream goes on with the oldest event of the log. It stood still for longer than the log keeps \
     events: what happened in between may be missing.";

/// The class of the badge, and its words.
pub(super) fn badge(state: &StreamState) -> (&'static str, String) {
    match (state.stream.status, state.progress.failing_since) {
        (StreamStatus::Paused, _) => ("badge", "Paused".to_owned()),
        (StreamStatus::Suspended, _) => ("badge badge-bad", "Suspended".to_owned()),
        (StreamStatus::Active, Some(since)) => {
            let waiting = waiting(state);
            ("badge badge-warn", format!("Retrying since {}, {waiting} waiting", clock(since)))
        }
        (StreamStatus::Active, None) => ("badge badge-ok", "Delivering".to_owned()),
    }
}

/// Hours and minutes of the day, in UTC.
fn clock(at: Timestamp) -> String {
    at.to_string().get(11..16).unwrap_or_default().to_owned() + " UTC"
}

/// How many events are before it.
pub(super) fn waiting(state: &StreamState) -> String {
    let number = crate::clients::number(state.waiting);
    if state.is_more() { format!("over {number}") } else { number }
}

/// When its receiver took something last.
pub(super) fn last_delivery(state: &StreamState, now: Timestamp) -> Option<When> {
    state.progress.delivered_at.map(|at| when(at, now))
}

/// How old events were when they were taken.
pub(super) fn delay(state: &StreamState) -> String {
    match state.progress.delay {
        None => "–".to_owned(),
        Some(millis) if millis < 1000 => "under a second".to_owned(),
        Some(millis) if millis < 120_000 => format!("{} s", millis / 1000),
        Some(millis) => format!("{} min", millis / 60_000),
    }
}

/// What is said above the facts when something is wrong.
pub(super) fn trouble(state: &StreamState, now: Timestamp) -> Option<String> {
    match (state.stream.status, state.progress.failing_since) {
        (StreamStatus::Suspended, _) => Some(
            "The receiver took nothing for a week, so this stream was suspended. Events are kept as long as the log keeps \
             them. Put the receiver right, then resume the stream."
                .to_owned(),
        ),
        (StreamStatus::Active, Some(since)) => {
            let next = state.progress.retry_at;
            let next = if next > now { crate::parts::until(next, now) } else { "now".to_owned() };
            Some(format!("The receiver has taken nothing since {}. The next try is {next}.", ago(since, now)))
        }
        (StreamStatus::Paused, _) if state.may_lack => Some(
            "This stream has stood still for longer than the log keeps events: it goes on with the oldest one that is kept."
                .to_owned(),
        ),
        _ => None,
    }
}

/// The word for what came of a try.
pub(super) fn outcome(outcome: &Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Taken => ("badge badge-ok", "Taken"),
        Outcome::Refused => ("badge badge-warn", "Refused, sent in parts"),
        Outcome::Failed => ("badge badge-bad", "Failed, tried again"),
        Outcome::Aside => ("badge badge-warn", "Set aside"),
    }
}

/// A number as people read it.
pub(super) fn count(number: &i64) -> String {
    crate::clients::number(*number)
}

/// The sign of a kind of receiver.
pub(super) fn sign(kind: &SinkKind) -> &'static str {
    match kind {
        SinkKind::File => "database",
        SinkKind::Http => "globe",
        SinkKind::Splunk | SinkKind::Sumo | SinkKind::Loggly => "stream",
    }
}

/// What a kind of receiver is.
pub(super) fn about(kind: &SinkKind) -> &'static str {
    match kind {
        SinkKind::Splunk => "An HTTP Event Collector of Splunk, in the cloud or your own.",
        SinkKind::Sumo => "A hosted collector of Sumo Logic with an HTTP source.",
        SinkKind::Loggly => "Loggly, with your customer token.",
        SinkKind::Http => "Anything that takes a POST, signed and compressed if you like.",
        SinkKind::File => "A file beside the server, one event a line.",
    }
}
