//! `GET /api/v2/clients/{id}`.

use axum::extract::State;
use doorward_engine::clients;
use doorward_model::ids::ClientId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

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
    let id = path::id(id, ClientId::parse)?;
    let fields = Fields::read(&Query::read(&uri, &["fields", "include_fields"])?)?;
    super::check_fields(web.app(), &fields, &caller).await?;
    let shown = clients::get(web.app(), &caller, &id).await?;
    Ok(answer::json(StatusCode::OK, &fields.select(super::view(&shown, &caller))))
}
