//! `/api/v2/resource-servers`: one file per endpoint, and the view that they share.

mod create;
mod delete;
mod get;
mod list;
pub(crate) mod schema;
mod update;
mod view;

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use update::update;
