//! `PATCH /api/v2/users/{id}`: what the body names is replaced; metadata is merged by its first-level
//! names.

use axum::extract::State;
use doorward_engine::users;
use doorward_model::ids::UserId;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use super::view;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

pub(crate) async fn update(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let id = path::id(id, UserId::parse)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let changed = users::update(web.app(), &caller, &id, &wanted).await?;
    Ok(answer::json(StatusCode::OK, &view::user(&changed)))
}
