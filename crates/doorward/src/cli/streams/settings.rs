//! From settings as typed to the body that the Management API takes.
//!
//! Whether a value is good is for the reader of the API to say. What is secret and typed here would stand in every list
//! of processes, so `@FILE` names a file that holds it; a header, which may be no secret, can be typed as well.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// What stands beside the sink.
const BESIDE: [&str; 3] = ["name", "batchSize", "startFrom"];
const SECRETS: [&str; 5] =
    ["httpAuthorization", "httpSigningKey", "splunkToken", "sumoSourceAddress", "logglyToken"];
const SWITCHES: [&str; 2] = ["httpGzip", "splunkSecure"];
const HEADERS: &str = "httpCustomHeaders";
/// The longest file of a secret, in bytes.
const MAX: u64 = 64 * 1024;

/// What a log stream is given.
#[derive(clap::Args)]
pub(super) struct Settings {
    /// A setting as the Management API names it, like httpEndpoint=https://…; a secret as NAME=@FILE
    #[arg(value_name = "SETTING=VALUE")]
    settings: Vec<String>,
    /// A header that goes with each request of a stream of type http; may be given again. NAME=@FILE keeps its value out of
    /// lists of processes
    #[arg(long = "header", value_name = "NAME=VALUE")]
    headers: Vec<String>,
}

impl Settings {
    /// Whether nothing was given.
    pub(super) fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.headers.is_empty()
    }

    /// Puts them into a body whose `sink` is how it was, or empty.
    ///
    /// # Errors
    /// When one is no setting, or its file cannot be read.
    pub(super) fn put(
        &self,
        body: &mut Map<String, Value>,
        mut sink: Map<String, Value>,
    ) -> Result<(), Failure> {
        for typed in &self.settings {
            let (name, text) = pair(typed)?;
            if SECRETS.contains(&name) && !text.starts_with('@') && !text.is_empty() {
                return Err(Failure::usage(
                    format!("{name} is a secret and was typed."),
                    "Whatever is typed as an argument stands in every list of processes.",
                    format!("Write it into a file that only you can read, and {name}=@FILE here."),
                ));
            }
            let value = if SECRETS.contains(&name) { json!(held(text)?) } else { value(name, text) };
            let place = if BESIDE.contains(&name) { &mut *body } else { &mut sink };
            place.insert(name.to_owned(), value);
        }
        for typed in &self.headers {
            let (name, text) = pair(typed)?;
            set_header(&mut sink, name, &held(text)?);
        }
        if !sink.is_empty() {
            body.insert("sink".to_owned(), Value::Object(sink));
        }
        Ok(())
    }
}

/// Takes a header out; whether it was there.
pub(super) fn drop_header(sink: &mut Map<String, Value>, name: &str) -> bool {
    let Some(Value::Array(headers)) = sink.get_mut(HEADERS) else { return false };
    let before = headers.len();
    headers.retain(|known| !is_called(known, name));
    headers.len() < before
}

/// Gives a header that value; those beside it stay.
fn set_header(sink: &mut Map<String, Value>, name: &str, value: &str) {
    let header = json!({ "header": name, "value": value });
    let list = sink.entry(HEADERS).or_insert_with(|| json!([]));
    let Value::Array(headers) = list else { return };
    match headers.iter_mut().find(|known| is_called(known, name)) {
        Some(known) => *known = header,
        None => headers.push(header),
    }
}

fn is_called(header: &Value, name: &str) -> bool {
    header["header"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name))
}

fn pair(typed: &str) -> Result<(&str, &str), Failure> {
    typed.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
        Failure::usage(
            format!("{typed} has no value."),
            "A setting and a header are a name, an equals sign and a value.",
            "Write httpEndpoint=https://logs.example.com/in or --header X-Source=doorward.",
        )
    })
}

/// A text as typed, or what the file holds that it names: its first line.
fn held(text: &str) -> Result<String, Failure> {
    let Some(path) = text.strip_prefix('@') else { return Ok(text.to_owned()) };
    let unread = |why: String| {
        Failure::usage(
            format!("{path} cannot be read."),
            why,
            "Name a file that holds the value as its first line.",
        )
    };
    let file = std::fs::File::open(Path::new(path)).map_err(|error| unread(error.to_string()))?;
    let mut read = String::new();
    std::io::Read::read_to_string(&mut std::io::Read::take(file, MAX), &mut read)
        .map_err(|error| unread(error.to_string()))?;
    match read.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(unread("It is empty.".to_owned())),
    }
}

/// A text as what its setting wants, where it is that.
fn value(name: &str, text: &str) -> Value {
    let is_json = name == "batchSize" || SWITCHES.contains(&name);
    serde_json::from_str(text).ok().filter(|_| is_json).unwrap_or_else(|| json!(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(settings: &[&str], headers: &[&str], sink: Value) -> Result<Value, String> {
        let of = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let Value::Object(sink) = sink else { panic!("an object is wanted") };
        let mut body = Map::new();
        let typed = Settings { settings: of(settings), headers: of(headers) };
        typed.put(&mut body, sink).map_err(|failure| failure.to_string()).map(|()| Value::Object(body))
    }

    #[test]
    fn settings_go_into_the_sink_and_what_stands_beside_it_does_not() {
        let typed = ["httpEndpoint=https://a.test/?x=1", "httpGzip=true", "batchSize=50", "name=Mine"];
        let sink = json!({ "httpEndpoint": "https://a.test/?x=1", "httpGzip": true });
        assert_eq!(
            put(&typed, &[], json!({})).unwrap(),
            json!({ "batchSize": 50, "name": "Mine", "sink": sink })
        );
        assert_eq!(put(&["name=Mine"], &[], json!({})).unwrap(), json!({ "name": "Mine" }));
        assert!(put(&["httpEndpoint"], &[], json!({})).unwrap_err().contains("has no value"));
    }

    /// A value that is left empty stays as it is saved.
    #[test]
    fn a_header_is_given_another_value_and_those_beside_it_stay() {
        let saved = json!({ "httpCustomHeaders": [{ "header": "X-Key", "value": "" }, { "header": "X-Two", "value": "" }] });
        let told = put(&[], &["x-key=a=b", "X-New=1"], saved.clone()).unwrap();
        assert_eq!(
            told["sink"]["httpCustomHeaders"],
            json!([
                { "header": "x-key", "value": "a=b" }, { "header": "X-Two", "value": "" },
                { "header": "X-New", "value": "1" },
            ])
        );
        let Value::Object(mut sink) = saved else { panic!("an object is wanted") };
        assert!(drop_header(&mut sink, "x-TWO") && !drop_header(&mut sink, "X-Two"));
        assert_eq!(sink["httpCustomHeaders"], json!([{ "header": "X-Key", "value": "" }]));
    }

    #[test]
    fn a_secret_comes_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "tok-en\nmore\n").unwrap();
        let at = format!("@{}", path.display());
        let told = put(&[&format!("splunkToken={at}")], &[&format!("X-Key={at}")], json!({})).unwrap();
        assert_eq!(told["sink"]["splunkToken"], "tok-en");
        assert_eq!(told["sink"]["httpCustomHeaders"][0]["value"], "tok-en");
        for typed in ["splunkToken=hunter2", "httpAuthorization=Bearer x"] {
            let refused = put(&[typed], &[], json!({})).unwrap_err();
            assert!(refused.contains("list of processes") && !refused.contains("hunter2"), "{refused}");
        }
        std::fs::write(&path, "\n").unwrap();
        assert!(put(&[], &[&format!("X-Key={at}")], json!({})).unwrap_err().contains("It is empty."));
        assert!(put(&[], &["X-Key=@/nowhere"], json!({})).unwrap_err().contains("cannot be read"));
    }
}
