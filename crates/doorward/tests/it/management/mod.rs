//! The Management API over its wire.

mod clients;
mod logs;
