//! What people may do with APIs: by themselves, and by their roles.
//!
//! Owns how a permission is named and shown; [`crate::roles`] uses it too. What a token may say of it
//! is read when the token is made, and never from memory.
//!
//! Source: the Management API's `/api/v2/users/{id}/permissions`.

mod of_user;

pub use of_user::{add_to_user, of_user, take_from_user};

use doorward_model::api::ResourceServer;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::RoleId;
use doorward_model::role::{HeldPermission, NamedPermission};

use crate::state::TenantState;

/// How often a change is tried again when an API changed in between.
pub(crate) const TRIES: usize = 5;

/// A permission with its names.
#[derive(Debug, Clone)]
pub struct ShownPermission {
    /// The scope value.
    pub value: String,
    /// What it allows, in words.
    pub description: Option<String>,
    /// The API, by identifier.
    pub identifier: String,
    /// The name of the API.
    pub api_name: String,
    /// The roles that bring it; none where it is held directly. Empty where nobody asked.
    pub sources: Vec<Option<(RoleId, String)>>,
}

/// A part of a list.
#[derive(Debug)]
pub struct PermissionPage {
    /// The permissions.
    pub permissions: Vec<ShownPermission>,
    /// How many there are in all, where asked for.
    pub total: Option<i64>,
}

impl ShownPermission {
    /// Nothing when the API was deleted a moment ago.
    pub(crate) fn of(
        state: &TenantState,
        held: HeldPermission,
        sources: Vec<Option<(RoleId, String)>>,
    ) -> Option<Self> {
        let api = state.api_by_id(&held.api)?;
        let known = api.permissions.iter().find(|known| known.value == held.value);
        Some(Self {
            description: known.and_then(|known| known.description.clone()),
            value: held.value,
            identifier: api.identifier.clone(),
            api_name: api.name.clone(),
            sources,
        })
    }
}

/// Permissions that exist, and the APIs that know them.
pub(crate) struct Known<'a> {
    pub apis: Vec<&'a ResourceServer>,
    pub permissions: Vec<HeldPermission>,
}

/// Looks the permissions up that a request names.
pub(crate) fn known<'a>(state: &'a TenantState, named: &[NamedPermission]) -> Result<Known<'a>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut known = Known { apis: Vec::new(), permissions: Vec::with_capacity(named.len()) };
    for (at, NamedPermission { identifier, value }) in named.iter().enumerate() {
        let path = |name: &str| format!("permissions.{at}.{name}");
        let Some(api) = state.api(identifier) else {
            let text = "There is no API with this identifier.";
            errors.push(FieldError::new(path("resource_server_identifier"), "enum", text));
            continue;
        };
        if !api.knows(value) {
            let text = "The API knows no such scope. Add it to the API first.";
            errors.push(FieldError::new(path("permission_name"), "enum", text));
        }
        if known.apis.iter().all(|other| other.id != api.id) {
            known.apis.push(api);
        }
        known.permissions.push(HeldPermission { api: api.id.clone(), value: value.clone() });
    }
    errors.into_result(known)
}

/// Those of the permissions whose API exists: what else is named, nobody holds.
pub(crate) fn there(state: &TenantState, named: &[NamedPermission]) -> Vec<HeldPermission> {
    let look_up = |one: &NamedPermission| {
        let api = state.api(&one.identifier)?;
        Some(HeldPermission { api: api.id.clone(), value: one.value.clone() })
    };
    named.iter().filter_map(look_up).collect()
}

/// The permissions for the log.
pub(crate) fn named(permissions: &[NamedPermission]) -> Vec<String> {
    permissions.iter().map(|one| format!("{} {}", one.identifier, one.value)).collect()
}
