//! The log: what is recorded, under which code.
//!
//! Source: the brief, "Client Auditing".

pub mod absent;
pub mod agent;
pub mod code;
pub mod event;
pub mod filter;
pub mod kind;
pub mod redact;
pub mod reference;
pub mod search;
pub mod span;
