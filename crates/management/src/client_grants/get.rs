//! `GET /api/v2/client-grants/{id}`.

use axum::extract::State;
use doorward_engine::client_grants;
use doorward_model::ids::ClientGrantId;
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
    let id = path::id(id, ClientGrantId::parse)?;
    Query::read(&uri, &[])?;
    let grant = client_grants::get(web.app(), &caller, &id).await?;
    Ok(answer::json(StatusCode::OK, &super::view(&grant)))
}
