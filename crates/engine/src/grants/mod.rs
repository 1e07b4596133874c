//! Grants: what people allowed clients, looked at and taken back by admins, programs and those people.
//!
//! A grant is made on the consent page ([`crate::login::consent`]). Source: the Management API's
//! `/api/v2/grants`.

mod delete;
mod list;
mod own;

pub use delete::{delete, delete_of_user};
pub use doorward_store::grants::GrantFilter;
pub use list::{GrantPage, list};
pub use own::{AllowedClient, OwnGrants, TakeBack, TakenBack, own, take_back};
