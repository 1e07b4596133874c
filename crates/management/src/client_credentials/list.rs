//! `GET /api/v2/clients/{client_id}/credentials`: a bare array, newest first, whatever the paging:
//! a client has a handful. Its tools send paging parameters all the same.

use axum::extract::State;
use doorward_engine::clients;
use doorward_model::ids::ClientId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use crate::answer;
use crate::paging::Page;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn list(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, ClientId::parse)?;
    // Read for their mistakes only.
    Page::read(&Query::read(&uri, &["page", "per_page", "include_totals"])?)?;
    let found = clients::list_credentials(web.app(), &caller, &id).await?;
    let shown: Value = found.iter().map(super::view).collect();
    Ok(answer::json(StatusCode::OK, &shown))
}
