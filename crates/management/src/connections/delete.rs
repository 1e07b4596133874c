//! `DELETE /api/v2/connections/{id}`: 202, also for a connection that is not there. Its people go with it.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::connections;
use doorward_model::ids::ConnectionId;
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
    let id = path::id(id, ConnectionId::parse)?;
    Query::read(&uri, &[])?;
    connections::delete(web.app(), &caller, &id).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
