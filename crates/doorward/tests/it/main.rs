//! The one integration-test program: the whole router in the process, and the built binary.
//!
//! Every test speaks the wire. PostgreSQL takes part when `DOORWARD_TEST_POSTGRES` names a server on
//! which databases may be made; without it each such test runs on SQLite alone and says so. Tests with
//! a browser need `chromium` and `chromedriver`; without them each says that it was not run, or fails
//! where `DOORWARD_TEST_BROWSER=required`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod authentication;
mod binary;
mod browser;
mod canary;
mod coverage;
mod dashboard;
mod events;
mod isolation;
mod kit;
mod malformed;
mod management;
mod metrics;
mod no_room;
mod parallel;
mod streams;
