//! `PATCH /api/v2/connections/{id}`: what the body names is replaced, `options` as a whole.

use axum::extract::State;
use doorward_engine::connections;
use doorward_model::ids::ConnectionId;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use super::view;
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
    let id = path::id(id, ConnectionId::parse)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let changed = connections::update(web.app(), &caller, &id, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &view::connection(&changed)))
}
