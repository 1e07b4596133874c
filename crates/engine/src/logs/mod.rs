//! The log: written with what it reports, read by those who may.

pub mod explain;
pub mod filter;
pub mod follow;
pub mod get;
pub mod list;
pub mod live;
pub mod record;
