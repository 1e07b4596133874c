//! `/api/v2/users/{id}/permissions`: one file per endpoint, and how permissions are shown, there and
//! of roles.
//!
//! Source: the Management API's `permissions`, field order included.

mod add;
mod list;
mod take;

pub(crate) use add::add;
pub(crate) use list::list;
pub(crate) use take::take;

use doorward_engine::permissions::ShownPermission;
use serde_json::{Map, Value, json};

/// A permission of a role.
pub(crate) fn of_role(permission: &ShownPermission) -> Value {
    Value::Object(bare(permission))
}

/// A permission of a user, and where it comes from.
fn of_user(permission: &ShownPermission) -> Value {
    let sources = permission.sources.iter().map(|role| match role {
        Some((id, name)) => json!({ "source_id": id, "source_name": name, "source_type": "ROLE" }),
        None => json!({ "source_id": "", "source_name": "", "source_type": "DIRECT" }),
    });
    let mut object = bare(permission);
    object.insert("sources".to_owned(), sources.collect());
    Value::Object(object)
}

fn bare(permission: &ShownPermission) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("permission_name", json!(permission.value));
    if let Some(description) = &permission.description {
        put("description", json!(description));
    }
    put("resource_server_name", json!(permission.api_name));
    put("resource_server_identifier", json!(permission.identifier));
    object
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::RoleId;

    use super::*;

    #[test]
    fn a_permission_says_where_it_comes_from() {
        let permission = ShownPermission {
            value: "read:all".to_owned(),
            description: None,
            identifier: "https://api.test/".to_owned(),
            api_name: "Things".to_owned(),
            sources: vec![None, Some((RoleId::parse("rol_1").unwrap(), "Editor".to_owned()))],
        };
        let bare = json!({
            "permission_name": "read:all", "resource_server_name": "Things",
            "resource_server_identifier": "https://api.test/",
        });
        assert_eq!(of_role(&permission), bare);
        let sources = json!([
            { "source_id": "", "source_name": "", "source_type": "DIRECT" },
            { "source_id": "rol_1", "source_name": "Editor", "source_type": "ROLE" },
        ]);
        assert_eq!(of_user(&permission)["sources"], sources);
    }
}
