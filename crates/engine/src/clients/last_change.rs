//! Who changed a client last: for the one who finds it changed under their hands.

use doorward_model::ids::ClientId;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;
use doorward_store::logs;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// A change, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Who, for people: an address, the name of a program, or the command line.
    pub by: String,
    /// What was done.
    pub what: String,
    /// The settings that were changed, under the API's names.
    pub fields: Vec<String>,
}

/// The latest changes of a client, newest first, at most `limit`.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn last_changes(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    limit: u32,
) -> Result<Vec<Change>, Fault> {
    caller.may(ApiScope::ReadLogs)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    Ok(logs::changes_of(&scope, id, limit).await?.iter().map(change).collect())
}

fn change(event: &Event) -> Change {
    let by = event.details.get("by");
    let named = |name: &str| by.and_then(|by| by.get(name)?.as_str());
    let fields = event.details.get("fields").and_then(|fields| fields.as_array());
    Change {
        at: event.at,
        by: named("email").or_else(|| named("name")).unwrap_or("Somebody at the command line").to_owned(),
        what: event.description.clone(),
        fields: fields.into_iter().flatten().filter_map(|f| f.as_str()).map(str::to_owned).collect(),
    }
}
