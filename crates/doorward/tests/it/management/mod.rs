//! The Management API over its wire.

mod again;
mod branding;
mod client_credentials;
mod client_fields;
mod client_grants;
mod client_lists;
mod client_secrets;
mod clients;
mod connections;
mod conventions;
mod devices;
mod every_row;
mod grants;
mod keys;
mod log_streams;
mod logs;
mod openapi;
mod refresh_tokens;
mod resource_servers;
mod roles;
mod sessions;
mod tenants;
mod users;
mod users_search;

use serde_json::{Value, json};

use crate::kit::Answer;

/// The error body that every refusal has.
fn error(answer: Answer, status: u16, code: &str) -> Value {
    let body = answer.is(status).json();
    assert_eq!((&body["statusCode"], &body["errorCode"]), (&json!(status), &json!(code)), "{body}");
    assert!(body["message"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    body
}
