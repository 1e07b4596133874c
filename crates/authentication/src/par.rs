//! `/oauth/par`: a client pushes its authorization request here before it sends the person.
//!
//! Source: RFC 9126 §2.

use axum::response::Response;
use doorward_engine::login::pushed::{self, Pushed};
use http::StatusCode;
use serde_json::Map;

use crate::program::{Asked, json};

pub(crate) async fn push(asked: Asked) -> Response {
    let answered = pushed::push(asked.app(), asked.sent()).await;
    asked.answer(answered, kept).await
}

/// RFC 9126 §2.2.
fn kept(pushed: Pushed) -> Response {
    let members = [
        ("request_uri".to_owned(), pushed.request_uri.into()),
        ("expires_in".to_owned(), pushed.expires_in.seconds().into()),
    ];
    let mut response = json(Map::from_iter(members));
    *response.status_mut() = StatusCode::CREATED;
    response
}
