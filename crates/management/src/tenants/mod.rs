//! `/api/v2/tenants`: the settings of the one tenant that was spoken to.

mod get_settings;
pub(crate) mod schema;
mod update_settings;

pub(crate) use get_settings::get_settings;
pub(crate) use update_settings::update_settings;
