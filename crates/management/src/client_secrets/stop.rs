//! `DELETE /api/v2/clients/{id}/secrets/{secret_id}`: 204, and what still sends it is refused.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::clients;
use doorward_model::ids::{ClientId, SecretId};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::path::{self, Segments};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn stop(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    ids: Segments,
) -> Answer {
    let (client, secret) = path::ids(ids, ClientId::parse, ("secret_id", SecretId::parse))?;
    Query::read(&uri, &[])?;
    clients::stop_secret(web.app(), &caller, &client, &secret).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
