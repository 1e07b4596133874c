//! `GET`, `PATCH` and `PUT /api/v2/email-templates/{templateName}`.

use axum::extract::State;
use doorward_engine::email_templates;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn get(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    name: Segment,
) -> Answer {
    let name = path::text(name)?;
    Query::read(&uri, &[])?;
    let found = email_templates::get(web.app(), &caller, &name).await?;
    Ok(answer::json(StatusCode::OK, &found))
}

/// What the body names takes the place of what was there.
pub(crate) async fn update(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    name: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let name = path::text(name)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let changed = email_templates::update(web.app(), &caller, &name, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &changed))
}

/// The body takes the place of the whole, which need not be there.
pub(crate) async fn put(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    name: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let name = path::text(name)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let kept = email_templates::put(web.app(), &caller, &name, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &kept))
}
