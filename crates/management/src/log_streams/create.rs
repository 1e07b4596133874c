//! `POST /api/v2/log-streams`: 200 with the stream.

use axum::extract::State;
use doorward_engine::streams;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn create(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let made = streams::create(web.app(), &caller, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &super::view::view(&made)))
}
