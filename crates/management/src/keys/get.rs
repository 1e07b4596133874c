//! `GET /api/v2/keys/signing/{kid}`.

use axum::extract::State;
use doorward_engine::keys;
use doorward_model::ids::KeyId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use super::view;
use crate::answer;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn get(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    kid: Segment,
) -> Answer {
    let kid = path::id(kid, KeyId::parse)?;
    Query::read(&uri, &[])?;
    Ok(answer::json(StatusCode::OK, &view::key(&keys::get(web.app(), &caller, &kid).await?)))
}
