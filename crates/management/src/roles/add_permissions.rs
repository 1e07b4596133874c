//! `POST /api/v2/roles/{id}/permissions`: 201; what the role has it keeps.

use axum::extract::State;
use doorward_engine::roles;
use doorward_model::ids::RoleId;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::json;

use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn add_permissions(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, RoleId::parse)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    roles::add_permissions(web.app(), &caller, &id, &wanted).await?;
    Ok(answer::json(StatusCode::CREATED, &json!({})))
}
