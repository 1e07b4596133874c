//! The Management API v2: the front for programs that administer a tenant.
//!
//! Owns the wire: paths, parameters, envelopes, what an object looks like. Decides nothing: each
//! endpoint calls one use case of `engine`. Source: the Management API v2 of the original, so that
//! its SDKs work unchanged.

mod actions;
mod answer;
mod besides;
mod body;
mod branding;
mod checkpoint;
mod client_credentials;
mod client_grants;
mod client_secrets;
mod clients;
mod connections;
mod devices;
mod email_templates;
pub mod error_codes;
mod fields;
mod forms;
mod grants;
mod keys;
mod log_streams;
mod logs;
pub mod openapi;
pub mod original;
mod paging;
mod path;
mod permissions;
mod query;
pub mod reference;
mod refresh_tokens;
mod refused;
mod resource_servers;
mod roles;
pub mod routes;
mod sessions;
pub mod shown;
mod tenants;
mod unambiguous;
mod users;
