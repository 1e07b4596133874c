//! `GET /api/v2/resource-servers/{id}`: by id, or by identifier, percent-encoded.

use axum::extract::State;
use doorward_engine::resource_servers;
use doorward_model::api::ApiName;
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
    let name = path::id(id, ApiName::parse)?;
    let fields = Fields::read(&Query::read(&uri, &["fields", "include_fields"])?)?;
    let shown = resource_servers::get(web.app(), &caller, &name).await?;
    Ok(answer::json(StatusCode::OK, &fields.select(super::view::api(&shown))))
}
