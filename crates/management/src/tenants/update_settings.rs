//! `PATCH /api/v2/tenants/settings`: what the body names is replaced, null clears.

use axum::extract::State;
use doorward_engine::tenants;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn update_settings(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let settings = tenants::update_settings(web.app(), &caller, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &settings.to_api()))
}
