//! The log as people read it. Source: UX §1.9; the brief, "Client Auditing".

mod filter;
mod list;
mod row;
mod sentence;
pub(crate) mod show;

pub(crate) use list::list;
pub(crate) use row::Row;
