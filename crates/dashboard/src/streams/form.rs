//! The form of a stream: the same fields for making and for changing one, and the body that they mean.
//!
//! Secrets that were typed come back when the page is shown again, to whoever typed them; those that are
//! saved never do.

use std::collections::BTreeMap;

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_engine::streams::Tried;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::stream::pii::{PiiField, PiiMethod};
use doorward_model::stream::{Category, LogStream, SinkKind};
use doorward_web::signed_in::SignedForm;
use serde_json::{Map, Value, json};

use crate::parts;

/// A field of one line.
pub(super) struct Field {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    is_secret: bool,
    is_optional: bool,
    usual: &'static str,
}

const fn field(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field { name, label, hint, is_secret: false, is_optional: false, usual: "" }
}

const fn secret(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field { is_secret: true, ..field(name, label, hint) }
}

impl Field {
    const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    const fn usual(self, usual: &'static str) -> Self {
        Self { usual, ..self }
    }
}

/// A switch.
struct Switch {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    usual: bool,
}

const HTTP: &[Field] = &[
    field("httpEndpoint", "Address", "Where events are sent, like `https://logs.example.com/in`."),
    secret("httpAuthorization", "Authorization header", "The whole value, like `Bearer …`.").optional(),
    secret("httpSigningKey", "Signing key", "With a key each request carries `Doorward-Signature`, by which you can tell that it comes from here.").optional(),
    field("httpContentType", "Content type", "").optional().usual("application/json"),
];
const SPLUNK: &[Field] = &[
    field(
        "splunkDomain",
        "Host",
        "The host of the HTTP Event Collector, like `http-inputs-acme.splunkcloud.com`.",
    ),
    field("splunkPort", "Port", "8088 for your own Splunk, 443 in the cloud.").usual("8088"),
    secret("splunkToken", "Token", "The token of the collector."),
    field("splunkIndex", "Index", "Left empty, it is the one that the token has.").optional(),
    field("splunkSourceType", "Source type", "").optional().usual("doorward:events"),
];
const SUMO: &[Field] = &[secret(
    "sumoSourceAddress",
    "HTTP source address",
    "The whole address that Sumo Logic shows for the source. Whoever knows it can send, so it is kept as a secret.",
)];
const LOGGLY: &[Field] = &[
    secret("logglyToken", "Customer token", "Found in Loggly under Source Setup. No subdomain is needed."),
    field("logglyTag", "Tag", "").optional().usual("doorward"),
    field("logglyEndpoint", "Service", "Only when Loggly gave you another host.")
        .optional()
        .usual("https://logs-01.loggly.com"),
];
const FILE: &[Field] = &[field(
    "fileName",
    "File name",
    "A name like `events.jsonl`, in the folder that the operator named with `stream_folder`.",
)];
const FORMATS: &[(&str, &str)] = &[
    ("JSONLINES", "One JSON object per line"),
    ("JSONARRAY", "A JSON list"),
    ("JSONOBJECT", "One event per request"),
];

const HEADERS: &str = "httpCustomHeaders";
const BATCH: &str = "batchSize";

fn fields(kind: SinkKind) -> &'static [Field] {
    match kind {
        SinkKind::Http => HTTP,
        SinkKind::Splunk => SPLUNK,
        SinkKind::Sumo => SUMO,
        SinkKind::Loggly => LOGGLY,
        SinkKind::File => FILE,
    }
}

fn switches(kind: SinkKind) -> &'static [Switch] {
    match kind {
        SinkKind::Http => &[Switch {
            name: "httpGzip",
            label: "Compress",
            hint: "Bodies are sent with `Content-Encoding: gzip`.",
            usual: false,
        }],
        SinkKind::Splunk => &[Switch {
            name: "splunkSecure",
            label: "TLS",
            hint: "Without it only a network that the operator opened can be reached.",
            usual: true,
        }],
        _ => &[],
    }
}

/// What stands in the form.
pub(super) struct Values {
    kind: SinkKind,
    texts: BTreeMap<String, String>,
    categories: Vec<Category>,
    covered: Vec<PiiField>,
    method: PiiMethod,
    /// What no field shows and a change must not lose.
    rest: Map<String, Value>,
    /// Whether there is a stream already, whose secrets stay when they are left empty.
    is_saved: bool,
}

impl Values {
    /// Of a stream that is to be made.
    pub(super) fn fresh(kind: SinkKind) -> Self {
        let mut texts = BTreeMap::from([("name".to_owned(), kind.title().to_owned())]);
        texts.extend(fields(kind).iter().map(|field| (field.name.to_owned(), field.usual.to_owned())));
        for switch in switches(kind).iter().filter(|switch| switch.usual) {
            texts.insert(switch.name.to_owned(), "on".to_owned());
        }
        let (categories, covered) = (Vec::new(), Vec::new());
        Self { kind, texts, categories, covered, method: PiiMethod::Mask, rest: Map::new(), is_saved: false }
    }

    /// Of a stream as it is saved.
    pub(super) fn saved(stream: &LogStream) -> Self {
        let settings = &stream.settings;
        let mut values = Self::fresh(settings.sink.kind());
        values.is_saved = true;
        values.texts.insert("name".to_owned(), settings.name.clone());
        for (name, value) in settings.sink.to_json() {
            match value {
                Value::String(text) => drop(values.texts.insert(name, text)),
                Value::Bool(is_on) => {
                    let word = if is_on { "on" } else { "" };
                    values.texts.insert(name, word.to_owned());
                }
                Value::Array(headers) if name == HEADERS => {
                    drop(values.texts.insert(name, as_lines(&headers)));
                }
                other => drop(values.rest.insert(name, other)),
            }
        }
        let batch = settings.batch.map_or_else(String::new, |batch| batch.to_string());
        values.texts.insert(BATCH.to_owned(), batch);
        values.categories = settings.categories.clone();
        if let Some(pii) = &settings.pii {
            (values.covered, values.method) = (pii.fields.clone(), pii.method);
        }
        values
    }

    /// The same with what somebody sent.
    pub(super) fn sent(mut self, form: &SignedForm) -> Self {
        let names = fields(self.kind).iter().map(|field| field.name);
        for name in names.chain(["name", "httpContentFormat", HEADERS, BATCH, "startFrom"]) {
            if let Some(text) = form.get(name) {
                self.texts.insert(name.to_owned(), text.to_owned());
            }
        }
        for switch in switches(self.kind) {
            let word = if form.is_on(switch.name) { "on" } else { "" };
            self.texts.insert(switch.name.to_owned(), word.to_owned());
        }
        self.categories = form.all("category").filter_map(Category::parse).collect();
        let is_covered = |field: &PiiField| form.all("covered").any(|word| word == field.as_str());
        self.covered = PiiField::ALL.into_iter().filter(is_covered).collect();
        self.method = if form.text("method") == "hash" { PiiMethod::Hash } else { PiiMethod::Mask };
        self
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// The body of the Management API that means the same.
    pub(super) fn body(&self) -> Map<String, Value> {
        let mut sink = self.rest.clone();
        for field in fields(self.kind) {
            let text = self.text(field.name).trim();
            if !text.is_empty() {
                sink.insert(field.name.to_owned(), Value::from(text));
            }
        }
        for switch in switches(self.kind) {
            sink.insert(switch.name.to_owned(), Value::from(self.text(switch.name) == "on"));
        }
        if self.kind == SinkKind::Http && !self.text("httpContentFormat").is_empty() {
            sink.insert("httpContentFormat".to_owned(), Value::from(self.text("httpContentFormat")));
        }
        if self.kind == SinkKind::Http {
            sink.insert(HEADERS.to_owned(), of_lines(self.text(HEADERS)));
        }
        let batch = self.text(BATCH).trim();
        let batch = match batch.parse::<u64>() {
            Ok(number) => Value::from(number),
            Err(_) if batch.is_empty() => Value::Null,
            Err(_) => Value::from(batch),
        };
        let filter = |category: &Category| json!({ "type": "category", "name": category.as_str() });
        let covered: Vec<&str> = self.covered.iter().map(|field| field.as_str()).collect();
        let method = if self.method == PiiMethod::Hash { "hash" } else { "mask" };
        let pii =
            if covered.is_empty() { Value::Null } else { json!({ "log_fields": covered, "method": method }) };
        let mut body = Map::from_iter([
            ("name".to_owned(), Value::from(self.text("name"))),
            ("type".to_owned(), Value::from(self.kind.as_str())),
            ("sink".to_owned(), Value::Object(sink)),
            ("filters".to_owned(), self.categories.iter().map(filter).collect()),
            ("pii_config".to_owned(), pii),
            (BATCH.to_owned(), batch),
        ]);
        let start = self.text("startFrom").trim();
        if !self.is_saved && !start.is_empty() {
            body.insert("startFrom".to_owned(), Value::from(moment(start)));
        }
        body
    }
}

/// Headers one per line; values that are saved are not shown.
fn as_lines(headers: &[Value]) -> String {
    let names = headers.iter().filter_map(|header| header["header"].as_str());
    names.map(|name| format!("{name}: \n")).collect()
}

fn of_lines(text: &str) -> Value {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let header = |line: &str| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        json!({ "header": name.trim(), "value": value.trim() })
    };
    lines.map(header).collect()
}

/// A day alone means its beginning.
pub(super) fn moment(text: &str) -> String {
    let is_day = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_day { format!("{text}T00:00:00Z") } else { text.to_owned() }
}

/// The errors under the names that the form's fields have.
pub(super) fn of_fields(errors: &FieldErrors) -> FieldErrors {
    let mut found = FieldErrors::default();
    for error in errors.all() {
        let path = error.path.strip_prefix("sink.").unwrap_or(&error.path);
        // What is wrong with the type has no field of its own.
        let path = if path == "type" { "name" } else { path };
        let path = if path.starts_with(HEADERS) { HEADERS } else { path };
        found.push(FieldError::new(path, error.rule, error.text.clone()));
    }
    found
}

/// The fields, without the form around them.
#[derive(Template)]
#[template(path = "streams/fields.html")]
pub(super) struct Fields<'a> {
    pub(super) values: &'a Values,
    pub(super) errors: &'a FieldErrors,
    /// What came of a test event.
    pub(super) tried: Option<&'a Tried>,
}

impl HtmlSafe for Fields<'_> {}

impl Fields<'_> {
    fn fields(&self) -> &'static [Field] {
        fields(self.values.kind)
    }

    fn switches(&self) -> &'static [Switch] {
        switches(self.values.kind)
    }

    fn hint(&self, field: &Field) -> String {
        if field.is_secret && self.values.is_saved {
            return format!(
                "{} Left empty, the saved one stays, as long as the receiver is at the same host and port.",
                field.hint
            )
            .trim_start()
            .to_owned();
        }
        field.hint.to_owned()
    }

    fn is_optional(&self, field: &Field) -> bool {
        field.is_optional || (field.is_secret && self.values.is_saved)
    }

    fn takes(&self, category: &Category) -> bool {
        self.values.categories.contains(category)
    }

    fn covers(&self, field: &PiiField) -> bool {
        self.values.covered.contains(field)
    }

    fn headers(&self) -> &str {
        self.values.text(HEADERS)
    }

    fn headers_error(&self) -> Option<&str> {
        parts::error_at(self.errors, HEADERS)
    }

    fn sign(tried: &Tried) -> &'static str {
        if tried.is_taken { "ok" } else { "warn" }
    }

    fn status(tried: &Tried) -> String {
        tried.status.map_or_else(|| "No answer".to_owned(), |status| format!("Status {status}"))
    }
}

/// The words of a fact about people.
fn fact(field: &PiiField) -> &'static str {
    match field {
        PiiField::FirstName => "First name",
        PiiField::LastName => "Last name",
        PiiField::Username => "User name",
        PiiField::Email => "Email address",
        PiiField::Phone => "Telephone",
        PiiField::Address => "Postal address",
    }
}
