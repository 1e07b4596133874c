//! `GET /api/v2/roles/{id}`.

use axum::extract::State;
use doorward_engine::roles;
use doorward_model::ids::RoleId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::answer;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn get(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, RoleId::parse)?;
    Query::read(&uri, &[])?;
    let role = roles::get(web.app(), &caller, &id).await?;
    Ok(answer::json(StatusCode::OK, &super::view(&role)))
}
