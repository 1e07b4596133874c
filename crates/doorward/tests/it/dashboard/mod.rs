//! The dashboard over its wire.

mod forms;
mod frame;
mod login;
mod logs;
mod setup;
