//! The dashboard: today the first-run page and the page at the root.
//!
//! Owns pages for those who run the installation. Calls the same use cases as the Management API and
//! never the API itself.

mod pages;
mod root;
pub mod routes;
mod setup;
