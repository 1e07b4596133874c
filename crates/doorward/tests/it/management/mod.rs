//! The Management API over its wire.

mod clients;
mod connections;
mod conventions;
mod logs;
