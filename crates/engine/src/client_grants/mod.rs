//! Client grants: one verb per file. Each begins with the permission and ends with the event of the
//! log. A change counts for every token from the answer on.
//!
//! Source: the Management API's `/api/v2/client-grants`.

mod create;
mod delete;
mod get;
mod list;
mod update;

use doorward_model::api::{ClientGrant, Grantee, ResourceServer};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::log::code::EventCode;
use doorward_store::Scope;
use serde_json::{Value, json};

pub use create::create;
pub use delete::delete;
pub use get::get;
pub use list::{GrantFilter, GrantPage, GrantPart, list};
pub use update::update;

use crate::clients::named_by;
use crate::fault::Fault;
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

/// Whose grant it is, as events name it.
async fn holder(scope: &Scope<'_>, grant: &ClientGrant) -> Result<Value, Fault> {
    match &grant.grantee {
        Grantee::Client(id) => named_by(scope, id).await,
        Grantee::ThirdParties => Ok(all_of_them(grant)),
    }
}

/// Those that a default is for, as events name them.
fn all_of_them(grant: &ClientGrant) -> Value {
    json!({ "default_for": grant.grantee.default_for() })
}

/// The event of something done to a grant of `holder`, as events name it.
fn about(what: &str, grant: &ClientGrant, holder: Value) -> EventDraft {
    let mut target = holder;
    target["client_grant_id"] = grant.id.as_str().into();
    EventDraft::new(EventCode::ManagementWrite, what)
        .audience(&grant.audience)
        .scope(&grant.scope)
        .detail("target", target)
}
