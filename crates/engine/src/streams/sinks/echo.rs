//! What a receiver says, without the secrets that it was sent.
//!
//! Its answer is kept and shown to whoever may read streams, and a receiver that gives a request back in its
//! answer would tell them what the page does not. Pure.

use data_encoding::BASE64;
use doorward_model::log::event::tame;
use doorward_model::stream::Sink;
use serde_json::Value;

const COVER: &str = "***";
/// Shorter texts stand anywhere by chance, and keep nothing secret.
const LEAST: usize = 4;

/// The beginning of an answer, in one line, every secret of the sink covered, also one that was cut off at the end.
pub(super) fn without_secrets(sink: &Sink, body: &str) -> String {
    let mut secrets = spellings(sink);
    // The longest first: one may be a part of another.
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    let mut said = body.to_owned();
    for secret in &secrets {
        said = said.replace(secret.as_str(), COVER);
    }
    // What was read ends somewhere, perhaps in the middle of a secret.
    if let Some(cut) = secrets.iter().filter_map(|secret| begun_at_the_end(&said, secret)).min() {
        said.truncate(cut);
        said.push_str(COVER);
    }
    tame(said.trim())
}

/// Where at the end of a text a secret begins that does not end in it.
fn begun_at_the_end(text: &str, secret: &str) -> Option<usize> {
    let starts = secret.char_indices().map(|(at, _)| at).filter(|at| *at >= LEAST);
    let longest = starts.filter(|at| text.ends_with(&secret[..*at])).max()?;
    Some(text.len() - longest)
}

/// Each secret as it was sent, and as an answer may spell it: without the word before a credential, decoded,
/// as JSON, as a part of an address.
fn spellings(sink: &Sink) -> Vec<String> {
    let mut all = Vec::new();
    for value in sink.secrets().values() {
        texts(value, &mut all);
    }
    if !matches!(sink, Sink::Http(_))
        && let Ok(Some(address)) = sink.address()
        && !matches!(sink, Sink::Splunk(_))
    {
        all.push(address.as_str().to_owned());
        all.push(address.path().to_owned());
        all.extend(address.query().map(str::to_owned));
    }
    for text in all.clone() {
        if let Some((_, credential)) = text.split_once(' ') {
            all.push(credential.to_owned());
            let decoded = BASE64.decode(credential.as_bytes()).ok();
            if let Some(pair) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) {
                all.extend(pair.split_once(':').map(|(_, password)| password.to_owned()));
                all.push(pair);
            }
        }
    }
    for text in all.clone() {
        all.push(Value::from(text).to_string().trim_matches('"').to_owned());
    }
    all.retain(|text| text.len() >= LEAST);
    all
}

/// The texts of the secrets; of a header its value alone.
fn texts(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(&item["value"], all)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::stream::SinkKind;
    use serde_json::json;

    use super::*;

    fn sink(kind: SinkKind, object: &Value) -> Sink {
        Sink::read(kind, object.as_object().unwrap(), None).unwrap()
    }

    #[test]
    fn a_receiver_that_repeats_what_it_was_sent_tells_no_secret() {
        let http = json!({
            "httpEndpoint": "https://in.test/", "httpAuthorization": "Basic YWRhOnBhc3MgInF1b3RlZCI=",
            "httpSigningKey": "signing-key", "httpCustomHeaders": [{ "header": "X-Key", "value": "header-key" }],
        });
        let echo = "Basic YWRhOnBhc3MgInF1b3RlZCI= YWRhOnBhc3MgInF1b3RlZCI= ada:pass \"quoted\" pass \\\"quoted\\\" \
             signing-key header-key";
        let said = without_secrets(&sink(SinkKind::Http, &http), &format!("no: {echo} end"));
        for secret in ["YWRh", "pass", "quoted", "signing", "header-key"] {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
        assert!(said.starts_with("no: ***") && said.ends_with(" end"), "{said}");

        let splunk = json!({ "splunkDomain": "s.test", "splunkToken": "splunk-token" });
        let said =
            without_secrets(&sink(SinkKind::Splunk, &splunk), "Invalid token splunk-token at services");
        assert_eq!(said, "Invalid token *** at services");
        let sumo = json!({ "sumoSourceAddress": "https://c.test/receiver/v1/secret==" });
        let said = without_secrets(&sink(SinkKind::Sumo, &sumo), "POST /receiver/v1/secret== HTTP/1.1");
        assert_eq!(said, "POST *** HTTP/1.1");
        let loggly = json!({ "logglyToken": "tok-en" });
        assert_eq!(
            without_secrets(&sink(SinkKind::Loggly, &loggly), "{\"t\":\"tok-en\"}"),
            "{\"t\":\"***\"}"
        );
    }

    #[test]
    fn a_secret_that_is_cut_off_is_covered_and_other_words_stay() {
        let splunk = json!({ "splunkDomain": "s.test", "splunkToken": "splunk-token" });
        let splunk = sink(SinkKind::Splunk, &splunk);
        assert_eq!(without_secrets(&splunk, "token splunk-to"), "token ***");
        assert_eq!(without_secrets(&splunk, "this is spl"), "this is spl");
        assert_eq!(without_secrets(&splunk, "\u{1b}[2Jno\n"), " [2Jno");
    }
}
