//! The OpenAPI document against the server: what it says of queries and bodies is what is read.

use std::collections::BTreeSet;

use doorward_model::client::kind::ClientKind;
use doorward_model::scope::ApiScope;
use serde_json::{Map, Value, json};

use crate::kit::{Asked, ClientKey, EMAIL, House, Machine, PASSWORD, Via, Visitor};

const DOCUMENT: &str = "/api/v2/openapi.json";
const NONSENSE: &str = "nonsense";

#[tokio::test]
async fn the_document_is_for_everybody_and_is_not_sent_twice() {
    let house = House::new().await;
    let answer = house.get(DOCUMENT).await.is(200);
    assert_eq!(answer.json(), doorward_management::openapi::document());
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let tag = answer.header("etag").unwrap();
    let again = house.send(Asked::get(DOCUMENT).header("if-none-match", tag)).await.is(304);
    assert!(again.text().is_empty());
    assert_eq!(again.header("etag"), Some(tag));
    house.send(Asked::get(DOCUMENT).header("if-none-match", "\"other\"")).await.is(200);
    house.send(Asked::new("POST", DOCUMENT)).await.is(405);
}

/// One operation of the document, at a place where what it is about exists.
struct Operation {
    id: String,
    method: String,
    path: String,
    query: BTreeSet<String>,
    body: Option<Value>,
    answers: BTreeSet<String>,
}

fn operations(places: &Places) -> Vec<Operation> {
    let document = doorward_management::openapi::document();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(key, _)| *key != "parameters") {
            let query = operation["parameters"].as_array().into_iter().flatten();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            all.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: format!("/api/v2{}", places.fill(path)),
                query: query.map(|one| one["name"].as_str().unwrap().to_owned()).collect(),
                body: (!schema.is_null()).then(|| resolved(&document, schema)),
                answers: operation["responses"].as_object().unwrap().keys().cloned().collect(),
            });
        }
    }
    all
}

/// A schema that is a reference, as what it refers to.
fn resolved(document: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap().clone(),
        None => schema.clone(),
    }
}

fn members(schema: &Value) -> BTreeSet<String> {
    schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// Ids of things that exist.
struct Places {
    client: String,
    connection: String,
    role: String,
    user: String,
    session: String,
    token: String,
    api: String,
    grant: String,
    credential: String,
}

impl Places {
    async fn new(house: &House, machine: &Machine<'_>) -> Self {
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let visitor = Visitor::new(house);
        let offline = party.authorize(&[("scope", "openid offline_access")]);
        let callback = visitor.log_in(&offline, EMAIL, PASSWORD).await;
        party.swap(&callback.query("code").unwrap()).await.is(200);
        house.make_api("https://api.test/", "Things", &[]).await;
        let role = machine.post("/api/v2/roles", &json!({ "name": "Editor" })).await.is(200).json();
        let first = async |path: &str, list: &str, name: &str| {
            let found = machine.get(path).await.is(200).json();
            let found = if list.is_empty() { found } else { found[list].clone() };
            found[0][name].as_str().unwrap_or_else(|| panic!("{path}: {found}")).to_owned()
        };
        let user = house.user_id(EMAIL).await.replace('|', "%7C");
        let client = machine.client_id.clone();
        let key = json!({ "credential_type": "public_key", "pem": ClientKey::new().pem() });
        let made = machine.post(&format!("/api/v2/clients/{client}/credentials"), &key).await;
        Self {
            connection: first("/api/v2/connections", "", "id").await,
            role: role["id"].as_str().unwrap().to_owned(),
            session: first(&format!("/api/v2/users/{user}/sessions"), "sessions", "id").await,
            token: first(&format!("/api/v2/users/{user}/refresh-tokens"), "tokens", "id").await,
            api: first("/api/v2/resource-servers?identifiers=https://api.test/", "", "id").await,
            grant: first("/api/v2/client-grants", "", "id").await,
            credential: made.is(201).json()["id"].as_str().unwrap().to_owned(),
            client,
            user,
        }
    }

    fn fill(&self, path: &str) -> String {
        let id = match path.trim_start_matches('/').split('/').next().unwrap() {
            "clients" => &self.client,
            "connections" => &self.connection,
            "roles" => &self.role,
            "users" | "user-blocks" => &self.user,
            "sessions" => &self.session,
            "refresh-tokens" => &self.token,
            "resource-servers" => &self.api,
            "client-grants" => &self.grant,
            _ => "nobody",
        };
        path.replace("{credential_id}", &self.credential).replace("{secret_id}", "nobody").replace("{id}", id)
    }
}

fn everything() -> Vec<&'static str> {
    ApiScope::ALL.iter().map(|scope| scope.as_str()).collect()
}

#[tokio::test]
async fn the_parameters_of_a_query_are_those_that_are_read() {
    let house = House::new().await;
    let machine = house.machine(&everything()).await;
    let places = Places::new(&house, &machine).await;
    for operation in operations(&places) {
        let asked = Asked::new(&operation.method, &format!("{}?{NONSENSE}=1", operation.path));
        let refused = machine.send(asked).await.is(400).json();
        let message = refused["message"].as_str().unwrap();
        let (_, known) =
            message.split_once("It knows: ").unwrap_or_else(|| panic!("{}: {message}", operation.id));
        let known: BTreeSet<String> = known
            .trim_end_matches([')', '.'])
            .split(", ")
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        assert_eq!(operation.query, known, "{}", operation.id);
    }
}

/// Whatever a text that is too long does: the status is one that the document names.
#[tokio::test]
async fn a_query_that_is_too_long_is_answered_as_the_document_says() {
    let house = House::new().await;
    let machine = house.machine(&everything()).await;
    let places = Places::new(&house, &machine).await;
    let mut found = BTreeSet::new();
    for operation in operations(&places).iter().filter(|operation| operation.method == "GET") {
        for name in &operation.query {
            let asked = format!("{}?{name}={}", operation.path, "a".repeat(5000));
            let status = machine.get(&asked).await.status.as_u16().to_string();
            assert!(operation.answers.contains(&status), "{} {name}: {status}", operation.id);
            found.insert(status);
        }
    }
    assert!(found.contains("414") && found.contains("400"), "{found:?}");
}

/// The names of a body that an operation said it does not know.
async fn unknown(machine: &Machine<'_>, operation: &Operation, names: &BTreeSet<String>) -> BTreeSet<String> {
    // No reader takes this for a good value, whatever type it wants; so nothing is done.
    let object: Map<String, Value> = names
        .iter()
        .chain([&NONSENSE.to_owned()])
        .map(|name| (name.clone(), json!({ "": [null] })))
        .collect();
    let is_list = operation.body.as_ref().is_some_and(|body| body["type"] == "array");
    let body = if is_list { json!([object]) } else { Value::Object(object) };
    let answer = machine.send(Asked::json(&operation.method, &operation.path, &body)).await;
    assert_eq!(answer.status, 400, "{}: {}", operation.id, answer.text());
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    let found = message.split("'additional_properties' on property ").skip(1);
    let paths = found.map(|rest| rest.split(' ').next().unwrap());
    let prefix = if is_list { "clients.0." } else { "" };
    paths
        .filter_map(|path| path.strip_prefix(prefix))
        .filter(|name| !name.contains('.'))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn the_names_of_a_body_are_those_that_are_read() {
    let house = House::new().await;
    let machine = house.machine(&everything()).await;
    let person = house.person(&everything()).await;
    let places = Places::new(&house, &machine).await;
    let operations: Vec<Operation> =
        operations(&places).into_iter().filter(|operation| operation.body.is_some()).collect();
    assert!(operations.len() > 20, "{}", operations.len());
    let document = doorward_management::openapi::document();
    let schemas = document["components"]["schemas"].as_object().unwrap().values();
    let mut all: BTreeSet<String> = schemas.flat_map(members).collect();
    all.extend(operations.iter().flat_map(|operation| members(operation.body.as_ref().unwrap())));
    let mut differences = Vec::new();
    for operation in &operations {
        let body = operation.body.as_ref().unwrap();
        let described = members(if body["type"] == "array" { &body["items"] } else { body });
        assert!(!described.is_empty(), "{}", operation.id);
        let caller = if operation.id == "post_device_credentials" { &person.caller } else { &machine };
        for name in unknown(caller, operation, &described).await {
            if name != NONSENSE {
                differences.push(format!("{}: {name} is described and not read", operation.id));
            }
        }
        let others: BTreeSet<String> = all.difference(&described).cloned().collect();
        let refused = unknown(caller, operation, &others).await;
        assert!(refused.contains(NONSENSE), "{}", operation.id);
        let read = others.difference(&refused);
        differences.extend(read.map(|name| format!("{}: {name} is read and not described", operation.id)));
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

/// The names that the document says the answer of an operation always has.
fn demanded(path: &str, method: &str) -> BTreeSet<String> {
    let document = doorward_management::openapi::document();
    let answers = document["paths"][path][method]["responses"].as_object().unwrap();
    let (_, answer) = answers.iter().find(|(status, _)| status.starts_with('2')).unwrap();
    let names = &answer["content"]["application/json"]["schema"]["required"];
    let names = names.as_array().unwrap_or_else(|| panic!("{method} {path} demands nothing"));
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn names(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

/// What all of some answers have, and no name more.
#[track_caller]
fn assert_always(path: &str, method: &str, answers: &[Value]) {
    let common = answers.iter().map(names).reduce(|all, one| all.intersection(&one).cloned().collect());
    assert_eq!(common.unwrap(), demanded(path, method), "{method} {path}");
}

/// Made with as little as may be, and with as much; told of after a change.
#[tokio::test]
async fn what_an_answer_always_has_is_what_the_document_demands_of_it() {
    let house = House::new().await;
    let machine = house.machine(&everything()).await;
    let changed = async |path: String, body: Value| machine.patch(&path, &body).await.is(200).json();
    let id = |made: &Value, name: &str| made[name].as_str().unwrap().replace('|', "%7C");

    let keeper = house.machine(&["update:client_credentials"]).await;
    let mut answers = vec![machine.post("/api/v2/clients", &json!({ "name": "x" })).await.is(201).json()];
    let client = format!("/api/v2/clients/{}", id(&answers[0], "client_id"));
    answers.push(changed(client.clone(), json!({ "callbacks": [], "app_type": "spa" })).await);
    answers
        .push(keeper.patch(&client, &json!({ "token_endpoint_auth_method": "none" })).await.is(200).json());
    let nothing =
        json!({ "refresh_token": null, "jwt_configuration": null, "callbacks": null, "app_type": null });
    answers.push(changed(client, nothing).await);
    for (path, method) in
        [("/clients", "post"), ("/clients/{id}", "patch"), ("/clients/{id}/rotate-secret", "post")]
    {
        assert_always(path, method, &answers);
    }

    let bare = json!({ "identifier": "urn:a" });
    let mut answers = vec![machine.post("/api/v2/resource-servers", &bare).await.is(201).json()];
    let api = format!("/api/v2/resource-servers/{}", id(&answers[0], "id"));
    answers.push(changed(api, json!({ "name": "A", "scopes": [{ "value": "a" }] })).await);
    assert_always("/resource-servers", "post", &answers);
    assert_always("/resource-servers/{id}", "patch", &answers);

    let bare = json!({ "name": "Staff", "strategy": "auth0" });
    let mut answers = vec![machine.post("/api/v2/connections", &bare).await.is(201).json()];
    let connection = format!("/api/v2/connections/{}", id(&answers[0], "id"));
    answers.push(changed(connection, json!({ "display_name": "S", "metadata": { "a": "b" } })).await);
    assert_always("/connections", "post", &answers);
    assert_always("/connections/{id}", "patch", &answers);

    let bare = json!({ "connection": "Staff", "email": "a@a.test", "password": PASSWORD });
    let mut answers = vec![machine.post("/api/v2/users", &bare).await.is(201).json()];
    let user = format!("/api/v2/users/{}", id(&answers[0], "user_id"));
    answers.push(
        changed(user, json!({ "given_name": "A", "user_metadata": { "a": 1 }, "blocked": true })).await,
    );
    assert_always("/users", "post", &answers);
    assert_always("/users/{id}", "patch", &answers);

    let settings =
        changed("/api/v2/tenants/settings".to_owned(), json!({ "picture_url": "https://a.test/p" })).await;
    let less = changed("/api/v2/tenants/settings".to_owned(), json!({ "picture_url": null })).await;
    assert_always("/tenants/settings", "patch", &[settings, less]);

    let template = json!({
        "template": "welcome_email", "body": "x", "from": "a@b.test", "subject": "s", "syntax": "liquid",
        "enabled": true,
    });
    let mut answers = vec![machine.post("/api/v2/email-templates", &template).await.is(200).json()];
    let one = "/api/v2/email-templates/welcome_email";
    answers.push(changed(one.to_owned(), json!({ "urlLifetimeInSeconds": 60 })).await);
    answers.push(machine.get(one).await.is(200).json());
    assert_always("/email-templates", "post", &answers);
    assert_always("/email-templates/{templateName}", "get", &answers);

    let mut events = machine.get("/api/v2/logs?per_page=100").await.is(200).json();
    for event in events.as_array_mut().unwrap() {
        // Whatever comes by the command line has no host.
        event.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "hostname" | "tenant_name"));
    }
    assert_always("/logs/{id}", "get", events.as_array().unwrap());
}
