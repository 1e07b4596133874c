//! Use cases: the only place where IO and decisions meet.
//!
//! Owns the order of things: permission first, then read, decide, write one batch, and the log
//! event in that batch. Knows nothing of HTTP, and SQL only through `doorward-store`.

#![warn(missing_docs)]

pub mod admins;
pub mod api_token;
pub mod app;
pub mod branding;
pub mod caller;
pub mod client_grants;
pub mod clients;
pub mod clients_cache;
pub mod clock;
pub mod connections;
pub mod devices;
pub mod doctor;
mod documents;
pub mod email_templates;
pub mod entropy;
pub mod fault;
pub mod grants;
pub mod huge_pages;
mod id_token_hint;
pub mod install;
mod jobs;
pub mod keys;
pub mod login;
pub mod logout;
pub mod logs;
pub mod origins;
pub mod outbound;
pub mod overview;
pub mod passwords;
pub mod permissions;
pub mod pool;
pub mod refresh_tokens;
pub mod resource_servers;
pub mod roles;
pub mod sealing;
mod secret_uses;
pub mod sessions;
pub mod setup;
pub mod state;
pub mod streams;
pub mod tenants;
pub mod tokens;
pub mod users;

/// What the store counts while it works, for who shows it to operators.
pub use doorward_store::Measures;

#[cfg(test)]
mod kit;
