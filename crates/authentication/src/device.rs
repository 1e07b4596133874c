//! `/oauth/device/code`: a device asks for its person.
//!
//! Source: RFC 8628 §3.1, §3.2.

use axum::response::Response;
use doorward_engine::login::devices::ask::{self as engine, DeviceAuthorization};
use serde_json::Map;

use crate::program::{Asked, json};

pub(crate) async fn ask(asked: Asked) -> Response {
    let answered = engine::ask(asked.app(), asked.sent()).await;
    asked.answer(answered, waiting).await
}

/// RFC 8628 §3.2.
fn waiting(given: DeviceAuthorization) -> Response {
    let members = [
        ("device_code".to_owned(), given.device_code.expose().into()),
        ("user_code".to_owned(), given.user_code.into()),
        ("verification_uri".to_owned(), given.verification_uri.into()),
        ("verification_uri_complete".to_owned(), given.verification_uri_complete.into()),
        ("expires_in".to_owned(), given.expires_in.seconds().into()),
        ("interval".to_owned(), given.interval.seconds().into()),
    ];
    json(Map::from_iter(members))
}
