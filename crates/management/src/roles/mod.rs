//! `/api/v2/roles` and `/api/v2/users/{id}/roles`: one file per endpoint, and the views that they share.

mod add_permissions;
mod add_users;
mod assign;
mod create;
mod delete;
mod get;
mod list;
mod of_user;
mod permissions;
pub(crate) mod schema;
mod take_permissions;
mod unassign;
mod update;
mod users;

pub(crate) use add_permissions::add_permissions;
pub(crate) use add_users::add_users;
pub(crate) use assign::assign;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use of_user::of_user;
pub(crate) use permissions::permissions;
pub(crate) use take_permissions::take_permissions;
pub(crate) use unassign::unassign;
pub(crate) use update::update;
pub(crate) use users::users;

use doorward_model::role::Role;
use serde_json::{Value, json};

/// A role as tools know it.
fn view(role: &Role) -> Value {
    json!({ "id": role.id, "name": role.name, "description": role.description, "type": Role::KIND })
}
