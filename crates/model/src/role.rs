//! Roles: names for sets of permissions that people are given together.
//!
//! Owns what a role is, what a request may say about one, and how permissions are named in requests.
//! Whether API and permission exist is for the use case to find out.
//!
//! Source: the Management API's `roles`, and the `permissions` of roles and users.

use serde_json::{Map, Value};

use crate::api::edit::check_identifier;
use crate::api::permission::scope_value;
use crate::fields::{FieldError, FieldErrors};
use crate::ids::{IdError, ResourceServerId, RoleId};
use crate::json;
use crate::patch::Patch;
use crate::time::Timestamp;

/// The longest name and the longest description, in characters.
const MAX_NAME: usize = 255;
const MAX_DESCRIPTION: usize = 500;
/// How many permissions, roles or users one request may name.
const MAX_NAMED: usize = 1000;

/// What is said to whoever wants a role within an organization.
const NO_ORGANIZATIONS: &str =
    "Roles within organizations are not offered yet. Leave it out; the role is one of the tenant.";

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The id, `rol_…`.
    pub id: RoleId,
    /// Its name, unique within the tenant.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Role {
    /// The `type` of every role: it is the tenant's, for there are no organizations.
    pub const KIND: &'static str = "tenant";
}

/// A permission as it is held: an API, and one of its scope values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeldPermission {
    /// The API.
    pub api: ResourceServerId,
    /// The scope value.
    pub value: String,
}

/// A permission as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPermission {
    /// The API, by identifier.
    pub identifier: String,
    /// The scope value.
    pub value: String,
}

/// What a change says about a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolePatch {
    /// Its name.
    pub name: Patch<String>,
    /// What it is for.
    pub description: Patch<String>,
}

impl RolePatch {
    /// Reads a change from the body of a request.
    ///
    /// ```
    /// use doorward_model::role::RolePatch;
    /// let body = serde_json::json!({ "name": "", "id": "rol_1" });
    /// let errors = RolePatch::from_json(body.as_object().unwrap()).unwrap_err();
    /// let found: Vec<_> = errors.all().iter().map(|e| (e.path.as_str(), e.rule)).collect();
    /// assert_eq!(found, [("id", "additional_properties"), ("name", "min_length")]);
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut patch = Self::default();
        for (name, value) in body {
            match name.as_str() {
                "name" => patch.name = json::always(text(value, name, MAX_NAME, &mut errors)),
                "description" => {
                    let read = |value: &Value| text(value, name, MAX_DESCRIPTION, &mut errors);
                    patch.description = json::nullable(value, read);
                }
                "type" => check_kind(value, &mut errors),
                _ => errors.push(json::unknown(name)),
            }
        }
        if patch.name == Patch::Set(String::new()) {
            errors.push(FieldError::new("name", "min_length", "The name is empty."));
        }
        errors.into_result(patch)
    }

    /// A new role.
    ///
    /// # Errors
    /// When there is no name.
    pub fn create(self, id: RoleId, created_at: Timestamp) -> Result<Role, FieldErrors> {
        let Patch::Set(name) = self.name else {
            return Err(FieldError::new("name", "required", "A role needs a name.").into());
        };
        let mut role = Role { id, name, description: None, created_at };
        self.description.apply(&mut role.description);
        Ok(role)
    }

    /// Applies the change to a role.
    pub fn apply(self, role: &mut Role) {
        let name = role.name.clone();
        self.name.apply_or(&mut role.name, name);
        self.description.apply(&mut role.description);
    }
}

/// A role is the tenant's, and stays so.
fn check_kind(value: &Value, errors: &mut FieldErrors) {
    let Some(word) = json::text(value, "type", errors) else { return };
    if word == "organization" {
        errors.push(FieldError::new("type", "enum", NO_ORGANIZATIONS));
    } else if word != Role::KIND {
        json::one_of(None::<()>, "type", &[Role::KIND], errors);
    }
}

fn text(value: &Value, path: &str, max: usize, errors: &mut FieldErrors) -> Option<String> {
    let text = json::text(value, path, errors)?;
    if text.chars().count() > max {
        errors.push(FieldError::new(path, "max_length", format!("Use at most {max} characters.")));
    }
    Some(text)
}

/// Reads `{"permissions":[{"resource_server_identifier":…,"permission_name":…}]}`.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn named_permissions(body: &Map<String, Value>) -> Result<Vec<NamedPermission>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let entries = only_list(body, "permissions", &mut errors);
    let mut named = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let path = format!("permissions.{at}");
        let Some(object) = json::object(entry, &path, &mut errors) else { continue };
        let (mut identifier, mut permission) = (None, None);
        for (name, value) in object {
            let path = format!("{path}.{name}");
            match name.as_str() {
                "resource_server_identifier" => identifier = api(value, &path, &mut errors),
                "permission_name" => permission = scope_value(value, &path, &mut errors),
                _ => errors.push(json::unknown(&path)),
            }
        }
        for name in ["resource_server_identifier", "permission_name"] {
            if !object.contains_key(name) {
                let text = "A permission names its API and its scope.";
                errors.push(FieldError::new(format!("{path}.{name}"), "required", text));
            }
        }
        if let (Some(identifier), Some(value)) = (identifier, permission) {
            named.push(NamedPermission { identifier, value });
        }
    }
    errors.into_result(named)
}

fn api(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<String> {
    let identifier = json::text(value, path, errors)?;
    if let Err(error) = check_identifier(&identifier, path) {
        errors.push(error);
    }
    Some(identifier)
}

/// Reads an object that holds one list of ids: `{"roles":["rol_…"]}`, `{"users":["auth0|…"]}`.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn named_ids<T>(
    body: &Map<String, Value>,
    name: &str,
    parse: fn(&str) -> Result<T, IdError>,
) -> Result<Vec<T>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut ids = Vec::new();
    for (at, value) in only_list(body, name, &mut errors).iter().enumerate() {
        let path = format!("{name}.{at}");
        match json::text(value, &path, &mut errors).map(|text| parse(&text)) {
            Some(Ok(id)) => ids.push(id),
            Some(Err(error)) => {
                errors.push(FieldError::new(path, "pattern", format!("This is no id: {error}.")));
            }
            None => {}
        }
    }
    errors.into_result(ids)
}

/// The list that is all that a body may hold.
fn only_list<'a>(body: &'a Map<String, Value>, name: &str, errors: &mut FieldErrors) -> &'a [Value] {
    for other in body.keys().filter(|other| *other != name) {
        errors.push(json::unknown(other));
    }
    let Some(value) = body.get(name) else {
        errors.push(FieldError::new(name, "required", "This list is missing."));
        return &[];
    };
    let Some(list) = json::array(value, name, errors) else { return &[] };
    if list.is_empty() {
        errors.push(FieldError::new(name, "min_items", "Name at least one."));
    }
    if list.len() > MAX_NAMED {
        errors.push(FieldError::new(name, "max_items", format!("Name at most {MAX_NAMED} at once.")));
        return &[];
    }
    list
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found<T: std::fmt::Debug>(read: Result<T, FieldErrors>) -> Vec<(String, &'static str)> {
        read.unwrap_err().all().iter().map(|e| (e.path.clone(), e.rule)).collect()
    }

    fn object(value: &Value) -> &Map<String, Value> {
        value.as_object().unwrap()
    }

    #[test]
    fn a_role_has_a_name_and_may_have_a_description() {
        let id = RoleId::parse("rol_1").unwrap();
        let patch = |body: Value| RolePatch::from_json(object(&body)).unwrap();
        let now = Timestamp::from_seconds(0);
        let mut role = patch(json!({ "name": "Editor" })).create(id.clone(), now).unwrap();
        assert_eq!(role.description, None);
        patch(json!({ "description": " " })).apply(&mut role);
        assert_eq!((role.name.as_str(), role.description.as_deref()), ("Editor", Some(" ")));
        patch(json!({ "name": "Author", "description": null })).apply(&mut role);
        assert_eq!((role.name.as_str(), role.description), ("Author", None));
        assert_eq!(found(patch(json!({})).create(id, now)), [("name".to_owned(), "required")]);
        assert_eq!(
            found(RolePatch::from_json(object(&json!({ "name": null })))),
            [("name".to_owned(), "type")]
        );
        let long = json!({ "name": "x".repeat(256) });
        assert_eq!(found(RolePatch::from_json(object(&long))), [("name".to_owned(), "max_length")]);
    }

    #[test]
    fn permissions_are_named_by_api_and_scope() {
        let body =
            json!({ "permissions": [{ "resource_server_identifier": "a", "permission_name": "read:all" }] });
        let named = NamedPermission { identifier: "a".to_owned(), value: "read:all".to_owned() };
        assert_eq!(named_permissions(object(&body)), Ok(vec![named]));
        let bad = json!({ "permissions": [7, {}, { "resource_server_identifier": 1, "permission_name": "a b" }], "x": 1 });
        let expected = [
            ("x", "additional_properties"),
            ("permissions.0", "type"),
            ("permissions.1.resource_server_identifier", "required"),
            ("permissions.1.permission_name", "required"),
            ("permissions.2.resource_server_identifier", "type"),
            ("permissions.2.permission_name", "pattern"),
        ];
        assert_eq!(
            found(named_permissions(object(&bad))),
            expected.map(|(path, rule)| (path.to_owned(), rule))
        );
        for (identifier, rule) in [("x".repeat(601), "max_length"), (String::new(), "min_length")] {
            let odd = json!({ "permissions": [{ "resource_server_identifier": identifier, "permission_name": "a" }] });
            let path = "permissions.0.resource_server_identifier".to_owned();
            assert_eq!(found(named_permissions(object(&odd))), [(path, rule)]);
        }
        assert_eq!(found(named_permissions(&Map::new())), [("permissions".to_owned(), "required")]);
        let none = json!({ "permissions": [] });
        assert_eq!(found(named_permissions(object(&none))), [("permissions".to_owned(), "min_items")]);
    }

    #[test]
    fn ids_are_read_with_the_rule_of_their_kind_and_a_bound() {
        let read = |body: &Value| named_ids(object(body), "roles", RoleId::parse);
        assert_eq!(read(&json!({ "roles": ["rol_1"] })).unwrap()[0].as_str(), "rol_1");
        let bad = json!({ "roles": ["a b", 3, null] });
        let rules: Vec<&str> = found(read(&bad)).iter().map(|(_, rule)| *rule).collect();
        assert_eq!(rules, ["pattern", "type", "type"]);
        let many: Vec<String> = (0..=MAX_NAMED).map(|i| format!("rol_{i}")).collect();
        assert_eq!(found(read(&json!({ "roles": many }))), [("roles".to_owned(), "max_items")]);
    }
}
