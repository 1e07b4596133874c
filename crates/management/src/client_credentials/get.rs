//! `GET /api/v2/clients/{client_id}/credentials/{credential_id}`.

use axum::extract::State;
use doorward_engine::clients;
use doorward_model::ids::{ClientId, CredentialId};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::answer;
use crate::path::{self, Segments};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn get(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    ids: Segments,
) -> Answer {
    let (client, id) = path::ids(ids, ClientId::parse, ("credential_id", CredentialId::parse))?;
    Query::read(&uri, &[])?;
    let found = clients::credential(web.app(), &caller, &client, &id).await?;
    Ok(answer::json(StatusCode::OK, &super::view(&found)))
}
