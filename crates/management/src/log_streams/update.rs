//! `PATCH /api/v2/log-streams/{id}`: what the body names is replaced, but for secrets that it leaves empty.

use axum::extract::State;
use doorward_engine::streams;
use doorward_model::ids::StreamId;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn update(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, StreamId::parse)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let changed = streams::update(web.app(), &caller, &id, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &super::view::view(&changed)))
}
