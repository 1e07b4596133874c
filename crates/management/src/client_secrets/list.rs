//! `GET /api/v2/clients/{id}/secrets`: 200 with the live ones, the client secret first.

use axum::extract::State;
use doorward_engine::clients;
use doorward_model::ids::ClientId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use crate::answer;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn list(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, ClientId::parse)?;
    Query::read(&uri, &[])?;
    let found = clients::list_secrets(web.app(), &caller, &id).await?;
    let shown: Value = found.iter().map(super::view).collect();
    Ok(answer::json(StatusCode::OK, &shown))
}
