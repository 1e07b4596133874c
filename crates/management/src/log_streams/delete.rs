//! `DELETE /api/v2/log-streams/{id}`: 204, also for a stream that is not there.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::streams;
use doorward_model::ids::StreamId;
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
    let id = path::id(id, StreamId::parse)?;
    Query::read(&uri, &[])?;
    streams::delete(web.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
