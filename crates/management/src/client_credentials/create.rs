//! `POST /api/v2/clients/{client_id}/credentials`: 201. The client uses the key once its
//! `client_authentication_methods` name it.

use axum::extract::State;
use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_model::client::credential::NewCredential;
use doorward_model::ids::ClientId;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn create(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, ClientId::parse)?;
    Query::read(&uri, &[])?;
    let new = NewCredential::from_json(&body::object(&headers, &bytes)?).map_err(Fault::from)?;
    let made = clients::add_credential(web.app(), &caller, &id, new).await?;
    Ok(answer::json(StatusCode::CREATED, &super::view(&made)))
}
