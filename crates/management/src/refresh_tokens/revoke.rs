//! `POST /api/v2/refresh-tokens/revoke` and `DELETE /api/v2/users/{id}/refresh-tokens`: 202. What is
//! revoked is revoked when the answer is sent; 202 is the original's number.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::fault::Fault;
use doorward_engine::refresh_tokens::{self, Which};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::{ClientId, FamilyId, IdError, UserId};
use doorward_model::json::{Object, text, texts, unknown};
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;

use crate::body;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

/// How many tokens are named by one request.
pub(super) const MOST: usize = 100;

pub(crate) async fn revoke(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    Query::read(&uri, &[])?;
    let which = read(&body::object(&headers, &bytes)?).map_err(Fault::from)?;
    refresh_tokens::revoke_many(web.app(), &caller, &which).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

pub(crate) async fn revoke_of_user(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let user = path::id(id, UserId::parse)?;
    Query::read(&uri, &[])?;
    let which = Which::OfUser { user, client: None, audience: None };
    refresh_tokens::revoke_many(web.app(), &caller, &which).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// Reads which tokens a body means: those of a list, of a person, or of a client.
fn read(body: &Object) -> Result<Which, FieldErrors> {
    let mut errors = FieldErrors::default();
    let (mut ids, mut user, mut client, mut audience) = (None, None, None, None);
    for (name, value) in body {
        match name.as_str() {
            "ids" => ids = families(value, &mut errors),
            "user_id" => user = id(value, name, UserId::parse, &mut errors),
            "client_id" => client = id(value, name, ClientId::parse, &mut errors),
            "audience" => audience = text(value, name, &mut errors),
            _ => errors.push(unknown(name)),
        }
    }
    errors.into_result(())?;
    let others = user.is_some() || client.is_some() || audience.is_some();
    match (ids, user, client) {
        (Some(ids), ..) if !others => Ok(Which::Ids(ids)),
        (Some(_), ..) => {
            Err(FieldError::new("ids", "unique", "Name tokens by their ids, or by person and client.").into())
        }
        (None, Some(user), client) => Ok(Which::OfUser { user, client, audience }),
        (None, None, Some(client)) => Ok(Which::OfClient { client, audience }),
        (None, None, None) => {
            Err(FieldError::new("ids", "required", "Say which: ids, user_id, or client_id.").into())
        }
    }
}

fn id<T>(
    value: &Value,
    path: &str,
    parse: fn(&str) -> Result<T, IdError>,
    errors: &mut FieldErrors,
) -> Option<T> {
    let id = parse(&text(value, path, errors)?);
    if let Err(error) = &id {
        errors.push(FieldError::new(path, "pattern", format!("This is no id: {error}.")));
    }
    id.ok()
}

fn families(value: &Value, errors: &mut FieldErrors) -> Option<Vec<FamilyId>> {
    let listed = texts(value, "ids", errors)?;
    if listed.is_empty() || listed.len() > MOST {
        let rule = if listed.is_empty() { "min_length" } else { "max_length" };
        errors.push(FieldError::new("ids", rule, format!("Name 1 to {MOST} tokens.")));
        return None;
    }
    let read = |(at, one): (usize, &String)| {
        id(&Value::from(one.as_str()), &format!("ids.{at}"), FamilyId::parse, errors)
    };
    let ids: Vec<FamilyId> = listed.iter().enumerate().filter_map(read).collect();
    (ids.len() == listed.len()).then_some(ids)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn which(body: &Value) -> Result<Which, Vec<String>> {
        read(body.as_object().unwrap()).map_err(|errors| {
            errors.all().iter().map(|error| format!("{} {}", error.path, error.rule)).collect()
        })
    }

    #[test]
    fn tokens_are_meant_by_id_by_person_or_by_client() {
        assert!(matches!(which(&json!({ "ids": ["a", "b"] })), Ok(Which::Ids(ids)) if ids.len() == 2));
        let of_user = which(&json!({ "user_id": "auth0|1", "client_id": "app", "audience": "x" }));
        assert!(matches!(of_user, Ok(Which::OfUser { client: Some(_), audience: Some(_), .. })));
        assert!(matches!(which(&json!({ "client_id": "app" })), Ok(Which::OfClient { audience: None, .. })));
    }

    #[test]
    fn what_means_nothing_or_two_things_is_refused() {
        for (body, finding) in [
            (json!({}), "ids required"),
            (json!({ "audience": "x" }), "ids required"),
            (json!({ "ids": [] }), "ids min_length"),
            (json!({ "ids": vec!["a"; 101] }), "ids max_length"),
            (json!({ "ids": ["a b"] }), "ids.0 pattern"),
            (json!({ "ids": ["a"], "client_id": "app" }), "ids unique"),
            (json!({ "user_id": 1 }), "user_id type"),
            (json!({ "everything": true }), "everything additional_properties"),
        ] {
            assert_eq!(which(&body), Err(vec![finding.to_owned()]), "{body}");
        }
    }
}
