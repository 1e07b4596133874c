//! `/api/v2/logs`: reading only; events are written with what they report.

mod get;
mod list;
pub(crate) mod schema;
pub(crate) mod search;
pub(crate) mod view;

pub(crate) use get::get;
pub(crate) use list::list;
