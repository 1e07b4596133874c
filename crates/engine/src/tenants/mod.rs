//! Tenants: their settings. Each verb begins with the permission and ends with the event of the log.
//!
//! Source: the Management API's `/tenants/settings`.

mod settings;
mod update_settings;

pub use settings::settings;
pub use update_settings::update_settings;
