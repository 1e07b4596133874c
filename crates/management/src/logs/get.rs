//! `GET /api/v2/logs/{id}`.

use axum::extract::State;
use doorward_engine::logs;
use doorward_engine::logs::explain::explained;
use doorward_model::ids::LogId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use super::view::shown;
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
    let id = path::id(id, LogId::parse)?;
    Query::read(&uri, &[])?;
    let event = logs::get::get(web.app(), &caller, &id).await?;
    let known = explained(web.app(), &caller, &event).await?;
    Ok(answer::json(StatusCode::OK, &shown(&event, known.as_ref())))
}
