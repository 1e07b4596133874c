//! The OpenAPI 3.1 document: the rows of `routes`, each with what `schema.rs` beside it says.
//!
//! Must not know any resource. Source: OpenAPI 3.1.0; JSON Schema 2020-12 for its schemas.

use std::collections::BTreeSet;

use doorward_model::schema::{Member, Schema};
use doorward_model::scope::ApiScope;
use doorward_web::route::{Guard, Route};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::components::Components;
use super::errors;
use super::operation::{self, FIELDS, Operation, Parameter};
use super::path;
use crate::besides;

/// Where the API begins; paths in the document are relative to it.
const BASE: &str = "/api/v2";
const ABOUT: &str = "Administers one tenant. Made from the list of routes and the schemas beside them; \
                     what holds for every operation is in docs/reference/management-conventions.md.";
/// Writes are described for both encodings of a body.
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// The document.
#[must_use]
pub fn document() -> Value {
    let components = Components::new();
    let served = crate::routes::served();
    let mut paths: Map<String, Value> = Map::new();
    for route in &served {
        let address = route.path.strip_prefix(BASE).unwrap_or(route.path);
        let item =
            paths.entry(address).or_insert_with(|| json!({ "parameters": path::parameters(route.path) }));
        if let Some(operation) = operation::find(route.operation) {
            item[route.method.as_str().to_lowercase()] = write(route, operation, &components);
        }
    }
    let tags: BTreeSet<String> = served.iter().map(|route| tag(route.path)).collect();
    let mut schemas = components.to_json();
    schemas.insert("Error".to_owned(), errors::schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Doorward Management API",
            "version": "2",
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": BASE }],
        "tags": tags.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": errors::responses(),
            "headers": errors::headers(),
            "securitySchemes": security_schemes(),
        },
    })
}

fn write(route: &Route, operation: &Operation, components: &Components) -> Value {
    let mut object = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [tag(route.path)],
    });
    if !operation.query.is_empty() {
        object["parameters"] = operation.query.iter().map(|one| parameter(one, components)).collect();
    }
    if let Some(body) = operation.body {
        let schema = components.schema(body);
        // A form is an object; a body that is a list can only be said in JSON.
        let kinds = if body.entry().is_some() { &[JSON][..] } else { &[JSON, FORM][..] };
        let mut content: Map<String, Value> =
            kinds.iter().map(|kind| ((*kind).to_owned(), json!({ "schema": schema }))).collect();
        if let (Some(form), Some(encoding)) = (content.get_mut(FORM), in_brackets(body)) {
            form["encoding"] = encoding;
        }
        object["requestBody"] = json!({ "required": true, "content": content });
    }
    object["responses"] = Value::Object(responses(route, operation, components));
    object["security"] = security(route);
    object
}

/// That a form writes a member of a member in brackets; none where a body has no such members.
fn in_brackets(body: &Schema) -> Option<Value> {
    let (Schema::Object(members) | Schema::Open(members)) = body else { return None };
    let objects = members.iter().filter(|member| member.schema.has_members());
    let style = |member: &Member| (member.name.to_owned(), json!({ "style": "deepObject", "explode": true }));
    let encoding: Map<String, Value> = objects.map(style).collect();
    (!encoding.is_empty()).then_some(Value::Object(encoding))
}

/// `/api/v2/client-grants/{id}` is told of under *Client grants*.
fn tag(path: &str) -> String {
    let segment = path.trim_start_matches(BASE).trim_start_matches('/').split('/').next().unwrap_or_default();
    let words = segment.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn parameter(parameter: &Parameter, components: &Components) -> Value {
    let mut object = json!({
        "name": parameter.name,
        "in": "query",
        "description": parameter.about,
        "schema": components.schema(&parameter.schema),
    });
    if parameter.required {
        object["required"] = json!(true);
    }
    object
}

fn responses(route: &Route, operation: &Operation, components: &Components) -> Map<String, Value> {
    let mut all = Map::new();
    for (status, schema) in operation.answers {
        let reason = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
        let mut answer = json!({ "description": reason.unwrap_or("Done") });
        if let Some(schema) = schema {
            let may_choose = operation.query.iter().any(|parameter| parameter.name == FIELDS.name);
            let schema = if may_choose { components.schema(schema) } else { components.whole(schema) };
            answer["content"] = json!({ JSON: { "schema": schema } });
        }
        all.insert(status.to_string(), answer);
    }
    let writes = route.method != Method::GET;
    for error in errors::ALL.iter().filter(|error| error.may_come(writes, operation)) {
        let reference = format!("#/components/responses/{}", error.name);
        all.insert(error.status.to_string(), json!({ "$ref": reference }));
    }
    all
}

/// Any one of the scopes opens, with one of a second kind where that is needed, however the token was
/// come by.
fn security(route: &Route) -> Value {
    let Guard::AnyOf(scopes) = route.guard else { return json!([]) };
    let second = besides::needed(route.operation);
    let sets = scopes.iter().flat_map(|scope| match second {
        [] => vec![vec![scope.as_str()]],
        second => second.iter().map(|more| vec![scope.as_str(), more.as_str()]).collect(),
    });
    sets.flat_map(|set| ["client_credentials", "bearer"].map(|scheme| json!({ scheme: set }))).collect()
}

fn security_schemes() -> Value {
    let scopes: Map<String, Value> =
        ApiScope::ALL.iter().map(|scope| (scope.as_str().to_owned(), json!(scope.description()))).collect();
    json!({
        "client_credentials": {
            "type": "oauth2",
            "description": "A client with a grant on this API asks with its own credentials, audience=https://DOMAIN/api/v2/.",
            "flows": { "clientCredentials": { "tokenUrl": "/oauth/token", "scopes": scopes } },
        },
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token for this API that holds the scope.",
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file in the repository, and with it what is served, is this document. To write it:
    /// `cargo run -p xtask -- openapi`.
    #[test]
    fn the_file_in_the_repository_is_the_document() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/management-v2.json");
        let text = serde_json::to_string_pretty(&document()).unwrap() + "\n";
        if std::env::var_os("DOORWARD_WRITE_OPENAPI").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap();
        assert!(kept == text, "openapi/management-v2.json is out of date: cargo run -p xtask -- openapi");
    }

    #[test]
    fn every_row_is_an_operation_with_its_scopes_and_refusals() {
        let document = document();
        for route in crate::routes::served() {
            let address = route.path.strip_prefix(BASE).unwrap();
            let operation = &document["paths"][address][route.method.as_str().to_lowercase()];
            assert_eq!(operation["operationId"], route.operation);
            for status in ["400", "401", "403", "429"] {
                assert!(operation["responses"][status].is_object(), "{}: {status}", route.operation);
            }
            let Guard::AnyOf(scopes) = route.guard else { panic!("{} is open", route.operation) };
            let second = besides::needed(route.operation).len().max(1);
            assert_eq!(operation["security"].as_array().unwrap().len(), 2 * scopes.len() * second);
        }
    }

    #[test]
    fn a_body_that_is_a_list_is_not_said_to_come_as_a_form() {
        let document = document();
        let kinds = |address: &str, method: &str| {
            let content = document["paths"][address][method]["requestBody"]["content"].as_object();
            content.unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(kinds("/connections/{id}/clients", "patch"), [JSON]);
        assert_eq!(kinds("/clients", "post"), [JSON, FORM]);
    }

    #[test]
    fn a_path_is_told_of_under_its_first_word() {
        assert_eq!(tag("/api/v2/client-grants/{id}"), "Client grants");
        assert_eq!(tag("/api/v2/users-by-email"), "Users by email");
    }
}
