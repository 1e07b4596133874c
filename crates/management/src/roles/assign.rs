//! `POST /api/v2/users/{id}/roles`: 204; what the user has they keep.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::roles;
use doorward_model::ids::UserId;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use crate::body;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn assign(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, UserId::parse)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    roles::assign(web.app(), &caller, &id, &wanted).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
