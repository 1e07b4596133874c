//! The Management API v2: the front for programs that administer a tenant.
//!
//! Owns the wire: paths, parameters, envelopes, what an object looks like. Decides nothing: each
//! endpoint calls one use case of `engine`. Source: the Management API v2 of the original, so that
//! its SDKs work unchanged.

mod answer;
mod body;
mod checkpoint;
mod client_grants;
mod clients;
mod connections;
mod devices;
mod fields;
mod forms;
mod keys;
mod logs;
mod openapi;
mod paging;
mod path;
mod permissions;
mod query;
mod refused;
mod resource_servers;
mod roles;
pub mod routes;
mod tenants;
mod users;
