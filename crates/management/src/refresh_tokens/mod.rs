//! `/api/v2/refresh-tokens`, and those of one person: one file per address, and the view they share.

mod list;
mod one;
mod revoke;
pub(crate) mod schema;
mod view;

pub(crate) use list::{list, list_of_user};
pub(crate) use one::{delete, get, update};
pub(crate) use revoke::{revoke, revoke_of_user};
