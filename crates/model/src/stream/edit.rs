//! What a request may say about a stream.
//!
//! Source: the bodies of `POST` and `PATCH /api/v2/log-streams`.

use serde_json::Value;

use super::sink::{self, Sink, SinkKind};
use super::{Category, MAX_BATCH, PiiConfig, StreamSettings, StreamStatus};
use crate::fields::{FieldError, FieldErrors};
use crate::json::{self, Object};
use crate::patch::Patch;
use crate::time::Timestamp;

const MAX_NAME: usize = 255;

/// What a body says about a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamPatch {
    name: Patch<String>,
    kind: Option<SinkKind>,
    sink: Patch<Object>,
    /// Whether it delivers.
    pub status: Patch<StreamStatus>,
    categories: Patch<Vec<Category>>,
    is_priority: Patch<bool>,
    pii: Patch<PiiConfig>,
    start_from: Patch<Timestamp>,
    batch: Patch<u32>,
}

impl StreamPatch {
    /// Reads a body; the sink is read when its kind is known.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_json(body: &Object) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut patch = Self::default();
        for (name, value) in body {
            match name.as_str() {
                "name" => patch.name = json::always(read_name(value, &mut errors)),
                "type" => patch.kind = read_kind(value, &mut errors),
                "sink" => patch.sink = json::always(json::object(value, name, &mut errors).cloned()),
                "status" => patch.status = json::always(read_status(value, &mut errors)),
                "filters" => {
                    patch.categories = json::nullable(value, |value| read_filters(value, &mut errors));
                }
                "isPriority" => patch.is_priority = json::always(json::flag(value, name, &mut errors)),
                "pii_config" => {
                    patch.pii = json::nullable(value, |value| PiiConfig::read(value, &mut errors));
                }
                "startFrom" => {
                    patch.start_from = json::nullable(value, |value| json::time(value, name, &mut errors));
                }
                "batchSize" => patch.batch = json::nullable(value, |value| read_batch(value, &mut errors)),
                _ => errors.push(json::unknown(name)),
            }
        }
        errors.into_result(patch)
    }

    /// The settings of a new stream.
    ///
    /// # Errors
    /// When the type is missing, or the sink does not fit it.
    pub fn create(self) -> Result<StreamSettings, FieldErrors> {
        let Some(kind) = self.kind else {
            return Err(FieldError::new("type", "required", "Say what kind of receiver it is.").into());
        };
        let Patch::Set(sink) = &self.sink else {
            return Err(FieldError::new("sink", "required", "Say where the receiver is.").into());
        };
        let mut settings = StreamSettings {
            name: kind.title().to_owned(),
            sink: Sink::read(kind, sink, None)?,
            categories: Vec::new(),
            is_priority: false,
            pii: None,
            start_from: None,
            batch: None,
        };
        self.apply_rest(&mut settings);
        Ok(settings)
    }

    /// Applies a change. What it does not mention stays, and so do secrets that it leaves empty.
    ///
    /// # Errors
    /// When it names another type, or the sink does not fit the stream's.
    pub fn apply(mut self, settings: &mut StreamSettings) -> Result<(), FieldErrors> {
        let kind = settings.sink.kind();
        if self.kind.is_some_and(|other| other != kind) {
            let text = format!("The type of a stream stays {}. Make another stream instead.", kind.as_str());
            return Err(FieldError::new("type", "enum", text).into());
        }
        let mut start = settings.start_from;
        std::mem::take(&mut self.start_from).apply(&mut start);
        if start != settings.start_from {
            let text = "startFrom says where the stream began, and that is over. The dashboard sends events again (Replay from).";
            return Err(FieldError::new("startFrom", "enum", text).into());
        }
        if let Patch::Set(sink) = &self.sink {
            settings.sink = Sink::read(kind, sink, Some(&settings.sink))?;
        }
        self.apply_rest(settings);
        Ok(())
    }

    fn apply_rest(self, settings: &mut StreamSettings) {
        if let Patch::Set(name) = self.name {
            settings.name = name;
        }
        self.categories.apply_or(&mut settings.categories, Vec::new());
        self.is_priority.apply_or(&mut settings.is_priority, false);
        self.pii.apply(&mut settings.pii);
        self.start_from.apply(&mut settings.start_from);
        self.batch.apply(&mut settings.batch);
    }
}

fn read_name(value: &Value, errors: &mut FieldErrors) -> Option<String> {
    let name = json::text(value, "name", errors)?;
    if name.trim().is_empty() {
        errors.push(FieldError::new("name", "min_length", "The name is empty."));
    } else if name.chars().count() > MAX_NAME {
        let text = format!("Use at most {MAX_NAME} characters.");
        errors.push(FieldError::new("name", "max_length", text));
    }
    Some(name)
}

fn read_kind(value: &Value, errors: &mut FieldErrors) -> Option<SinkKind> {
    let word = json::text(value, "type", errors)?;
    let kind = SinkKind::parse(&word);
    if kind.is_none() {
        errors.push(sink::not_ours(&word));
    }
    kind
}

/// Suspending is the server's to do; who sends back what was read may say it of a stream that is.
fn read_status(value: &Value, errors: &mut FieldErrors) -> Option<StreamStatus> {
    let word = json::text(value, "status", errors)?;
    let words = StreamStatus::ALL.map(StreamStatus::as_str);
    json::one_of(StreamStatus::parse(&word), "status", &words, errors)
}

fn read_batch(value: &Value, errors: &mut FieldErrors) -> Option<u32> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    let number = number.filter(|number| (1..=MAX_BATCH).contains(number));
    if number.is_none() {
        let text = format!("This must be a whole number between 1 and {MAX_BATCH}.");
        errors.push(FieldError::new("batchSize", "range", text));
    }
    number
}

fn read_filters(value: &Value, errors: &mut FieldErrors) -> Option<Vec<Category>> {
    let entries = json::array(value, "filters", errors)?;
    let mut categories = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let path = format!("filters.{at}");
        let object = json::object(entry, &path, errors)?;
        if object.get("type").and_then(Value::as_str) != Some("category") {
            errors.push(FieldError::new(format!("{path}.type"), "enum", "This must be one of: category."));
        }
        let name = object.get("name").and_then(Value::as_str).unwrap_or_default();
        match Category::parse(name) {
            Some(category) if categories.contains(&category) => {}
            Some(category) => categories.push(category),
            None => {
                let words: Vec<&str> = Category::ALL.iter().map(|category| category.as_str()).collect();
                let text = format!("This must be one of: {}.", words.join(", "));
                errors.push(FieldError::new(format!("{path}.name"), "enum", text));
            }
        }
        for other in object.keys().filter(|name| !["type", "name"].contains(&name.as_str())) {
            errors.push(json::unknown(&format!("{path}.{other}")));
        }
    }
    Some(categories)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patch(body: Value) -> Result<StreamPatch, FieldErrors> {
        let Value::Object(body) = body else { panic!("a stream is an object: {body}") };
        StreamPatch::from_json(&body)
    }

    fn create(body: Value) -> Result<StreamSettings, FieldErrors> {
        patch(body)?.create()
    }

    fn paths(errors: &FieldErrors) -> Vec<&str> {
        errors.all().iter().map(|error| error.path.as_str()).collect()
    }

    fn http(changes: Value) -> Value {
        let mut sink = json!({ "httpEndpoint": "https://in.test/events" });
        let Value::Object(changes) = changes else { panic!("changes are an object: {changes}") };
        sink.as_object_mut().unwrap().extend(changes);
        json!({ "name": "Mine", "type": "http", "sink": sink })
    }

    #[test]
    fn what_is_read_and_sent_back_changes_nothing_and_keeps_secrets() {
        for (kind, sink) in [
            (
                "http",
                json!({ "httpEndpoint": "https://in.test/", "httpAuthorization": "Bearer one",
                    "httpCustomHeaders": [{ "header": "X-Key", "value": "two" }], "httpSigningKey": "three",
                    "httpContentFormat": "JSONARRAY", "httpGzip": true }),
            ),
            ("splunk", json!({ "splunkDomain": "splunk.test", "splunkPort": "8089", "splunkToken": "four" })),
            (
                "sumo",
                json!({ "sumoSourceAddress": "https://collectors.sumologic.com/receiver/v1/http/five" }),
            ),
            ("loggly", json!({ "logglyToken": "six-6", "logglyTag": "prod" })),
            ("file", json!({ "fileName": "events.jsonl" })),
        ] {
            let made = create(json!({ "name": "Mine", "type": kind, "sink": sink })).unwrap();
            let shown = Value::Object(made.sink.to_json());
            for secret in ["one", "two", "three", "four", "five", "six"] {
                assert!(!shown.to_string().contains(secret), "{shown}");
            }
            let mut again = made.clone();
            patch(json!({ "sink": shown })).unwrap().apply(&mut again).unwrap();
            assert_eq!(again, made);
            // What is stored is the view and the secrets apart.
            let mut stored = made.sink.to_json();
            stored.extend(made.sink.secrets());
            assert_eq!(Sink::read(made.sink.kind(), &stored, None).unwrap(), made.sink);
        }
    }

    /// Who may change a stream is not thereby told its secrets.
    #[test]
    fn a_saved_secret_stays_only_where_it_was_sent_before() {
        let http = json!({ "httpEndpoint": "https://in.test/a", "httpAuthorization": "Bearer one",
            "httpCustomHeaders": [{ "header": "X-Key", "value": "two" }], "httpSigningKey": "three" });
        let headers = json!([{ "header": "X-Key", "value": "" }]);
        let splunk = json!({ "splunkDomain": "splunk.test", "splunkPort": "8089", "splunkToken": "four" });
        let loggly = json!({ "logglyToken": "six-6" });
        let secrets = ["sink.httpAuthorization", "sink.httpCustomHeaders.0", "sink.httpSigningKey"];
        let to = |address: &str| json!({ "httpEndpoint": address, "httpCustomHeaders": headers });
        let host = |domain: &str, port: u16, is_secure: bool| json!({ "splunkDomain": domain, "splunkPort": port, "splunkSecure": is_secure });
        for (kind, sink, change, wrong) in [
            ("http", &http, to("https://in.test/b"), vec![]),
            ("http", &http, to("https://out.test/a"), secrets.to_vec()),
            ("http", &http, to("https://in.test:444/a"), secrets.to_vec()),
            ("http", &http, to("http://in.test/a"), secrets.to_vec()),
            ("splunk", &splunk, host("SPLUNK.test", 8089, true), vec![]),
            ("splunk", &splunk, host("out.test", 8089, true), vec!["sink.splunkToken"]),
            ("splunk", &splunk, host("splunk.test", 8088, true), vec!["sink.splunkToken"]),
            ("splunk", &splunk, host("splunk.test", 8089, false), vec!["sink.splunkToken"]),
            ("loggly", &loggly, json!({ "logglyTag": "other" }), vec![]),
            ("loggly", &loggly, json!({ "logglyEndpoint": "https://out.test" }), vec!["sink.logglyToken"]),
        ] {
            let mut settings = create(json!({ "type": kind, "sink": sink })).unwrap();
            let applied = patch(json!({ "sink": change.clone() })).unwrap().apply(&mut settings);
            let errors = applied.err().unwrap_or_default();
            assert_eq!(paths(&errors), wrong, "{change}");
        }
        // Given again, they go where the admin says.
        let mut settings = create(json!({ "type": "splunk", "sink": splunk })).unwrap();
        let change = json!({ "sink": { "splunkDomain": "out.test", "splunkToken": "new" } });
        patch(change).unwrap().apply(&mut settings).unwrap();
        assert_eq!(settings.sink.secrets()["splunkToken"], "new");
        // The address of Sumo Logic is the secret: none of it goes elsewhere.
        let sumo = json!({ "sumoSourceAddress": "https://collect.test/receiver/five" });
        let mut settings = create(json!({ "type": "sumo", "sink": sumo })).unwrap();
        let change = json!({ "sink": { "sumoSourceAddress": "https://out.test/" } });
        patch(change).unwrap().apply(&mut settings).unwrap();
        assert_eq!(settings.sink.address().unwrap().unwrap().as_str(), "https://out.test/");
    }

    #[test]
    fn an_optional_secret_is_taken_away_by_null() {
        let mut settings = create(http(json!({ "httpAuthorization": "Bearer one" }))).unwrap();
        let change = json!({ "httpEndpoint": "https://out.test/", "httpAuthorization": null });
        patch(json!({ "sink": change })).unwrap().apply(&mut settings).unwrap();
        assert!(settings.sink.secrets().get("httpAuthorization").is_none());
        let mut settings = create(json!({ "type": "loggly", "sink": { "logglyToken": "six" } })).unwrap();
        let errors = patch(json!({ "sink": { "logglyToken": null } })).unwrap().apply(&mut settings);
        assert_eq!(paths(&errors.unwrap_err()), ["sink.logglyToken"]);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let body = json!({
            "name": "", "type": "http", "sink": {}, "status": "off", "filters": [{ "type": "word", "name": "x" }],
            "isPriority": 1, "pii_config": 7, "startFrom": "yesterday", "more": 1, "batchSize": 501,
        });
        let errors = patch(body).unwrap_err();
        let expected = [
            "name",
            "status",
            "filters.0.type",
            "filters.0.name",
            "isPriority",
            "pii_config",
            "startFrom",
            "more",
            "batchSize",
        ];
        let mut found = paths(&errors);
        found.sort_unstable();
        let mut wanted = expected.to_vec();
        wanted.sort_unstable();
        assert_eq!(found, wanted);
        assert_eq!(paths(&create(json!({})).unwrap_err()), ["type"]);
        assert_eq!(paths(&create(json!({ "type": "sumo" })).unwrap_err()), ["sink"]);
        assert_eq!(
            paths(&create(json!({ "type": "splunk", "sink": {} })).unwrap_err()),
            ["sink.splunkDomain", "sink.splunkToken"]
        );
    }

    #[test]
    fn the_types_that_lead_nowhere_from_here_are_refused_in_words() {
        for word in SinkKind::NOT_OURS {
            let errors = patch(json!({ "type": word })).unwrap_err();
            assert!(errors.all()[0].text.contains("not offered"), "{errors}");
        }
        let errors = patch(json!({ "type": "pigeon" })).unwrap_err();
        assert!(!errors.all()[0].text.contains("not offered"), "{errors}");
    }

    #[test]
    fn what_could_leave_its_place_is_refused() {
        for changes in [
            json!({ "httpEndpoint": "ftp://in.test/" }),
            json!({ "httpEndpoint": "https://user:pass@in.test/" }),
            json!({ "httpEndpoint": "/events" }),
            json!({ "httpAuthorization": "Bearer a\r\nX: y" }),
            json!({ "httpCustomHeaders": [{ "header": "Host", "value": "x" }] }),
            json!({ "httpCustomHeaders": [{ "header": "User-Agent", "value": "x" }] }),
            json!({ "httpCustomHeaders": [{ "header": "expect", "value": "100-continue" }] }),
            json!({ "httpCustomHeaders": [{ "header": "Upgrade", "value": "x" }] }),
            json!({ "httpCustomHeaders": [{ "header": "X Y", "value": "x" }] }),
            json!({ "httpCustomHeaders": [{ "header": "X", "value": "a\nb" }] }),
            json!({ "httpContentFormat": "XML" }),
            json!({ "httpContentType": "a\nb" }),
        ] {
            assert!(create(http(changes.clone())).is_err(), "{changes}");
        }
        for domain in ["splunk.test/x", "a@b", "splunk.test:1", "", "a b"] {
            let sink = json!({ "splunkDomain": domain, "splunkToken": "t" });
            assert!(create(json!({ "type": "splunk", "sink": sink })).is_err(), "{domain}");
        }
        for name in ["../x", "/etc/passwd", "a/b", ".hidden", "a\\b", "", "a\u{0}b", "caf\u{e9}"] {
            let sink = json!({ "fileName": name });
            assert!(create(json!({ "type": "file", "sink": sink })).is_err(), "{name}");
        }
        for token in ["a/b", "a b", "a?b"] {
            let sink = json!({ "logglyToken": token });
            assert!(create(json!({ "type": "loggly", "sink": sink })).is_err(), "{token}");
        }
    }

    #[test]
    fn a_stream_keeps_its_type() {
        let mut settings = create(http(json!({}))).unwrap();
        assert!(patch(json!({ "type": "http" })).unwrap().apply(&mut settings).is_ok());
        assert!(patch(json!({ "type": "sumo" })).unwrap().apply(&mut settings).is_err());
        patch(json!({ "filters": [{ "type": "category", "name": "other" }] }))
            .unwrap()
            .apply(&mut settings)
            .unwrap();
        assert_eq!(settings.categories, [Category::Other]);
        patch(json!({ "filters": null, "pii_config": null })).unwrap().apply(&mut settings).unwrap();
        assert!(settings.categories.is_empty());
    }

    #[test]
    fn requests_hold_as_many_events_as_an_admin_says() {
        let mut settings = create(http(json!({}))).unwrap();
        assert_eq!(settings.most_at_once(), MAX_BATCH);
        for (value, most) in [(json!(1), 1), (json!(500), 500), (json!(null), 500)] {
            patch(json!({ "batchSize": value })).unwrap().apply(&mut settings).unwrap();
            assert_eq!(settings.most_at_once(), most);
        }
        for value in [json!(0), json!(501), json!(-1), json!("20"), json!(2.5)] {
            assert_eq!(paths(&patch(json!({ "batchSize": value })).unwrap_err()), ["batchSize"]);
        }
    }

    #[test]
    fn addresses_are_those_of_the_services() {
        let address = |kind: &str, sink: Value| {
            let made = create(json!({ "type": kind, "sink": sink })).unwrap();
            made.sink.address().unwrap().map(String::from)
        };
        let splunk = json!({ "splunkDomain": "splunk.test", "splunkToken": "t" });
        assert_eq!(
            address("splunk", splunk).as_deref(),
            Some("https://splunk.test:8088/services/collector/event")
        );
        assert_eq!(
            address("loggly", json!({ "logglyToken": "tok" })).as_deref(),
            Some("https://logs-01.loggly.com/bulk/tok/tag/doorward/")
        );
        assert_eq!(address("file", json!({ "fileName": "x" })), None);
    }
}
