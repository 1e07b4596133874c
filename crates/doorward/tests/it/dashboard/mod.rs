//! The dashboard over its wire.

mod clients;
mod forms;
mod frame;
mod login;
mod logs;
mod setup;
