//! `POST /api/v2/clients/{id}/rotate-secret`: 200 with the whole client and its new secret.

use axum::extract::State;
use doorward_engine::clients;
use doorward_model::ids::ClientId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::answer;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

/// The body, if there is one, says nothing and is not read.
pub(crate) async fn rotate_secret(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, ClientId::parse)?;
    Query::read(&uri, &[])?;
    let rotated = clients::rotate_secret(web.app(), &caller, &id).await?;
    Ok(answer::json(StatusCode::OK, &super::whole(&rotated, &caller)))
}
