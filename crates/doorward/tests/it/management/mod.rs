//! The Management API over its wire.

mod clients;
mod conventions;
mod logs;
