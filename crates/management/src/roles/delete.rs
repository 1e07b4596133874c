//! `DELETE /api/v2/roles/{id}`: 200 with an empty object, also for a role that is not there.

use axum::extract::State;
use doorward_engine::roles;
use doorward_model::ids::RoleId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::json;

use crate::answer;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn delete(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, RoleId::parse)?;
    Query::read(&uri, &[])?;
    roles::delete(web.app(), &caller, &id).await?;
    Ok(answer::json(StatusCode::OK, &json!({})))
}
