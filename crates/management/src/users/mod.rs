//! `/api/v2/users`, `users-by-email` and `user-blocks`: one file per endpoint, and the view that they
//! share.

mod blocks;
mod create;
mod delete;
mod get;
mod list;
mod logs;
pub(crate) mod schema;
mod search;
mod update;
pub(crate) mod view;
mod with_email;

pub(crate) use blocks::{blocks_of, blocks_of_identifier, unblock, unblock_identifier};
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use logs::logs;
pub(crate) use update::update;
pub(crate) use with_email::with_email;
