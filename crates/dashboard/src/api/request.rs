//! A request as it was filled in: its address, what is wrong with it, and how three languages ask it.
//!
//! Pure. Percent-encoding: RFC 3986 §2.3; texts go into code as JSON strings, which all three read.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_protocol::digest::sha256;
use serde_json::{Value, json};

use super::document::{Operation, Parameter};
use crate::parts::shell_quoted;

/// What was filled in, by the names of the fields.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    values: Vec<(String, String)>,
    pub body: String,
}

impl Filled {
    /// A form that nobody filled in: the example is there.
    pub(crate) fn empty(operation: &Operation) -> Self {
        Self { values: Vec::new(), body: operation.body.clone().unwrap_or_default() }
    }

    /// What `value` gives for each field.
    pub(crate) fn read<'v>(operation: &Operation, value: impl Fn(&str) -> &'v str) -> Self {
        let fields = operation.parameters.iter().map(Parameter::field);
        let values = fields.map(|field| (field.clone(), value(&field).to_owned())).collect();
        Self { values, body: value("body").to_owned() }
    }

    /// What stands in a field.
    pub(crate) fn value(&self, parameter: &Parameter) -> &str {
        let field = parameter.field();
        self.values
            .iter()
            .find(|(known, _)| *known == field)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    }

    /// What is missing or cannot be sent.
    pub(crate) fn check(&self, operation: &Operation) -> FieldErrors {
        let mut errors = FieldErrors::default();
        for parameter in operation.parameters.iter().filter(|parameter| parameter.is_required) {
            if self.value(parameter).is_empty() {
                let text = format!("Fill in {}.", parameter.name);
                errors.push(FieldError::new(parameter.field(), "required", text));
            }
        }
        if operation.body.is_some()
            && let Err(error) = serde_json::from_str::<Value>(&self.body)
        {
            let text = format!(
                "This is not JSON: it breaks off at line {}, column {}.",
                error.line(),
                error.column()
            );
            errors.push(FieldError::new("body", "format", text));
        }
        errors
    }

    /// Path and query. A part of the path that is missing stays as it is written in the document.
    pub(crate) fn target(&self, operation: &Operation) -> String {
        let mut target = operation.path.clone();
        let mut query = Vec::new();
        for parameter in &operation.parameters {
            let value = self.value(parameter);
            if value.is_empty() {
                continue;
            }
            if parameter.is_in_path {
                target = target.replace(&format!("{{{}}}", parameter.name), &encoded(value));
            } else if parameter.is_list {
                let entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty());
                query.extend(entries.map(|entry| format!("{}={}", parameter.name, encoded(entry))));
            } else {
                query.push(format!("{}={}", parameter.name, encoded(value)));
            }
        }
        if query.is_empty() { target } else { format!("{target}?{}", query.join("&")) }
    }

    /// What stands for this request and no other, so that an answer to "is this meant?" is about it.
    pub(crate) fn seal(&self, operation: &Operation) -> String {
        let whole = format!("{} {}\n{}", operation.method, self.target(operation), self.body);
        URL_SAFE_NO_PAD.encode(sha256(whole.replace("\r\n", "\n").as_bytes()))
    }

    /// The request in three languages. The token is for whoever runs it to fill in.
    pub(crate) fn code(&self, operation: &Operation, origin: &str) -> [(&'static str, String); 3] {
        let address = format!("{origin}{}", self.target(operation));
        let method = operation.method.as_str();
        let body = operation.body.is_some().then(|| compact(&self.body));
        [
            ("curl", curl(method, &address, body.as_deref())),
            ("fetch", fetch(method, &address, body.as_deref())),
            ("Python", python(method, &address, body.as_deref())),
        ]
    }
}

/// JSON on one line where it is JSON.
fn compact(body: &str) -> String {
    serde_json::from_str::<Value>(body).map_or_else(|_| body.to_owned(), |value| value.to_string())
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn curl(method: &str, address: &str, body: Option<&str>) -> String {
    let mut code =
        format!("curl -X {method} {} \\\n  -H \"Authorization: Bearer $TOKEN\"", shell_quoted(address));
    if let Some(body) = body {
        let _ = write!(code, " \\\n  -H 'Content-Type: application/json' \\\n  -d {}", shell_quoted(body));
    }
    code
}

fn fetch(method: &str, address: &str, body: Option<&str>) -> String {
    let mut code =
        format!("const response = await fetch({}, {{\n  method: {},\n", json!(address), json!(method));
    match body {
        Some(body) => {
            code.push_str("  headers: {\n    Authorization: `Bearer ${token}`,\n    \"Content-Type\": \"application/json\",\n  },\n");
            let _ = writeln!(code, "  body: {},", json!(body));
        }
        None => code.push_str("  headers: { Authorization: `Bearer ${token}` },\n"),
    }
    code.push_str("});\nconsole.log(response.status, await response.text());");
    code
}

fn python(method: &str, address: &str, body: Option<&str>) -> String {
    let mut code = format!(
        "import requests\n\nresponse = requests.request(\n    {},\n    {},\n",
        json!(method),
        json!(address)
    );
    code.push_str("    headers={\"Authorization\": f\"Bearer {token}\"");
    match body {
        Some(body) => {
            let _ = writeln!(code, ", \"Content-Type\": \"application/json\"}},\n    data={},", json!(body));
        }
        None => code.push_str("},\n"),
    }
    code.push_str(")\nprint(response.status_code, response.text)");
    code
}

#[cfg(test)]
mod tests {
    use super::super::document::find;
    use super::*;

    fn filled(operation: &Operation, pairs: &'static [(&'static str, &'static str)]) -> Filled {
        let value = |name: &str| {
            pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).unwrap_or_default()
        };
        Filled::read(operation, value)
    }

    #[test]
    fn an_address_is_encoded_part_by_part() {
        let user = find("get_users_by_id").unwrap();
        let asked = filled(user, &[("path-id", "auth0|a/b"), ("query-fields", "email,name & x")]);
        assert_eq!(asked.target(user), "/api/v2/users/auth0%7Ca%2Fb?fields=email%2Cname%20%26%20x");
        assert!(asked.check(user).all().is_empty());
        assert_eq!(Filled::empty(user).target(user), "/api/v2/users/{id}");
        assert_eq!(Filled::empty(user).check(user).all()[0].path, "path-id");
        let connections = find("get_connections").unwrap();
        let asked = filled(connections, &[("query-strategy", "auth0, samlp")]);
        assert_eq!(asked.target(connections), "/api/v2/connections?strategy=auth0&strategy=samlp");
    }

    #[test]
    fn a_body_must_be_json_before_it_is_sent() {
        let create = find("post_roles").unwrap();
        assert!(Filled::empty(create).check(create).all().is_empty(), "the example can be sent");
        assert_eq!(filled(create, &[("body", "{\"name\":")]).check(create).all()[0].path, "body");
    }

    #[test]
    fn what_was_typed_stays_a_text_in_every_language() {
        let create = find("post_roles").unwrap();
        let asked = filled(create, &[("body", r#"{ "name": "it's \"so\" $(x) `y`" }"#)]);
        let [(_, curl), (_, fetch), (_, python)] = asked.code(create, "https://id.test");
        assert!(curl.contains(r#"-d '{"name":"it'\''s \"so\" $(x) `y`"}'"#), "{curl}");
        assert!(fetch.contains(r#"body: "{\"name\":\"it's \\\"so\\\" $(x) `y`\"}","#), "{fetch}");
        assert!(python.contains(r#"data="{\"name\":\"it's \\\"so\\\" $(x) `y`\"}","#), "{python}");
        let list = find("get_roles").unwrap();
        let [(_, curl), ..] = Filled::empty(list).code(list, "https://id.test");
        assert!(curl.starts_with("curl -X GET 'https://id.test/api/v2/roles' \\\n"), "{curl}");
    }
}
