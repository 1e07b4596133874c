//! `DELETE /api/v2/users/{id}`: 204, also for a user who is not there. Final.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::users;
use doorward_model::ids::UserId;
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
    let id = path::id(id, UserId::parse)?;
    Query::read(&uri, &[])?;
    users::delete(web.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
