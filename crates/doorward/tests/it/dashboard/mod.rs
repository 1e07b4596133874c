//! The dashboard over its wire.

mod api;
mod clients;
mod form;
mod forms;
mod frame;
mod login;
mod logs;
pub mod messages;
mod settings;
mod setup;
