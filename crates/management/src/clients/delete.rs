//! `DELETE /api/v2/clients/{id}`: 204, also for a client that is not there. Final.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::clients;
use doorward_model::ids::ClientId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn delete(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, ClientId::parse)?;
    Query::read(&uri, &[])?;
    clients::delete(web.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
