//! `DELETE /api/v2/client-grants/{id}`: 204, also for a grant that is not there.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::client_grants;
use doorward_model::ids::ClientGrantId;
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
    let id = path::id(id, ClientGrantId::parse)?;
    Query::read(&uri, &[])?;
    client_grants::delete(web.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
