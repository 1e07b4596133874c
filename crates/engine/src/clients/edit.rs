//! Changing a client by a form: only if it still is as the form showed it.
//!
//! Source: UX "Stale edit": every form carries the record's version.

use doorward_model::client::edit::{self, ClientPatch};
use doorward_model::client::{Client, ClientSettings};
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, clients};
use serde_json::{Map, Value};

use super::{about, addon_keys, not_written, signing};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Update a client";

/// Applies `patch` to the client, which must still be of that `version`. A patch that changes
/// nothing writes nothing.
///
/// # Errors
/// [`Fault::Stale`] when somebody else changed it meanwhile; [`Fault::Forbidden`],
/// [`Fault::NotFound`], [`Fault::Invalid`], or trouble with the store. Refusals are logged.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    version: i64,
    patch: ClientPatch,
) -> Result<Client, Fault> {
    match change(app, caller, id, version, patch).await {
        Ok(client) => Ok(client),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    version: i64,
    patch: ClientPatch,
) -> Result<Client, Fault> {
    caller.may(ApiScope::UpdateClients)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let current = clients::get(&scope, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    if current.version != version {
        return Err(Fault::Stale { what: "client" });
    }
    let settings = edit::apply(&current.settings, patch)?;
    let fields = changed(&current.settings, &settings)?;
    if fields.is_empty() {
        return addon_keys::opened(app, tenant, current);
    }
    let next = Client { settings, updated_at: app.now(), ..current.clone() };
    signing::check(app, caller, &current, &next, None).await?;
    let mut batch = scope.batch();
    addon_keys::update(&mut batch, app, &next)?;
    record::push_by(&mut batch, app, caller, about(WHAT, &next).detail("fields", fields));
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Unmet { what: clients::STALE }) => return Err(Fault::Stale { what: "client" }),
        Err(error) => return Err(not_written(error)),
    }
    app.changed(tenant).await;
    addon_keys::opened(app, tenant, Client { version: next.version + 1, ..next })
}

/// The names of the settings that differ.
fn changed(before: &ClientSettings, after: &ClientSettings) -> Result<Vec<String>, Fault> {
    let (before, after) = (object(before)?, object(after)?);
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let other = after.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name);
    Ok(other.chain(gone).cloned().collect())
}

fn object(settings: &ClientSettings) -> Result<Map<String, Value>, Fault> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Fault::internal("client settings are no JSON object")),
    }
}
