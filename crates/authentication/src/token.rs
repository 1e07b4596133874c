//! `/oauth/token`: what a code, a refresh token or a client's own credentials lead to.
//!
//! Source: RFC 6749 §3.2, §5.

use axum::response::Response;
use doorward_engine::tokens::{self, TokenAnswer};
use serde_json::{Map, Value};

use crate::program::{Asked, json};

pub(crate) async fn token(asked: Asked) -> Response {
    let answered = tokens::grant(asked.app(), asked.sent()).await;
    asked.answer(answered, |answer| json(given(&answer))).await
}

/// RFC 6749 §5.1, OpenID Connect Core §3.1.3.3.
fn given(answer: &TokenAnswer) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("access_token", answer.access_token.expose().into());
    if let Some(token) = &answer.refresh_token {
        put("refresh_token", token.expose().into());
    }
    if let Some(token) = &answer.id_token {
        put("id_token", token.expose().into());
    }
    if !answer.scope.is_empty() {
        put("scope", answer.scope.join(" ").into());
    }
    put("expires_in", answer.expires_in.seconds().into());
    put("token_type", "Bearer".into());
    body
}
