//! `DELETE /api/v2/clients/{client_id}/credentials/{credential_id}`: 204, also for one that is not
//! there, and for one in use.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::clients;
use doorward_model::ids::{ClientId, CredentialId};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::path::{self, Segments};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn delete(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    ids: Segments,
) -> Answer {
    let (client, id) = path::ids(ids, ClientId::parse, ("credential_id", CredentialId::parse))?;
    Query::read(&uri, &[])?;
    clients::delete_credential(web.app(), &caller, &client, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
