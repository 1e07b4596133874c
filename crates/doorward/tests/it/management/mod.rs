//! The Management API over its wire.

mod client_fields;
mod clients;
mod connections;
mod conventions;
mod logs;
mod tenants;
