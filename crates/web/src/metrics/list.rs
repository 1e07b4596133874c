//! Every number there is: its name, its kind, its labels, and what it says.

use std::fmt::Write as _;

use Kind::{Counter, Gauge, Histogram};

/// How a number behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        }
    }
}

/// A number, or one for each value of its labels.
#[derive(Debug)]
pub(super) struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub labels: &'static [&'static str],
    pub help: &'static str,
}

impl Metric {
    const fn new(
        kind: Kind,
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self { name, kind, labels, help }
    }
}

pub(super) const BUILD: Metric =
    Metric::new(Gauge, "doorward_build_info", &["version"], "Always 1; the label is the release.");
pub(super) const REQUESTS: Metric = Metric::new(
    Counter,
    "doorward_http_requests_total",
    &["route", "status"],
    "Requests that were answered, by route and class of status. Where no route fits, the route is none.",
);
pub(super) const DURATIONS: Metric = Metric::new(
    Histogram,
    "doorward_http_request_duration_seconds",
    &["route"],
    "From the head of a request to the head of its answer.",
);
pub(super) const REFUSALS: Metric = Metric::new(
    Counter,
    "doorward_refusals_total",
    &["error"],
    "Requests that were not done, by the error of RFC 6749. Refusals that are sent back to a callback \
         count as events only.",
);
pub(super) const LOGINS: Metric = Metric::new(
    Counter,
    "doorward_logins_total",
    &["outcome"],
    "Logins with a password: ok (s), wrong (fu, fp), locked (limit_wc, limit_mu).",
);
pub(super) const TOKENS: Metric = Metric::new(
    Counter,
    "doorward_tokens_total",
    &["grant", "outcome"],
    "Answers of the token endpoint to a grant that it offers.",
);
pub(super) const EVENTS: Metric = Metric::new(
    Counter,
    "doorward_log_events_total",
    &["type", "outcome"],
    "Events of the log that were committed, repeats included, by their type code.",
);
pub(super) const FOLDED: Metric = Metric::new(
    Counter,
    "doorward_log_events_folded_total",
    &[],
    "Those of them that counted onto an earlier event and made no row.",
);
pub(super) const QUEUE: Metric = Metric::new(
    Gauge,
    "doorward_pool_queue_length",
    &["pool"],
    "Password hashes and signatures that wait for a thread.",
);
pub(super) const QUEUE_CAPACITY: Metric = Metric::new(
    Gauge,
    "doorward_pool_queue_capacity",
    &["pool"],
    "How many may wait; one more is refused with 503.",
);
pub(super) const QUEUE_REFUSED: Metric = Metric::new(
    Counter,
    "doorward_pool_refused_total",
    &["pool"],
    "Those that were refused because too many waited.",
);
pub(super) const STORE_QUEUE: Metric = Metric::new(
    Gauge,
    "doorward_store_queue_length",
    &[],
    "Batches that wait for the one writer of SQLite, or for a connection to PostgreSQL.",
);
pub(super) const STORE_REFUSED: Metric = Metric::new(
    Counter,
    "doorward_store_refused_total",
    &[],
    "Batches that were turned away because too many waited, or no connection came in time.",
);
pub(super) const STORE_GROUPS: Metric = Metric::new(
    Histogram,
    "doorward_store_group_size",
    &[],
    "Batches in one transaction of the writer of SQLite. Stays empty on PostgreSQL.",
);
pub(super) const STORE_COMMITS: Metric = Metric::new(
    Histogram,
    "doorward_store_commit_duration_seconds",
    &[],
    "From a batch that is handed over to its place on disk, waiting included.",
);
pub(super) const STORE_UNDONE: Metric = Metric::new(
    Counter,
    "doorward_store_undone_total",
    &[],
    "Batches that were not committed: lost races, conflicts and troubles.",
);
pub(super) const STREAM_REQUESTS: Metric = Metric::new(
    Counter,
    "doorward_stream_requests_total",
    &["type", "outcome"],
    "Requests to receivers of log streams: taken, refused (sent again in parts), failed (tried again later), aside (its one \
         event was set aside).",
);
pub(super) const STREAM_EVENTS: Metric = Metric::new(
    Counter,
    "doorward_stream_events_total",
    &["type", "outcome"],
    "The events in these requests.",
);
pub(super) const STREAM_DELAYS: Metric = Metric::new(
    Histogram,
    "doorward_stream_delay_seconds",
    &["type"],
    "How old the newest event of a request was when it was taken.",
);
pub(super) const STREAM_WAITING: Metric = Metric::new(
    Gauge,
    "doorward_stream_waiting_events",
    &["type"],
    "Events that wait for active log streams, of each stream at most 10000. The same at every node; left out while the \
         database does not answer.",
);
pub(super) const CPU: Metric = Metric::new(
    Counter,
    "process_cpu_seconds_total",
    &[],
    "Time on a processor. Linux only, as all that begin with process.",
);
pub(super) const MEMORY: Metric = Metric::new(Gauge, "process_resident_memory_bytes", &[], "Memory in use.");
pub(super) const FDS: Metric = Metric::new(Gauge, "process_open_fds", &[], "Open files and connections.");
pub(super) const STARTED: Metric =
    Metric::new(Gauge, "process_start_time_seconds", &[], "When the process started, in seconds since 1970.");

/// All of them, in the order in which they are given.
pub(super) const ALL: &[&Metric] = &[
    &BUILD,
    &REQUESTS,
    &DURATIONS,
    &REFUSALS,
    &LOGINS,
    &TOKENS,
    &EVENTS,
    &FOLDED,
    &QUEUE,
    &QUEUE_CAPACITY,
    &QUEUE_REFUSED,
    &STORE_QUEUE,
    &STORE_REFUSED,
    &STORE_GROUPS,
    &STORE_COMMITS,
    &STORE_UNDONE,
    &STREAM_REQUESTS,
    &STREAM_EVENTS,
    &STREAM_DELAYS,
    &STREAM_WAITING,
    &CPU,
    &MEMORY,
    &FDS,
    &STARTED,
];

/// The list of the numbers, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for metric in ALL {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        // Writing to a text cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            metric.name,
            metric.kind.as_str(),
            labels.join(", "),
            metric.help
        );
    }
    page
}

const HEAD: &str = "# Metrics\n\n\
This page is made from the list in `crates/web/src/metrics/list.rs`; a test compares them.\n\n\
`doorward serve --metrics-listen 127.0.0.1:9464` (`metrics_listen` in the settings file) gives these numbers at\n\
`http://127.0.0.1:9464/metrics`, in the text form that Prometheus reads. It is off by default. The address that people\n\
and programs use never gives them. Whoever reaches the other address may read it, without a token: let it be one of this\n\
machine, or of a network that only your monitoring reaches.\n\n\
Labels are fixed words; ids, names, addresses and whatever a stranger sent are never among them. Each node counts for\n\
itself, from its start. Counters of events are raised after the commit.\n\n\
| name | kind | labels | what it says |\n|---|---|---|---|\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_documentation_is_the_list() {
        let page = include_str!("../../../../docs/reference/metrics.md");
        assert!(page == reference(), "write this to docs/reference/metrics.md:\n{}", reference());
    }

    #[test]
    fn names_say_what_they_count() {
        for metric in ALL {
            assert_eq!(metric.kind == Kind::Counter, metric.name.ends_with("_total"), "{}", metric.name);
            assert!(metric.name.starts_with("doorward_") || metric.name.starts_with("process_"));
            assert!(metric.help.ends_with('.'), "{}", metric.name);
        }
    }
}
