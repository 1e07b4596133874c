//! `/api/v2/keys/signing`: the keys that tokens are signed with, without their private parts.

mod get;
mod list;
mod revoke;
mod rotate;
pub(crate) mod schema;
mod view;

pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use revoke::revoke;
pub(crate) use rotate::rotate;
