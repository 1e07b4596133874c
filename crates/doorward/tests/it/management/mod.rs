//! The Management API over its wire.

mod client_fields;
mod clients;
mod connections;
mod conventions;
mod devices;
mod logs;
mod tenants;
mod users;
mod users_search;
