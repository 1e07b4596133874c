//! `PUT /api/v2/keys/signing/{kid}/revoke`: 200 with the key that is believed no more.

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

/// The body, if there is one, says nothing and is not read.
pub(crate) async fn revoke(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    kid: Segment,
) -> Answer {
    let kid = path::id(kid, KeyId::parse)?;
    Query::read(&uri, &[])?;
    Ok(answer::json(StatusCode::OK, &view::short(&keys::revoke(web.app(), &caller, &kid).await?)))
}
