//! Where a stream leads: one settings type per kind of receiver, under the original's names.
//!
//! Secrets are [`Secret`]s and empty in every view; an empty one in a change leaves the known one in
//! place, so that what was read can be sent back. `loggly` and `file`, and the members that are told
//! apart below, are our own.
//!
//! Source: the `sink` of `/api/v2/log-streams`; the manuals of Splunk (HTTP Event Collector), Sumo Logic
//! (HTTP source) and Loggly (bulk endpoint).

use serde_json::{Value, json};
use url::Url;

use super::fields::Fields;
use crate::fields::{FieldError, FieldErrors};
use crate::json::Object;
use crate::secret::Secret;

const MAX_URL: usize = 2048;
const MAX_SECRET: usize = 4096;
const MAX_HEADERS: usize = 20;
const LOGGLY: &str = "https://logs-01.loggly.com";
/// What the server itself says about a request.
const OWN_HEADERS: [&str; 8] = [
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "authorization",
    "doorward-signature",
];

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
    /// Reads a sink of that kind. Secrets that are left out or empty are those of `known`.
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
        let sink = match (kind, known) {
            (SinkKind::Http, Some(Sink::Http(known))) => Sink::Http(http(&mut fields, Some(known))),
            (SinkKind::Http, _) => Sink::Http(http(&mut fields, None)),
            (SinkKind::Splunk, Some(Sink::Splunk(known))) => Sink::Splunk(splunk(&mut fields, Some(known))),
            (SinkKind::Splunk, _) => Sink::Splunk(splunk(&mut fields, None)),
            (SinkKind::Sumo, Some(Sink::Sumo(known))) => Sink::Sumo(sumo(&mut fields, Some(known))),
            (SinkKind::Sumo, _) => Sink::Sumo(sumo(&mut fields, None)),
            (SinkKind::Loggly, Some(Sink::Loggly(known))) => Sink::Loggly(loggly(&mut fields, Some(known))),
            (SinkKind::Loggly, _) => Sink::Loggly(loggly(&mut fields, None)),
            (SinkKind::File, _) => Sink::File(file(&mut fields)),
        };
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

fn http(fields: &mut Fields<'_>, known: Option<&HttpSink>) -> HttpSink {
    let endpoint = address(fields, "httpEndpoint");
    let content_type = fields.text("httpContentType", 100).filter(|text| !text.is_empty());
    let words = ContentFormat::ALL.map(ContentFormat::as_str);
    let word = fields.text("httpContentFormat", 20);
    let format = match &word {
        None => Some(ContentFormat::Lines),
        Some(word) => ContentFormat::ALL.into_iter().find(|format| format.as_str() == word),
    };
    if format.is_none() {
        fields.wrong("httpContentFormat", "enum", &format!("This must be one of: {}.", words.join(", ")));
    }
    HttpSink {
        endpoint,
        content_type: content_type.unwrap_or_else(|| "application/json".to_owned()),
        format: format.unwrap_or(ContentFormat::Lines),
        authorization: fields.secret(
            "httpAuthorization",
            MAX_SECRET,
            known.and_then(|known| known.authorization.as_ref()),
        ),
        headers: headers(fields, known.map_or(&[][..], |known| &known.headers)),
        signing_key: fields.secret(
            "httpSigningKey",
            MAX_SECRET,
            known.and_then(|known| known.signing_key.as_ref()),
        ),
        gzip: fields.flag("httpGzip", false),
    }
}

fn headers(fields: &mut Fields<'_>, known: &[(String, Secret)]) -> Vec<(String, Secret)> {
    let name = "httpCustomHeaders";
    let entries = match fields.value(name) {
        None => return Vec::new(),
        Some(Value::Array(entries)) if entries.len() <= MAX_HEADERS => entries,
        Some(_) => {
            let text = format!("This must be a list of at most {MAX_HEADERS} headers.");
            fields.wrong(name, "type", &text);
            return Vec::new();
        }
    };
    let mut headers = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let path = format!("{name}.{at}");
        let text = |member: &str| entry.get(member).and_then(Value::as_str);
        let (Some(header), Some(value)) = (text("header"), text("value")) else {
            fields.wrong(&path, "type", "A header is an object of two texts, header and value.");
            continue;
        };
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if header.is_empty() || header.len() > 100 || !header.chars().all(is_token) {
            fields.wrong(&path, "pattern", "This is no name of a header.");
        } else if OWN_HEADERS.contains(&header.to_ascii_lowercase().as_str()) {
            fields.wrong(&path, "enum", "The server sets this header by itself.");
        }
        if value.len() > MAX_SECRET || !value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
            fields.wrong(&path, "pattern", "The value of a header is printable ASCII.");
        }
        let kept = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(header));
        let kept = kept.filter(|_| value.is_empty()).map(|(_, value)| value.clone());
        let value = kept.unwrap_or_else(|| Secret::new(value.to_owned()));
        headers.push((header.to_owned(), value));
    }
    headers
}

fn splunk(fields: &mut Fields<'_>, known: Option<&SplunkSink>) -> SplunkSink {
    let domain = fields.required("splunkDomain", 255);
    if !domain.is_empty() && !is_host(&domain) {
        fields.wrong("splunkDomain", "format", "This must be a host alone, like splunk.example.com.");
    }
    let port = match fields.value("splunkPort") {
        None => Some(8088),
        Some(Value::String(text)) => text.parse::<u16>().ok(),
        Some(value) => value.as_u64().and_then(|number| u16::try_from(number).ok()),
    };
    let port = port.filter(|port| *port > 0);
    if port.is_none() {
        fields.wrong("splunkPort", "type", "This must be a number between 1 and 65535.");
    }
    SplunkSink {
        domain,
        port: port.unwrap_or(8088),
        token: fields.required_secret("splunkToken", MAX_SECRET, known.map(|known| &known.token)),
        is_secure: fields.flag("splunkSecure", true),
        index: fields.text("splunkIndex", 80).filter(|text| !text.is_empty()),
        source_type: fields
            .text("splunkSourceType", 80)
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| "doorward:events".to_owned()),
    }
}

fn sumo(fields: &mut Fields<'_>, known: Option<&SumoSink>) -> SumoSink {
    let name = "sumoSourceAddress";
    let address = fields.required_secret(name, MAX_URL, known.map(|known| &known.address));
    check_address(fields, name, address.expose());
    SumoSink { address }
}

fn loggly(fields: &mut Fields<'_>, known: Option<&LogglySink>) -> LogglySink {
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let token = fields.required_secret("logglyToken", 200, known.map(|known| &known.token));
    if !is_plain(token.expose()) {
        fields.wrong("logglyToken", "pattern", "A customer token is made of letters, digits and hyphens.");
    }
    let tag = fields.text("logglyTag", 64).filter(|text| !text.is_empty()).unwrap_or("doorward".to_owned());
    if !is_plain(&tag) {
        fields.wrong(
            "logglyTag",
            "pattern",
            "A tag is made of letters, digits, dots, hyphens and underscores.",
        );
    }
    let endpoint = fields.text("logglyEndpoint", MAX_URL).filter(|text| !text.is_empty());
    let endpoint = endpoint.unwrap_or_else(|| LOGGLY.to_owned());
    check_address(fields, "logglyEndpoint", &endpoint);
    LogglySink { token, tag, endpoint }
}

fn file(fields: &mut Fields<'_>) -> FileSink {
    let name = fields.required("fileName", 100);
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !is_plain || name.starts_with('.') {
        let text = "A file has a name of letters, digits, dots, hyphens and underscores, and no folder.";
        fields.wrong("fileName", "pattern", text);
    }
    FileSink { name }
}

fn address(fields: &mut Fields<'_>, name: &'static str) -> String {
    let text = fields.required(name, MAX_URL);
    check_address(fields, name, &text);
    text
}

/// An address of the web without a person in it. Whether plain http will do is for who knows the network.
fn check_address(fields: &mut Fields<'_>, name: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let url = Url::parse(text).ok();
    let is_web = url.as_ref().is_some_and(|url| {
        matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none()
    });
    if !is_web {
        let text =
            "This must be an address like https://logs.example.com/in, without a name or password in it.";
        fields.wrong(name, "format", text);
    }
}

fn is_host(text: &str) -> bool {
    let url = Url::parse(&format!("https://{text}/"));
    url.is_ok_and(|url| {
        url.path() == "/" && url.port().is_none() && url.username().is_empty() && url.query().is_none()
    }) && !text.contains(['/', '@', ':', '#', '?', '\\'])
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
