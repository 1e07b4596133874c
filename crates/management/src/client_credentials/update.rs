//! `PATCH /api/v2/clients/{client_id}/credentials/{credential_id}`: 200. Only its end can be changed.

use axum::extract::State;
use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_model::client::credential::read_change;
use doorward_model::ids::{ClientId, CredentialId};
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use crate::path::{self, Segments};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn update(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    ids: Segments,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let (client, id) = path::ids(ids, ClientId::parse, ("credential_id", CredentialId::parse))?;
    Query::read(&uri, &[])?;
    let end = read_change(&body::object(&headers, &bytes)?).map_err(Fault::from)?;
    let changed = clients::expire_credential(web.app(), &caller, (&client, &id), end).await?;
    Ok(answer::json(StatusCode::OK, &super::view(&changed)))
}
