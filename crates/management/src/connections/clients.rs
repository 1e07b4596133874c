//! `GET` and `PATCH /api/v2/connections/{id}/clients`: by checkpoint, and 204 for switching.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::connections::{self, Switch};
use doorward_engine::fault::Fault;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::{ClientId, ConnectionId};
use doorward_model::json::{flag, object, text, unknown};
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use crate::checkpoint::{Checkpoint, List};
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::{Answer, Refused};
use crate::{answer, body};

/// How many clients are switched by one request.
pub(super) const MOST: usize = 50;

pub(crate) async fn list_clients(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, ConnectionId::parse)?;
    // The list gives no total; the SDK asks for one all the same.
    let query = Query::read(&uri, &["from", "take", "include_totals"])?;
    query.flag("include_totals")?;
    let list = List { app: web.app(), tenant: &caller.tenant.tenant.id, name: "clients", of: id.as_str() };
    let checkpoint = Checkpoint::read(list, &query)?;
    let bad = || Refused::query("from", "format", "This is no checkpoint of this list.");
    let after = checkpoint.after.as_deref().map(ClientId::parse).transpose().map_err(|_| bad())?;
    let found = connections::clients(web.app(), &caller, &id, after.as_ref(), checkpoint.wanted()).await?;
    let body =
        checkpoint.envelope(list, &found, ToString::to_string, |client| json!({ "client_id": client }))?;
    Ok(answer::json(StatusCode::OK, &body))
}

pub(crate) async fn switch_clients(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, ConnectionId::parse)?;
    Query::read(&uri, &[])?;
    let wanted = read(&body::array(&headers, &bytes)?).map_err(Fault::from)?;
    connections::switch_clients(web.app(), &caller, &id, &wanted).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A list of clients, each with its switch, each once.
fn read(body: &[Value]) -> Result<Vec<Switch>, FieldErrors> {
    let mut errors = FieldErrors::default();
    if body.is_empty() || body.len() > MOST {
        let rule = if body.is_empty() { "min_length" } else { "max_length" };
        errors.push(FieldError::new("clients", rule, format!("Name 1 to {MOST} clients.")));
        return Err(errors);
    }
    let mut switches: Vec<Switch> = Vec::with_capacity(body.len());
    for (at, entry) in body.iter().enumerate() {
        if let Some(switch) = read_one(entry, &format!("clients.{at}"), &mut errors) {
            if switches.iter().any(|other| other.client == switch.client) {
                let text = "This client came twice. Name it once.";
                errors.push(FieldError::new(format!("clients.{at}.client_id"), "unique", text));
            }
            switches.push(switch);
        }
    }
    errors.into_result(switches)
}

fn read_one(entry: &Value, path: &str, errors: &mut FieldErrors) -> Option<Switch> {
    let members = object(entry, path, errors)?;
    let (mut client, mut status) = (None, None);
    for (name, value) in members {
        let inner = format!("{path}.{name}");
        match name.as_str() {
            "client_id" => client = client_id(value, &inner, errors),
            "status" => status = flag(value, &inner, errors),
            _ => errors.push(unknown(&inner)),
        }
    }
    for required in ["client_id", "status"] {
        if !members.contains_key(required) {
            errors.push(FieldError::new(format!("{path}.{required}"), "required", "This must be given."));
        }
    }
    Some(Switch { client: client?, is_on: status? })
}

fn client_id(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<ClientId> {
    let id = ClientId::parse(&text(value, path, errors)?);
    if let Err(error) = &id {
        errors.push(FieldError::new(path, "pattern", format!("This is no client id: {error}.")));
    }
    id.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(body: &Value) -> Vec<String> {
        let errors = read(body.as_array().unwrap()).unwrap_err();
        errors.all().iter().map(|error| format!("{} {}", error.path, error.rule)).collect()
    }

    #[test]
    fn switches_are_read_in_order() {
        let body = json!([{ "client_id": "a", "status": true }, { "status": false, "client_id": "b" }]);
        let switches = read(body.as_array().unwrap()).unwrap();
        let read: Vec<_> = switches.iter().map(|switch| (switch.client.as_str(), switch.is_on)).collect();
        assert_eq!(read, [("a", true), ("b", false)]);
    }

    #[test]
    fn what_is_no_list_of_switches_is_said_place_by_place() {
        assert_eq!(findings(&json!([])), ["clients min_length"]);
        let many: Vec<Value> =
            (0..51).map(|at| json!({ "client_id": at.to_string(), "status": true })).collect();
        assert_eq!(findings(&Value::Array(many)), ["clients max_length"]);
        assert_eq!(findings(&json!(["a"])), ["clients.0 type"]);
        assert_eq!(
            findings(&json!([{ "client_id": "a b", "status": 1, "x": 1 }, {}])),
            [
                "clients.0.client_id pattern",
                "clients.0.status type",
                "clients.0.x additional_properties",
                "clients.1.client_id required",
                "clients.1.status required",
            ]
        );
        let twice = json!([{ "client_id": "a", "status": true }, { "client_id": "a", "status": false }]);
        assert_eq!(findings(&twice), ["clients.1.client_id unique"]);
    }
}
