//! The Management API over its wire.

mod client_credentials;
mod client_fields;
mod client_secrets;
mod clients;
mod connections;
mod conventions;
mod logs;
mod tenants;
