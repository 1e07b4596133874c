//! `DELETE /api/v2/connections/{id}/users?email=…`: 204, also when nobody has that address.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::connections;
use doorward_model::ids::ConnectionId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::{Answer, Refused};

pub(crate) async fn delete_user(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, ConnectionId::parse)?;
    let query = Query::read(&uri, &["email"])?;
    let email = query.text("email");
    let email = email.ok_or_else(|| Refused::query("email", "required", "Say whose account is meant."))?;
    connections::delete_user(web.app(), &caller, &id, email).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
