//! `POST /api/v2/keys/signing/rotate`: 201 with the key that signs from now on.

use axum::extract::State;
use doorward_engine::keys;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use super::view;
use crate::answer;
use crate::query::Query;
use crate::refused::Answer;

/// The body, if there is one, says nothing and is not read.
pub(crate) async fn rotate(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    Query::read(&uri, &[])?;
    Ok(answer::json(StatusCode::CREATED, &view::short(&keys::rotate(web.app(), &caller).await?)))
}
