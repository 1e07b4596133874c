//! The store's conformance suite: every public function, on SQLite and on PostgreSQL alike.
//!
//! PostgreSQL takes part when `DOORWARD_TEST_POSTGRES` holds the address of a server on which
//! databases may be made; otherwise each case says that it was not run there. The value `required`
//! (or a server that does not answer) fails: that is how `./test` notices a missing server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod kit;

mod activity;
mod admins;
mod apis;
mod client_keys;
mod clients;
mod connections;
mod corrupt;
mod dashboard;
mod device_codes;
mod documents;
mod grants;
mod import;
mod isolation;
mod log_search;
mod log_streams;
mod logins;
mod logs;
mod purge;
mod roles;
mod seam;
mod search;
mod signing_keys;
mod tenants;
mod tokens;
mod users;
