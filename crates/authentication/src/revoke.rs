//! `/oauth/revoke`: a client hands a token back.
//!
//! Source: RFC 7009 §2; the original answers with an empty body.

use axum::response::Response;
use doorward_engine::tokens::revoke;

use crate::program::{Asked, uncached};

pub(crate) async fn hand_back(asked: Asked) -> Response {
    let answered = revoke::revoke(asked.app(), asked.sent()).await;
    asked.answer(answered, |()| uncached(Response::default())).await
}
