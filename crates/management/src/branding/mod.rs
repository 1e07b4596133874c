//! `/api/v2/branding`: colours and pictures, and the template of the login page.

pub(crate) mod schema;
mod settings;
mod template;

pub(crate) use settings::{get, update};
pub(crate) use template::{delete_template, get_template, put_template};
