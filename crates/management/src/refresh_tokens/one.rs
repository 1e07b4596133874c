//! `/api/v2/refresh-tokens/{id}`: GET, PATCH, DELETE (202, also when there is none).

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::refresh_tokens;
use doorward_model::ids::FamilyId;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use super::view;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn get(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, FamilyId::parse)?;
    Query::read(&uri, &[])?;
    let shown = refresh_tokens::get(web.app(), &caller, &id).await?;
    Ok(answer::json(StatusCode::OK, &view::token(&shown)))
}

pub(crate) async fn update(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, FamilyId::parse)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let shown = refresh_tokens::update(web.app(), &caller, &id, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &view::token(&shown)))
}

pub(crate) async fn delete(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, FamilyId::parse)?;
    Query::read(&uri, &[])?;
    refresh_tokens::revoke(web.app(), &caller, &id).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
