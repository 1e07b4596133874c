//! `GET` and `PATCH /api/v2/branding`: what the body names is changed, null takes away.

use axum::extract::State;
use doorward_engine::branding;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn get(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    Query::read(&uri, &[])?;
    let kept = branding::get(web.app(), &caller).await?;
    Ok(answer::json(StatusCode::OK, &kept))
}

pub(crate) async fn update(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let kept = branding::update(web.app(), &caller, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &kept))
}
