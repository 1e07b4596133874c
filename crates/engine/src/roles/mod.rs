//! Roles, who has them, and what they bring: one verb per file. Each begins with the permission, and
//! what changes something ends with the event of the log.
//!
//! Source: the Management API's `/api/v2/roles` and `/api/v2/users/{id}/roles`.

mod create;
mod delete;
mod get;
mod list;
mod members;
mod of_user;
mod permissions;
mod update;

use doorward_model::ids::RoleId;
use doorward_model::log::code::EventCode;
use doorward_model::role::Role;
use doorward_store::{Scope, roles};
use serde_json::json;

pub use create::create;
pub use delete::delete;
pub use get::get;
pub use list::{RolePage, list};
pub use members::{Member, MemberPage, MemberPart, add_members, members};
pub use of_user::{assign, of_user, unassign};
pub use permissions::{add_permissions, permissions, take_permissions};
pub use update::update;

use crate::fault::Fault;
use crate::logs::record::EventDraft;

/// A role that must be there.
async fn existing(scope: &Scope<'_>, id: &RoleId) -> Result<Role, Fault> {
    roles::get(scope, id).await?.ok_or(Fault::NotFound { what: "role" })
}

/// The event of something done to a role.
fn about(what: &str, role: &Role) -> EventDraft {
    let target = json!({ "role_id": role.id.as_str(), "name": role.name });
    EventDraft::new(EventCode::ManagementWrite, what).detail("target", target)
}
