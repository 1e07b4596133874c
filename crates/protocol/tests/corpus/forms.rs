//! Forms and JSON bodies of strangers (RFC 6749 §3.1, §3.2, appendix B).

use doorward_protocol::oauth::grants::grant_type;
use doorward_protocol::oauth::params::{MAX_COUNT, MAX_VALUE, MAX_WHOLE, Params};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::hold;

/// A value of a parameter; a long one by its length, so that the file of a megabyte is short.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Sent {
    Text(String),
    Long(usize),
    /// What only JSON has.
    Json(Value),
}

/// The parameters of one body, in their order.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Case {
    pairs: Vec<(String, Sent)>,
    json: bool,
}

impl Case {
    fn value(&self, sent: &Sent) -> String {
        match sent {
            Sent::Text(text) => text.clone(),
            Sent::Long(length) => "x".repeat(*length),
            Sent::Json(value) => value.to_string(),
        }
    }

    fn body(&self) -> String {
        if !self.json {
            let pairs = self.pairs.iter().map(|(name, sent)| (name.as_str(), self.value(sent)));
            return url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        }
        let member = |(name, sent): &(String, Sent)| match sent {
            Sent::Json(value) => format!("{}:{value}", Value::from(name.as_str())),
            text => format!("{}:{}", Value::from(name.as_str()), Value::from(self.value(text))),
        };
        format!("{{{}}}", self.pairs.iter().map(member).collect::<Vec<_>>().join(","))
    }

    fn read(&self) -> Option<Params> {
        let body = self.body();
        if self.json {
            Params::from_json(body.as_bytes()).ok()
        } else {
            Params::from_form(body.as_bytes()).ok()
        }
    }
}

const NAMES: [&str; 10] = [
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "scope",
    "code_verifier",
    "refresh_token",
    "x",
    "client_id[]",
];

fn made() -> impl Strategy<Value = Case> {
    let json = prop_oneof![
        Just(Value::Null),
        Just(serde_json::json!(["a", "b"])),
        Just(serde_json::json!({ "a": { "b": [] } })),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    let long = prop::sample::select(vec![MAX_VALUE, MAX_VALUE + 1, MAX_WHOLE, 1 << 20]);
    let sent = prop_oneof![
        6 => prop::sample::select(vec!["", "authorization_code", "password", "refresh_token"]).prop_map(|text| Sent::Text(text.into())),
        4 => "\\PC{0,20}|[ -~\\x00-\\x1f]{0,20}".prop_map(Sent::Text),
        1 => long.prop_map(Sent::Long),
        2 => json.prop_map(Sent::Json),
    ];
    let name = prop_oneof![8 => prop::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => "\\PC{0,12}"];
    (prop::collection::vec((name, sent), 0..12), any::<bool>()).prop_map(|(pairs, json)| Case { pairs, json })
}

fn judge(case: &Case) -> Result<(), String> {
    let Some(params) = case.read() else { return Ok(()) };
    if case.body().len() > MAX_WHOLE || case.pairs.len() > MAX_COUNT {
        return Err("more was read than is allowed".to_owned());
    }
    for (name, sent) in &case.pairs {
        let value = case.value(sent);
        if value.len() > MAX_VALUE && !(case.json && matches!(sent, Sent::Json(_))) {
            return Err(format!("a value of {} bytes was read", value.len()));
        }
        let times =
            case.pairs.iter().filter(|(other, sent)| other == name && is_kept(case.json, sent)).count();
        if times > 1 && !params.duplicates().contains(&name.as_str()) {
            return Err(format!("{name} came {times} times and nobody was told"));
        }
        let is_known = NAMES[..8].contains(&name.as_str());
        if times > 1 && is_known && grant_type(&params).is_ok() {
            return Err(format!("{name} came {times} times and one of them was taken"));
        }
        if case.json && is_known && matches!(sent, Sent::Json(value) if !value.is_null()) {
            return Err(format!("{name} was no text and was read"));
        }
        if times == 1 && is_kept(case.json, sent) && !matches!(sent, Sent::Json(Value::Null)) {
            let expected = Some(value.as_str()).filter(|text| !text.is_empty());
            if params.get(name) != expected {
                return Err(format!("{name} was read as something else"));
            }
        }
    }
    Ok(())
}

/// Whether a parameter of that value is one that can be asked for at all.
fn is_kept(json: bool, sent: &Sent) -> bool {
    !json || !matches!(sent, Sent::Json(value) if !value.is_null())
}

#[test]
fn what_is_read_of_a_body_is_what_was_sent_once() {
    hold("forms", made(), judge);
}
