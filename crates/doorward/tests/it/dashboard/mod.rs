//! The dashboard over its wire.

mod api;
mod apis;
mod clients;
mod doctor;
mod form;
mod forms;
mod frame;
mod live;
mod login;
mod logs;
pub mod messages;
mod neighbours;
mod quickstarts;
mod settings;
mod setup;
mod streams;
mod walk;
