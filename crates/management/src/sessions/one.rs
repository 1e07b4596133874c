//! `/api/v2/sessions/{id}`: GET, PATCH, DELETE (202), and POST `…/revoke` (202). What ends is ended when the
//! answer is sent; 202 is the original's number.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::sessions;
use doorward_model::ids::SessionId;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use super::view;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn get(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, SessionId::parse)?;
    Query::read(&uri, &[])?;
    let session = sessions::get(web.app(), &caller, &id).await?;
    Ok(answer::json(StatusCode::OK, &view::session(&session, &caller.tenant.tenant.settings)))
}

pub(crate) async fn update(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, SessionId::parse)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let session = sessions::update(web.app(), &caller, &id, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &view::session(&session, &caller.tenant.tenant.settings)))
}

pub(crate) async fn end(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, SessionId::parse)?;
    Query::read(&uri, &[])?;
    sessions::end(web.app(), &caller, &id).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// The body, if there is one, says nothing and is not read.
pub(crate) async fn revoke(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, SessionId::parse)?;
    Query::read(&uri, &[])?;
    sessions::revoke(web.app(), &caller, &id).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
