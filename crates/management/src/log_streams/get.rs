//! `GET /api/v2/log-streams/{id}`.

use axum::extract::State;
use doorward_engine::streams;
use doorward_model::ids::StreamId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::answer;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn get(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, StreamId::parse)?;
    Query::read(&uri, &[])?;
    let stream = streams::get(web.app(), &caller, &id).await?;
    Ok(answer::json(StatusCode::OK, &super::view::view(&stream)))
}
