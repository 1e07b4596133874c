//! `DELETE /api/v2/users/{id}/roles`: 204; those that the user has not do not count.

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

pub(crate) async fn unassign(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, UserId::parse)?;
    Query::read(&uri, &[])?;
    let unwanted = body::object(&headers, &bytes)?;
    roles::unassign(web.app(), &caller, &id, &unwanted).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
