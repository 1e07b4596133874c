//! Client grants: one verb per file. Each begins with the permission and ends with the event of the
//! log. A change counts for every token from the answer on.
//!
//! Source: the Management API's `/api/v2/client-grants`.

mod create;
mod delete;
mod get;
mod list;
mod update;

use doorward_model::api::{ClientGrant, ResourceServer};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::log::code::EventCode;
use serde_json::Value;

pub use create::create;
pub use delete::delete;
pub use get::get;
pub use list::{GrantFilter, GrantPage, GrantPart, list};
pub use update::update;

use crate::logs::record::EventDraft;

/// How often a change is tried again when somebody else changed something in between.
const TRIES: usize = 5;

/// Everything that is granted must be known to the API.
fn check_scope(api: &ResourceServer, scope: &[String]) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for (at, value) in scope.iter().enumerate().filter(|(_, value)| !api.knows(value)) {
        let text = format!("The API knows no scope {value}. Add it to the API first.");
        errors.push(FieldError::new(format!("scope.{at}"), "enum", text));
    }
    errors.into_result(())
}

/// The event of something done to a grant of `client`, as events name it.
fn about(what: &str, grant: &ClientGrant, client: Value) -> EventDraft {
    let mut target = client;
    target["client_grant_id"] = grant.id.as_str().into();
    EventDraft::new(EventCode::ManagementWrite, what)
        .audience(&grant.audience)
        .scope(&grant.scope)
        .detail("target", target)
}
