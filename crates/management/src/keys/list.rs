//! `GET /api/v2/keys/signing`: all keys, in one array.

use axum::extract::State;
use doorward_engine::keys;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use super::view;
use crate::answer;
use crate::query::Query;
use crate::refused::Answer;

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    Query::read(&uri, &[])?;
    let keys = view::in_order(keys::list(web.app(), &caller).await?);
    let shown: Vec<Value> = keys.iter().map(|key| Value::Object(view::key(key))).collect();
    Ok(answer::json(StatusCode::OK, &shown))
}
