//! The page of the numbers: reads what the process counted, and writes it down.

use doorward_engine::Measures;
use doorward_engine::pool::Load;
use doorward_engine::streams::Outcome;
use doorward_model::log::code::{EventCode, Level};
use doorward_model::stream::SinkKind;

use super::Process;
use super::list::{self, Metric};
use super::requests::{CLASSES, Requests};
use super::text::{Page, Unit};
use crate::state::Web;

/// How many events wait for streams of each kind.
type Waiting = [(SinkKind, i64); SinkKind::ALL.len()];

/// The whole page. What never happened is shown as 0 where its labels are few, and left out elsewhere.
///
/// `waiting` is what the database was asked; the rest is known without it.
pub fn page(web: &Web, process: &Process, version: &str, waiting: Option<Waiting>) -> String {
    let (app, mut page) = (web.app(), Page::default());
    page.metric(&list::BUILD).put(&[version], 1);
    answered(&mut page, web.requests());
    let measures = app.db().measures();
    happened(&mut page, measures);
    pools(&mut page, &[("passwords", app.passwords().load()), ("signatures", app.signer().load())]);
    stored(&mut page, measures);
    sent_on(&mut page, measures, waiting);
    system(&mut page, process);
    page.finish()
}

fn answered(page: &mut Page, requests: &Requests) {
    let mut samples = page.metric(&list::REQUESTS);
    for row in requests.rows() {
        for (class, count) in CLASSES.iter().zip(&row.by_class).filter(|(_, count)| count.get() > 0) {
            samples.put(&[row.route, class], count.get());
        }
    }
    let mut samples = page.metric(&list::DURATIONS);
    for row in requests.rows() {
        samples.spread(&[row.route], &row.durations.spread(), Unit::Microsecond);
    }
    let mut samples = page.metric(&list::REFUSALS);
    for (error, count) in requests.refusals() {
        samples.put(&[error], count);
    }
}

/// The grants of the token endpoint, with the codes of their events.
const GRANTS: [(&str, EventCode, &[EventCode]); 5] = [
    ("authorization_code", EventCode::CodeExchange, &[EventCode::CodeExchangeFailed]),
    (
        "refresh_token",
        EventCode::RefreshExchange,
        &[EventCode::RefreshExchangeFailed, EventCode::RefreshReuse],
    ),
    ("client_credentials", EventCode::ClientCredentials, &[EventCode::ClientCredentialsFailed]),
    ("device_code", EventCode::DeviceExchange, &[EventCode::DeviceExchangeFailed]),
    ("password", EventCode::PasswordExchange, &[EventCode::PasswordExchangeFailed]),
];

/// What the log says, as numbers.
fn happened(page: &mut Page, measures: &Measures) {
    let sum = |codes: &[EventCode]| codes.iter().map(|code| measures.events(*code)).sum::<u64>();
    page.metric(&list::LOGINS)
        .put(&["ok"], sum(&[EventCode::Login]))
        .put(&["wrong"], sum(&[EventCode::WrongUsername, EventCode::WrongPassword]))
        .put(&["locked"], sum(&[EventCode::AccountBlocked, EventCode::AddressBlocked]));
    let mut samples = page.metric(&list::TOKENS);
    for (grant, given, refused) in GRANTS {
        samples.put(&[grant, "ok"], sum(&[given])).put(&[grant, "refused"], sum(refused));
    }
    let mut samples = page.metric(&list::EVENTS);
    for code in EventCode::ALL {
        let outcome = match code.level() {
            Level::Success => "success",
            Level::Warning => "warning",
            Level::Failure => "failure",
        };
        samples.put(&[code.as_str(), outcome], measures.events(*code));
    }
    page.metric(&list::FOLDED).put(&[], measures.folded.get());
}

fn pools(page: &mut Page, pools: &[(&str, Load)]) {
    let mut each = |metric: &Metric, number: fn(&Load) -> u64| {
        let mut samples = page.metric(metric);
        for (name, load) in pools {
            samples.put(&[name], number(load));
        }
    };
    each(&list::QUEUE, |load| load.waiting as u64);
    each(&list::QUEUE_CAPACITY, |load| load.capacity as u64);
    each(&list::QUEUE_REFUSED, |load| load.refused);
}

fn stored(page: &mut Page, measures: &Measures) {
    page.metric(&list::STORE_QUEUE).put(&[], measures.waiting.get());
    page.metric(&list::STORE_REFUSED).put(&[], measures.turned_away.get());
    page.metric(&list::STORE_GROUPS).spread(&[], &measures.groups.spread(), Unit::One);
    page.metric(&list::STORE_COMMITS).spread(&[], &measures.commits.spread(), Unit::Microsecond);
    page.metric(&list::STORE_UNDONE).put(&[], measures.undone.get());
}

/// What became of the events for log streams; of which stream is not said.
fn sent_on(page: &mut Page, measures: &Measures, waiting: Option<Waiting>) {
    let each =
        SinkKind::ALL.iter().flat_map(|kind| Outcome::ALL.iter().map(move |outcome| (*kind, *outcome)));
    let mut samples = page.metric(&list::STREAM_REQUESTS);
    for (kind, outcome) in each.clone() {
        samples.put(&[kind.as_str(), outcome.as_str()], measures.sent(kind, outcome).0);
    }
    let mut samples = page.metric(&list::STREAM_EVENTS);
    for (kind, outcome) in each {
        samples.put(&[kind.as_str(), outcome.as_str()], measures.sent(kind, outcome).1);
    }
    let mut samples = page.metric(&list::STREAM_DELAYS);
    for kind in SinkKind::ALL {
        samples.spread(&[kind.as_str()], &measures.delays(kind), Unit::Microsecond);
    }
    if let Some(waiting) = waiting {
        let mut samples = page.metric(&list::STREAM_WAITING);
        for (kind, number) in waiting {
            samples.put(&[kind.as_str()], number);
        }
    }
}

fn system(page: &mut Page, process: &Process) {
    let numbers = [
        (&list::CPU, process.cpu_seconds.map(|number| number.to_string())),
        (&list::MEMORY, process.resident_bytes.map(|number| number.to_string())),
        (&list::FDS, process.open_fds.map(|number| number.to_string())),
        (&list::STARTED, process.started_at.map(|number| number.to_string())),
    ];
    for (metric, number) in numbers {
        if let Some(number) = number {
            page.metric(metric).put(&[], number);
        }
    }
}
