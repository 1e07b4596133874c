//! The operations of the Management API, as the OpenAPI document in the repository describes them.
//!
//! Knows the document and no route of the API: what is shown here is what every tool can read.

use std::sync::LazyLock;

use http::Method;
use serde_json::Value;

use super::example;

/// The document; a test beside it keeps it true.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../openapi/management-v2.json")).unwrap_or_default()
});
static ALL: LazyLock<Vec<Operation>> = LazyLock::new(|| read(&DOCUMENT));

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub id: String,
    pub summary: String,
    /// What it is told of under.
    pub tag: String,
    pub method: Method,
    /// The whole path, `/api/v2/clients/{id}`.
    pub path: String,
    pub parameters: Vec<Parameter>,
    /// A body that is well formed, where it takes one.
    pub body: Option<String>,
    /// Any one of these opens it.
    pub scopes: Vec<String>,
    /// What it may answer with, and what that means.
    pub answers: Vec<(String, String)>,
}

/// A parameter of path or query.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub name: String,
    pub is_in_path: bool,
    pub is_required: bool,
    pub about: String,
    /// The words that it may be, or the kind of value.
    pub kind: String,
    pub is_list: bool,
}

impl Parameter {
    /// The name of its field in forms.
    pub(crate) fn field(&self) -> String {
        format!("{}-{}", if self.is_in_path { "path" } else { "query" }, self.name)
    }

    /// What stands below its field.
    pub(crate) fn hint(&self) -> String {
        let more = if self.is_list { " Several between commas." } else { "" };
        format!("{} {}{more}", self.about, self.kind).trim().to_owned()
    }
}

impl Operation {
    /// Whether it leaves everything as it is.
    pub(crate) fn is_safe(&self) -> bool {
        self.method.is_safe()
    }

    /// Whether it takes something away.
    pub(crate) fn deletes(&self) -> bool {
        self.method == Method::DELETE
    }

    /// The address of its page.
    pub(crate) fn address(&self) -> String {
        format!("/manage/api/{}", self.id)
    }

    fn matches(&self, words: &str) -> bool {
        let all =
            format!("{} {} {} {} {}", self.summary, self.method, self.path, self.tag, self.id).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }
}

/// The operation of that name.
pub(crate) fn find(id: &str) -> Option<&'static Operation> {
    ALL.iter().find(|operation| operation.id == id)
}

/// The operations that all of `words` are found in, by tag, in the order of the document.
pub(crate) fn search(words: &str) -> Vec<(&'static str, Vec<&'static Operation>)> {
    let mut groups: Vec<(&str, Vec<&Operation>)> = Vec::new();
    for operation in ALL.iter().filter(|operation| operation.matches(words)) {
        match groups.iter_mut().find(|(tag, _)| *tag == operation.tag) {
            Some((_, members)) => members.push(operation),
            None => groups.push((&operation.tag, vec![operation])),
        }
    }
    groups
}

fn read(document: &Value) -> Vec<Operation> {
    let base = document["servers"][0]["url"].as_str().unwrap_or_default();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            // Beside the methods stand the parameters that all of them share.
            if operation["operationId"].is_string() {
                let shared = item["parameters"].as_array().into_iter().flatten();
                let own = operation["parameters"].as_array().into_iter().flatten();
                let parameters = shared.chain(own).map(parameter).collect();
                all.push(Operation {
                    parameters,
                    ..described(document, method, format!("{base}{path}"), operation)
                });
            }
        }
    }
    all
}

fn described(document: &Value, method: Method, path: String, operation: &Value) -> Operation {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let body = (!schema.is_null()).then(|| example::of(document, schema));
    let ways = operation["security"].as_array().into_iter().flatten();
    let scopes = ways.filter_map(|way| Some(words(way["bearer"].as_array()?).join(" and "))).collect();
    let answers =
        operation["responses"].as_object().into_iter().flatten().map(|(status, answer)| {
            (status.clone(), word(&example::resolved(document, answer)["description"]))
        });
    Operation {
        id: word(&operation["operationId"]),
        summary: word(&operation["summary"]),
        tag: word(&operation["tags"][0]),
        method,
        path,
        parameters: Vec::new(),
        body: body.and_then(|body| serde_json::to_string_pretty(&body).ok()),
        scopes,
        answers: answers.collect(),
    }
}

fn parameter(parameter: &Value) -> Parameter {
    let schema = &parameter["schema"];
    let kind = match (schema["enum"].as_array(), schema["type"].as_str()) {
        (Some(some), _) => format!("One of {}.", words(some).join(", ")),
        (None, Some("boolean")) => "true or false.".to_owned(),
        (None, Some("integer")) => match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
            (Some(least), Some(most)) => format!("A whole number from {least} to {most}."),
            _ => "A whole number.".to_owned(),
        },
        _ => String::new(),
    };
    Parameter {
        name: word(&parameter["name"]),
        is_in_path: parameter["in"] == "path",
        is_required: parameter["required"] == true,
        about: word(&parameter["description"]),
        kind,
        is_list: schema["type"] == "array",
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn words(values: &[Value]) -> Vec<String> {
    values.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_has_what_its_page_shows() {
        let create = find("post_clients").unwrap();
        assert_eq!((create.method.as_str(), create.path.as_str()), ("POST", "/api/v2/clients"));
        assert_eq!((create.tag.as_str(), create.is_safe(), create.deletes()), ("Clients", false, false));
        assert_eq!(create.scopes, ["create:clients"]);
        assert!(create.body.as_deref().unwrap().contains("\"name\""));
        assert!(create.answers.iter().any(|(status, _)| status == "201"));
        assert!(create.answers.iter().all(|(_, about)| !about.is_empty()));
        let list = find("get_clients").unwrap();
        let page = list.parameters.iter().find(|parameter| parameter.name == "page").unwrap();
        assert_eq!(page.hint(), "Which page, from 0. A whole number from 0 to 1000000.");
        let get = find("get_clients_by_id").unwrap();
        assert!(get.parameters[0].is_in_path && get.parameters[0].is_required && get.body.is_none());
        assert!(find("nothing").is_none() && find("delete_clients_by_id").unwrap().deletes());
    }

    #[test]
    fn a_search_finds_words_wherever_they_stand() {
        let found = |words: &str| {
            search(words).into_iter().flat_map(|(_, all)| all).map(|one| one.id.as_str()).collect::<Vec<_>>()
        };
        assert!(found("list clients").contains(&"get_clients"));
        assert!(found("DELETE /api/v2/clients/{id}").contains(&"delete_clients_by_id"));
        assert!(found("no such words").is_empty());
        assert_eq!(found("").len(), ALL.len());
    }
}
