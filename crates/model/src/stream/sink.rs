//! Where a stream leads: one settings type per kind of receiver, under the original's names.
//!
//! Secrets are [`Secret`]s and empty in every view; an empty one in a change leaves the known one in
//! place, so that what was read can be sent back; but only where it was sent before: who may change an
//! address is not thereby told the secrets. `loggly` and `file`, and the members that are told apart below,
//! are our own.
//!
//! Source: the `sink` of `/api/v2/log-streams`; the manuals of Splunk (HTTP Event Collector), Sumo Logic
//! (HTTP source) and Loggly (bulk endpoint).

use serde_json::{Value, json};
use url::Url;

use super::fields::Fields;
use crate::fields::{FieldError, FieldErrors};
use crate::json::Object;
use crate::secret::Secret;

mod read;

/// The kinds of receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinkKind {
    /// Anything that takes a POST.
    Http,
    /// Splunk's HTTP Event Collector.
    Splunk,
    /// A hosted collector of Sumo Logic.
    Sumo,
    /// Loggly.
    Loggly,
    /// A file beside the server.
    File,
}

impl SinkKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [SinkKind; 5] =
        [SinkKind::Splunk, SinkKind::Sumo, SinkKind::Loggly, SinkKind::Http, SinkKind::File];
    /// Those of the original that lead nowhere from here.
    pub const NOT_OURS: [&'static str; 5] = ["datadog", "segment", "mixpanel", "eventbridge", "eventgrid"];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SinkKind::Http => "http",
            SinkKind::Splunk => "splunk",
            SinkKind::Sumo => "sumo",
            SinkKind::Loggly => "loggly",
            SinkKind::File => "file",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            SinkKind::Http => "HTTP",
            SinkKind::Splunk => "Splunk",
            SinkKind::Sumo => "Sumo Logic",
            SinkKind::Loggly => "Loggly",
            SinkKind::File => "File",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How events stand in the body of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentFormat {
    /// One JSON object per line.
    Lines,
    /// A list.
    Array,
    /// One object per request.
    Object,
}

impl ContentFormat {
    /// All of them.
    pub const ALL: [ContentFormat; 3] = [ContentFormat::Lines, ContentFormat::Array, ContentFormat::Object];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ContentFormat::Lines => "JSONLINES",
            ContentFormat::Array => "JSONARRAY",
            ContentFormat::Object => "JSONOBJECT",
        }
    }
}

/// Where a stream leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sink {
    /// Anything that takes a POST.
    Http(HttpSink),
    /// Splunk.
    Splunk(SplunkSink),
    /// Sumo Logic.
    Sumo(SumoSink),
    /// Loggly.
    Loggly(LogglySink),
    /// A file.
    File(FileSink),
}

/// Anything that takes a POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSink {
    /// The address.
    pub endpoint: String,
    /// The media type that is said.
    pub content_type: String,
    /// How events stand in the body.
    pub format: ContentFormat,
    /// The whole `Authorization` header.
    pub authorization: Option<Secret>,
    /// More headers.
    pub headers: Vec<(String, Secret)>,
    /// Ours: the key of the signature; without one nothing is signed.
    pub signing_key: Option<Secret>,
    /// Ours: whether the body is compressed.
    pub gzip: bool,
}

/// Splunk's HTTP Event Collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplunkSink {
    /// Its host.
    pub domain: String,
    /// Its port.
    pub port: u16,
    /// Its token.
    pub token: Secret,
    /// Whether it speaks TLS.
    pub is_secure: bool,
    /// Ours: the index, when it is not the token's.
    pub index: Option<String>,
    /// Ours: the source type.
    pub source_type: String,
}

/// A hosted collector of Sumo Logic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumoSink {
    /// The address, which is a secret by itself.
    pub address: Secret,
}

/// Loggly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogglySink {
    /// The customer token.
    pub token: Secret,
    /// The tag.
    pub tag: String,
    /// Scheme and host of the service.
    pub endpoint: String,
}

/// A file in the folder that the operator named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSink {
    /// Its name, without a folder.
    pub name: String,
}

impl Sink {
    /// Reads a sink of that kind. Secrets that are left out or empty are those of `known`, if it leads to the
    /// same place.
    ///
    /// ```
    /// use doorward_model::stream::{Sink, SinkKind};
    /// let sink = serde_json::json!({ "fileName": "events.jsonl" });
    /// assert!(Sink::read(SinkKind::File, sink.as_object().unwrap(), None).is_ok());
    /// let outside = serde_json::json!({ "fileName": "../events.jsonl" });
    /// assert!(Sink::read(SinkKind::File, outside.as_object().unwrap(), None).is_err());
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn read(kind: SinkKind, object: &Object, known: Option<&Sink>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::new(object, &mut errors);
        let sink = read::sink(&mut fields, kind, known);
        fields.finish();
        errors.into_result(sink)
    }

    /// What kind of receiver it is.
    #[must_use]
    pub const fn kind(&self) -> SinkKind {
        match self {
            Sink::Http(_) => SinkKind::Http,
            Sink::Splunk(_) => SinkKind::Splunk,
            Sink::Sumo(_) => SinkKind::Sumo,
            Sink::Loggly(_) => SinkKind::Loggly,
            Sink::File(_) => SinkKind::File,
        }
    }

    /// As the API shows it and as it is stored: every secret is empty.
    #[must_use]
    pub fn to_json(&self) -> Object {
        let blank = |is_there: bool| is_there.then_some("");
        let value = match self {
            Sink::Http(sink) => {
                let headers = sink.headers.iter().map(|(name, _)| json!({ "header": name, "value": "" }));
                json!({
                    "httpEndpoint": sink.endpoint, "httpContentType": sink.content_type,
                    "httpContentFormat": sink.format.as_str(),
                    "httpAuthorization": blank(sink.authorization.is_some()),
                    "httpCustomHeaders": headers.collect::<Vec<_>>(),
                    "httpSigningKey": blank(sink.signing_key.is_some()), "httpGzip": sink.gzip,
                })
            }
            Sink::Splunk(sink) => json!({
                "splunkDomain": sink.domain, "splunkPort": sink.port.to_string(), "splunkToken": "",
                "splunkSecure": sink.is_secure, "splunkIndex": sink.index, "splunkSourceType": sink.source_type,
            }),
            Sink::Sumo(_) => json!({ "sumoSourceAddress": "" }),
            Sink::Loggly(sink) => {
                json!({ "logglyToken": "", "logglyTag": sink.tag, "logglyEndpoint": sink.endpoint })
            }
            Sink::File(sink) => json!({ "fileName": sink.name }),
        };
        let Value::Object(mut object) = value else { return Object::new() };
        object.retain(|_, value| !value.is_null());
        object
    }

    /// The secrets, under the names that [`Sink::read`] reads them by. To be sealed at once.
    #[must_use]
    pub fn secrets(&self) -> Object {
        let mut object = Object::new();
        let mut put = |name: &str, secret: &Secret| {
            object.insert(name.to_owned(), Value::from(secret.expose()));
        };
        match self {
            Sink::Http(sink) => {
                sink.authorization.iter().for_each(|secret| put("httpAuthorization", secret));
                sink.signing_key.iter().for_each(|secret| put("httpSigningKey", secret));
                let of =
                    |(name, value): &(String, Secret)| json!({ "header": name, "value": value.expose() });
                let headers: Vec<Value> = sink.headers.iter().map(of).collect();
                object.insert("httpCustomHeaders".to_owned(), Value::Array(headers));
            }
            Sink::Splunk(sink) => put("splunkToken", &sink.token),
            Sink::Sumo(sink) => put("sumoSourceAddress", &sink.address),
            Sink::Loggly(sink) => put("logglyToken", &sink.token),
            Sink::File(_) => {}
        }
        object
    }

    /// The address that requests go to; none for a file.
    ///
    /// # Errors
    /// When the address is none, which [`Sink::read`] has looked at.
    pub fn address(&self) -> Result<Option<Url>, url::ParseError> {
        let text = match self {
            Sink::Http(sink) => sink.endpoint.clone(),
            Sink::Splunk(sink) => {
                let scheme = if sink.is_secure { "https" } else { "http" };
                format!("{scheme}://{}:{}/services/collector/event", sink.domain, sink.port)
            }
            Sink::Sumo(sink) => sink.address.expose().to_owned(),
            Sink::Loggly(sink) => {
                let base = sink.endpoint.trim_end_matches('/');
                format!("{base}/bulk/{}/tag/{}/", sink.token.expose(), sink.tag)
            }
            Sink::File(_) => return Ok(None),
        };
        Url::parse(&text).map(Some)
    }
}

/// What a kind that is not ours is answered.
pub(super) fn not_ours(word: &str) -> FieldError {
    let known: Vec<&str> = SinkKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let text = if SinkKind::NOT_OURS.contains(&word) {
        format!(
            "Streams of type {word} are not offered here. Use http with an intake address of that service, or one of: {}.",
            known.join(", ")
        )
    } else {
        format!("This must be one of: {}.", known.join(", "))
    };
    FieldError::new("type", "enum", text)
}
