//! The dashboard: pages for those who run the installation, and the page at the root.
//!
//! Calls the same use cases as the Management API and never the API itself. Every page works without
//! script; what the script adds is said in `doorward_web`'s `assets/dashboard/*.js`.

mod api;
mod clients;
mod doctor;
mod frame;
mod login;
mod logs;
mod overview;
mod pages;
mod parts;
mod quickstarts;
mod root;
pub mod routes;
mod setup;
mod streams;
mod theme;
