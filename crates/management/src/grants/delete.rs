//! `DELETE /api/v2/grants/{id}` and `DELETE /api/v2/grants?user_id=…`: 204, also when there is none.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::grants;
use doorward_model::ids::{GrantId, UserId};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use super::list;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::{Answer, Refused};

pub(crate) async fn delete(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, GrantId::parse)?;
    Query::read(&uri, &[])?;
    grants::delete(web.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn delete_of_user(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
) -> Answer {
    let query = Query::read(&uri, &["user_id"])?;
    let user = list::id(&query, "user_id", UserId::parse)?;
    let text = "Say whose grants are meant.";
    let user = user.ok_or_else(|| Refused::query("user_id", "required", text))?;
    grants::delete_of_user(web.app(), &caller, &user).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
