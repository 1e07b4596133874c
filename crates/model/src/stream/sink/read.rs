//! Reading a sink, kind by kind.

use serde_json::Value;
use url::{Origin, Url};

use super::super::fields::{Fields, Kept};
use super::{ContentFormat, FileSink, HttpSink, LogglySink, Sink, SinkKind, SplunkSink, SumoSink};
use crate::secret::Secret;

const MAX_URL: usize = 2048;
const MAX_SECRET: usize = 4096;
const MAX_HEADERS: usize = 20;
const LOGGLY: &str = "https://logs-01.loggly.com";
/// What the server itself says about a request, or about the connection.
const OWN_HEADERS: [&str; 16] = [
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "authorization",
    "doorward-signature",
    "user-agent",
    "expect",
    "upgrade",
    "te",
    "trailer",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
];

pub(super) fn sink(fields: &mut Fields<'_>, kind: SinkKind, known: Option<&Sink>) -> Sink {
    match (kind, known) {
        (SinkKind::Http, Some(Sink::Http(known))) => Sink::Http(http(fields, Some(known))),
        (SinkKind::Http, _) => Sink::Http(http(fields, None)),
        (SinkKind::Splunk, Some(Sink::Splunk(known))) => Sink::Splunk(splunk(fields, Some(known))),
        (SinkKind::Splunk, _) => Sink::Splunk(splunk(fields, None)),
        (SinkKind::Sumo, Some(Sink::Sumo(known))) => Sink::Sumo(sumo(fields, Some(known))),
        (SinkKind::Sumo, _) => Sink::Sumo(sumo(fields, None)),
        (SinkKind::Loggly, Some(Sink::Loggly(known))) => Sink::Loggly(loggly(fields, Some(known))),
        (SinkKind::Loggly, _) => Sink::Loggly(loggly(fields, None)),
        (SinkKind::File, _) => Sink::File(file(fields)),
    }
}

/// Scheme, host and port of an address: to whom a secret is told that is sent there.
fn place(address: &str) -> Option<Origin> {
    Url::parse(address).ok().map(|url| url.origin())
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
    let is_moved = known.is_some_and(|known| place(&known.endpoint) != place(&endpoint));
    let kept = |secret: fn(&HttpSink) -> Option<&Secret>| Kept::of(known.and_then(secret), is_moved);
    HttpSink {
        content_type: content_type.unwrap_or_else(|| "application/json".to_owned()),
        format: format.unwrap_or(ContentFormat::Lines),
        authorization: fields.secret(
            "httpAuthorization",
            MAX_SECRET,
            kept(|known| known.authorization.as_ref()),
        ),
        headers: headers(fields, known.map_or(&[][..], |known| &known.headers), is_moved),
        signing_key: fields.secret("httpSigningKey", MAX_SECRET, kept(|known| known.signing_key.as_ref())),
        endpoint,
        gzip: fields.flag("httpGzip", false),
    }
}

fn headers(fields: &mut Fields<'_>, known: &[(String, Secret)], is_moved: bool) -> Vec<(String, Secret)> {
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
        let kept = kept.filter(|_| value.is_empty()).map(|(_, value)| value);
        let value = match Kept::of(kept, is_moved) {
            Kept::Stays(value) => value.clone(),
            Kept::Nothing => Secret::new(value.to_owned()),
            Kept::Elsewhere => {
                fields.moved(&path);
                continue;
            }
        };
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
    let (port, is_secure) = (port.unwrap_or(8088), fields.flag("splunkSecure", true));
    let is_moved = known.is_some_and(|known| {
        !known.domain.eq_ignore_ascii_case(&domain) || (known.port, known.is_secure) != (port, is_secure)
    });
    let kept = Kept::of(known.map(|known| &known.token), is_moved);
    SplunkSink {
        domain,
        port,
        token: fields.required_secret("splunkToken", MAX_SECRET, kept),
        is_secure,
        index: fields.text("splunkIndex", 80).filter(|text| !text.is_empty()),
        source_type: fields
            .text("splunkSourceType", 80)
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| "doorward:events".to_owned()),
    }
}

fn sumo(fields: &mut Fields<'_>, known: Option<&SumoSink>) -> SumoSink {
    let name = "sumoSourceAddress";
    // The address is the secret: it stays whole, or another one is given.
    let kept = Kept::of(known.map(|known| &known.address), false);
    let address = fields.required_secret(name, MAX_URL, kept);
    check_address(fields, name, address.expose());
    SumoSink { address }
}

fn loggly(fields: &mut Fields<'_>, known: Option<&LogglySink>) -> LogglySink {
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let endpoint = fields.text("logglyEndpoint", MAX_URL).filter(|text| !text.is_empty());
    let endpoint = endpoint.unwrap_or_else(|| LOGGLY.to_owned());
    check_address(fields, "logglyEndpoint", &endpoint);
    let is_moved = known.is_some_and(|known| place(&known.endpoint) != place(&endpoint));
    let kept = Kept::of(known.map(|known| &known.token), is_moved);
    let token = fields.required_secret("logglyToken", 200, kept);
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
