//! `POST /api/v2/clients/{id}/secrets`: 201 with a new secret and its value, this once.

use axum::extract::State;
use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_model::client::secrets::NewSecret;
use doorward_model::ids::ClientId;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn add(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, ClientId::parse)?;
    Query::read(&uri, &[])?;
    let new = NewSecret::from_json(&body::object(&headers, &bytes)?).map_err(Fault::from)?;
    let added = clients::add_secret(web.app(), &caller, &id, new).await?;
    Ok(answer::json(StatusCode::CREATED, &super::with_value(&added)))
}
