//! Changing a client.
//!
//! Source: the Management API's `PATCH /clients/{id}`.

use doorward_model::client::Client;
use doorward_model::client::edit::{self, ClientPatch};
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, clients};
use serde_json::{Map, Value};

use super::{ShownClient, about, addon_keys};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Update a client";
/// What only those may change who may change keys.
const KEYS: [&str; 2] = ["encryption_key", "signing_keys"];
/// How often a change is tried again when somebody else changed the client in between.
const TRIES: usize = 5;

/// Changes what `body` names and leaves the rest.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], [`Fault::Conflict`], or trouble
/// with the store. Refusals are logged.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    body: &Map<String, Value>,
) -> Result<ShownClient, Fault> {
    match change(app, caller, id, body).await {
        Ok(()) => shown(app, caller, id).await,
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn change(app: &App, caller: &Caller, id: &ClientId, body: &Map<String, Value>) -> Result<(), Fault> {
    caller.may_any(&[ApiScope::UpdateClients, ApiScope::UpdateClientKeys])?;
    if KEYS.iter().any(|key| body.contains_key(*key)) {
        caller.may(ApiScope::UpdateClientKeys)?;
    }
    let patch = ClientPatch::from_json(body)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    for _ in 0..TRIES {
        let current = clients::get(&scope, id).await?.ok_or(Fault::NotFound { what: "client" })?;
        let settings = edit::apply(&current.settings, patch.clone())?;
        let next = Client { settings, updated_at: app.now(), ..current };
        let mut batch = scope.batch();
        addon_keys::update(&mut batch, app, &next)?;
        let draft = about(WHAT, &next).detail("fields", body.keys().cloned().collect::<Vec<_>>());
        record::push_by(&mut batch, app, caller, draft);
        match batch.commit().await {
            Ok(_) => {
                app.changed(tenant).await;
                return Ok(());
            }
            Err(StoreError::Unmet { what: clients::STALE }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Conflict { what: "client" })
}

async fn shown(app: &App, caller: &Caller, id: &ClientId) -> Result<ShownClient, Fault> {
    let (state, _) = app.refresh(&caller.tenant).await?;
    let entry = app.client(&state, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    Ok(ShownClient::to(caller, &entry))
}
