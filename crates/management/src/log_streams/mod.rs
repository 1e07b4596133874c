//! `/api/v2/log-streams`: one file per endpoint.

mod create;
mod delete;
mod get;
mod list;
pub(crate) mod schema;
mod update;
pub(crate) mod view;

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use update::update;
