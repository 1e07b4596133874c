//! `DELETE /api/v2/resource-servers/{id}`: 204, also for an API that is not there.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::resource_servers;
use doorward_model::api::ApiName;
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
    let name = path::id(id, ApiName::parse)?;
    Query::read(&uri, &[])?;
    resource_servers::delete(web.app(), &caller, &name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
