//! What `/tenants` takes and gives.

use doorward_model::schema::Schema;
use doorward_model::tenant::members::{CHANGE, SHOWN};

use crate::openapi::operation::{FIELDS, INCLUDE_FIELDS, Operation};

/// What every tenant has set.
pub(crate) const ALWAYS: (&str, &[&str]) = (
    "TenantSettings",
    &["friendly_name", "allowed_logout_urls", "session_lifetime", "idle_session_lifetime", "flags"],
);
pub(crate) const NAMED: &[(&str, &Schema)] = &[("TenantSettings", &SHOWN), ("TenantSettingsChange", &CHANGE)];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_settings",
        summary: "Get the settings of the tenant",
        query: &[FIELDS, INCLUDE_FIELDS],
        body: None,
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "patch_settings",
        summary: "Update the settings of the tenant",
        query: &[],
        body: Some(&CHANGE),
        answers: &[(200, Some(&SHOWN))],
    },
];
