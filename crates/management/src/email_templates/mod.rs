//! `/api/v2/email-templates`: one text for each occasion, by its name.

mod create;
mod one;
pub(crate) mod schema;

pub(crate) use create::create;
pub(crate) use one::{get, put, update};
