//! The kinds of receivers: how events become a request, one file per kind.
//!
//! Pure, but for the sender. What a receiver's answer means is `model::stream::verdict`'s.

mod echo;
mod file;
mod http;
mod loggly;
mod splunk;
mod sumo;

use ::http::{HeaderName, HeaderValue};
use doorward_model::ids::TenantId;
use doorward_model::stream::verdict::{Verdict, asked_for};
use doorward_model::stream::{MAX_BODY, Sink};
use doorward_model::time::{Lifetime, Timestamp};
use doorward_store::log_streams::attempts::Outcome;

use super::record::Record;
use crate::app::App;
use crate::outbound::{Line, Post, Unanswered};

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) outcome: Outcome,
    pub(super) status: Option<u16>,
    /// What the receiver said, or why it could not be asked; no secret of the sink stands in it.
    pub(super) said: String,
    /// How long the receiver wants to be left alone.
    pub(super) wait: Option<Lifetime>,
}

impl Sent {
    fn failed(said: String) -> Self {
        Self { outcome: Outcome::Failed, status: None, said, wait: None }
    }
}

/// Sends to one receiver after another; keeps the connection to the last.
#[derive(Default)]
pub(super) struct Sender {
    line: Line,
}

impl Sender {
    /// Sends records in one request, or writes them to a file and waits for the disk.
    pub(super) async fn send(
        &mut self,
        app: &App,
        tenant: &TenantId,
        sink: &Sink,
        records: &[Record],
    ) -> Sent {
        if let Sink::File(file) = sink {
            return file::append(app.reach().folder(), tenant, file, records).await;
        }
        let Some(post) = post(sink, records, app.now()) else {
            return Sent::failed("The receiver's address cannot be read.".to_owned());
        };
        match self.line.post(app.reach(), post).await {
            Ok(reply) => {
                let outcome = match Verdict::of_status(reply.status) {
                    Verdict::Taken => Outcome::Taken,
                    Verdict::Refused => Outcome::Refused,
                    Verdict::Later => Outcome::Failed,
                };
                let wait = reply.retry_after.and_then(|text| asked_for(&text, app.now()));
                let said = echo::without_secrets(sink, &reply.body);
                Sent { outcome, status: Some(reply.status), said, wait }
            }
            Err(error) => Sent::failed(Unanswered::to_string(&error)),
        }
    }
}

/// How many of the first records go into one request: at most `most`, and no more bytes than a receiver
/// can be expected to take, but always one.
pub(super) fn fitting(sink: &Sink, records: &[Record], most: usize) -> usize {
    let most = if one_by_one(sink) { 1 } else { most.max(1) };
    let mut bytes = 0;
    let fits = |record: &&Record| {
        bytes += element(sink, record).len();
        bytes <= MAX_BODY
    };
    records.iter().take(most).take_while(fits).count().max(1)
}

fn one_by_one(sink: &Sink) -> bool {
    matches!(sink, Sink::Http(sink) if http::is_one_by_one(sink))
}

fn element(sink: &Sink, record: &Record) -> Vec<u8> {
    match sink {
        Sink::Splunk(sink) => splunk::element(sink, record),
        _ => json(record),
    }
}

/// `{"log_id", "data"}`.
fn json(record: &Record) -> Vec<u8> {
    serde_json::Value::Object(record.object.clone()).to_string().into_bytes()
}

/// One JSON object per line.
fn lines(records: &[Record]) -> Vec<u8> {
    let mut body = Vec::new();
    for record in records {
        body.extend(json(record));
        body.push(b'\n');
    }
    body
}

fn post(sink: &Sink, records: &[Record], now: Timestamp) -> Option<Post> {
    let url = sink.address().ok()??;
    let (headers, body) = match sink {
        Sink::Http(sink) => http::request(sink, records, now)?,
        Sink::Splunk(sink) => splunk::request(sink, records)?,
        Sink::Sumo(_) => sumo::request(records),
        Sink::Loggly(sink) => loggly::request(sink, records)?,
        Sink::File(_) => return None,
    };
    Some(Post { url, headers, body })
}

/// Headers and body of a request.
type Request = (Vec<(HeaderName, HeaderValue)>, Vec<u8>);

#[cfg(test)]
mod tests;
