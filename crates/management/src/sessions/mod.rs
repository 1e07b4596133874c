//! `/api/v2/sessions`, and the sessions of one person: one file per address, and the view they share.

mod of_user;
mod one;
pub(crate) mod schema;
mod view;

pub(crate) use of_user::{end_of_user, list_of_user, revoke_access};
pub(crate) use one::{end, get, revoke, update};
pub(crate) use view::{device, key, unkey};
