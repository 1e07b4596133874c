//! `/api/v2/connections`: one file per endpoint, and the view that they share.

mod clients;
mod create;
mod delete;
mod delete_user;
mod get;
mod list;
mod of_client;
pub(crate) mod schema;
mod status;
mod update;
mod view;

pub(crate) use clients::{list_clients, switch_clients};
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use delete_user::delete_user;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use of_client::of_client;
pub(crate) use status::status;
pub(crate) use update::update;
