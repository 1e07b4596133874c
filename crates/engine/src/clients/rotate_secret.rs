//! Giving a client a new secret. The old one stops at once.
//!
//! Source: the Management API's `POST /clients/{id}/rotate-secret`.

use doorward_model::client::ClientSecret;
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, client_secrets, clients};

use super::{ShownClient, about, addon_keys, secret_place};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Rotate a client secret";

/// Replaces all secrets of the client by a fresh one, which is shown to whoever asked for it.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store. Refusals are logged.
pub async fn rotate_secret(app: &App, caller: &Caller, id: &ClientId) -> Result<ShownClient, Fault> {
    match rotate(app, caller, id).await {
        Ok(shown) => Ok(shown),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn rotate(app: &App, caller: &Caller, id: &ClientId) -> Result<ShownClient, Fault> {
    caller.may(ApiScope::UpdateClientKeys)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let client = clients::get(&scope, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    let secret = app.entropy().client_secret();
    let secret_id = app.entropy().secret_id();
    let sealed = app.sealing().seal_text(secret_place(tenant, &secret_id), &secret)?;
    let row = ClientSecret {
        id: secret_id,
        client: id.clone(),
        sealed,
        primary: true,
        created_at: app.now(),
        expires_at: None,
    };
    let mut batch = scope.batch();
    client_secrets::replace_primary(&mut batch, &row, None);
    record::push_by(&mut batch, app, caller, about(WHAT, &client));
    match batch.commit().await {
        Ok(_) => {}
        // The client was deleted in between: its secret has nothing to belong to.
        Err(StoreError::InUse { .. } | StoreError::Unmet { .. }) => {
            return Err(Fault::NotFound { what: "client" });
        }
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    let client = addon_keys::opened(app, tenant, client)?;
    Ok(ShownClient { client, secret: Some(secret) })
}
