//! SQL only: one text per query, two engines (SQLite in the process, PostgreSQL beside it).
//!
//! Owns every table. Knows nothing of HTTP, protocols, keys or clocks: times arrive as arguments,
//! secrets arrive sealed or hashed. Reads are `async fn`s on a [`Scope`] (one tenant) or a
//! [`Global`]; writes push statements onto a [`Batch`], which is committed as one transaction.
//! There are no interactive transactions: what must hold is said by the statements themselves.
//!
//! Source: "Durable and fast" and the shared dialect, `docs/sql-dialect.md`.

pub mod activity;
pub mod client_credentials;
pub mod client_grants;
pub mod client_secrets;
pub mod clients;
pub mod codes;
pub mod connections;
pub mod device_codes;
pub mod device_credentials;
pub mod documents;
pub mod global;
pub mod grants;
pub mod log_streams;
pub mod login_attempts;
pub mod logins;
pub mod logs;
mod measures;
pub mod permissions;
pub mod refresh_tokens;
pub mod resource_servers;
pub mod roles;
pub mod sessions;
pub mod signing_keys;
mod sql;
pub mod tenants;
pub mod token_families;
pub mod used_assertions;
pub mod users;

pub use measures::Measures;
pub use sql::batch::{Batch, Committed, Expect, Ticket};
pub use sql::db::{Db, Global, Scope};
pub use sql::error::{LIST_SECONDS, StoreError};
pub use sql::row::Row;
pub use sql::url::{DatabaseUrl, DatabaseUrlError};
pub use sql::value::Value;
