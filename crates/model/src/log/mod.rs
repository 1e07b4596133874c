//! The log: what is recorded, under which code.
//!
//! Source: the brief, "Client Auditing".

pub mod code;
pub mod event;
pub mod filter;
pub mod kind;
pub mod search;
