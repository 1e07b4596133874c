//! `GET /api/v2/users/{id}`: for programs, and for the person themselves.

use axum::extract::State;
use doorward_engine::users;
use doorward_model::ids::UserId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use super::view;
use crate::answer;
use crate::fields::Fields;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn get(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, UserId::parse)?;
    let fields = Fields::read(&Query::read(&uri, &["fields", "include_fields"])?)?;
    let shown = users::get(web.app(), &caller, &id).await?;
    Ok(answer::json(StatusCode::OK, &fields.select(view::user(&shown))))
}
