//! `GET /api/v2/tenants/settings`.

use axum::extract::State;
use doorward_engine::tenants;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::answer;
use crate::fields::Fields;
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn get_settings(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let fields = Fields::read(&Query::read(&uri, &["fields", "include_fields"])?)?;
    let settings = tenants::settings(web.app(), &caller).await?;
    Ok(answer::json(StatusCode::OK, &fields.select(settings.to_api())))
}
