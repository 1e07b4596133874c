//! `/oauth/introspect`: what a server hears about a token.
//!
//! Source: RFC 7662 §2.2. Not for pages of browsers: no other origin may read what is said of a token.

use axum::Json;
use axum::response::{IntoResponse, Response};
use doorward_engine::tokens::introspect;

use crate::program::{self, Asked, uncached};

pub(crate) async fn introspect(asked: Asked) -> Response {
    let answered = introspect::introspect(asked.app(), asked.sent()).await;
    program::response(answered.outcome, |said| uncached(Json(said).into_response()))
}
