//! The dashboard over its wire.

mod clients;
mod doctor;
mod form;
mod forms;
mod frame;
mod login;
mod logs;
pub mod messages;
mod settings;
mod setup;
