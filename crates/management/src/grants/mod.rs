//! `/api/v2/grants`: what people allowed clients.

mod delete;
mod list;
pub(crate) mod schema;

pub(crate) use delete::{delete, delete_of_user};
pub(crate) use list::list;
