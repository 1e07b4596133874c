//! `GET /api/v2/log-streams`: all of them; there are never many.

use axum::extract::State;
use doorward_engine::streams;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use super::view::view;
use crate::answer;
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    Query::read(&uri, &[])?;
    let all = streams::list(web.app(), &caller).await?;
    let shown: Vec<Value> = all.iter().map(|stream| Value::Object(view(stream))).collect();
    Ok(answer::json(StatusCode::OK, &shown))
}
