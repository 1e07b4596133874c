//! Users: one verb per file. Each begins with the permission and ends with the event of the log.
//!
//! Source: the Management API's `/api/v2/users`, `users-by-email` and `user-blocks`.

mod blocks;
mod create;
mod delete;
mod get;
mod list;
mod update;

#[cfg(test)]
mod tests;

use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::user::User;
use serde_json::json;

use crate::caller::Caller;
use crate::logs::record::EventDraft;
use crate::state::TenantState;

pub use blocks::{Block, Whose, blocks, unblock};
pub use create::{NewUser, create, create_from};
pub use delete::delete;
pub use get::{get, with_email};
pub use list::{UserOrder, UserPage, UserPart, UserQuery, list};
pub use update::update;

/// A user as its caller may see it.
#[derive(Debug, Clone)]
pub struct ShownUser {
    /// The user.
    pub user: User,
    /// The name of the connection.
    pub connection: String,
    /// Its strategy on the wire.
    pub provider: &'static str,
    /// Whether the caller may see what applications keep about the user.
    pub with_app_metadata: bool,
}

impl ShownUser {
    fn to(caller: &Caller, state: &TenantState, user: User) -> Self {
        let connection = state.connection(&user.connection);
        // A person who may change their own metadata and not read themselves sees no more than that.
        let with_app_metadata =
            !caller.is(&user.id) || caller.may_about(&user.id, ApiScope::ReadCurrentUser, &[]).is_ok();
        Self {
            connection: connection.map_or_else(|| user.connection.to_string(), |known| known.name.clone()),
            provider: connection.map_or("auth0", |known| known.strategy.name()),
            with_app_metadata,
            user,
        }
    }
}

/// The event of something done to a user.
fn about(what: &str, user: &User) -> EventDraft {
    let target = json!({ "user_id": user.id.as_str(), "email": user.email.as_str() });
    EventDraft::new(EventCode::ManagementWrite, what).user(user).detail("target", target)
}
