//! `GET /api/v2/connections/{id}/status`: 200 without a body while people can log in through it.
//!
//! A database of ours is there whenever this server is.

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

pub(crate) async fn status(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, ConnectionId::parse)?;
    Query::read(&uri, &[])?;
    connections::get(web.app(), &caller, &id).await?;
    Ok(StatusCode::OK.into_response())
}
