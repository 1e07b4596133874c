//! Giving a client a new secret, after which no other one works.
//!
//! Source: the Management API's `POST /clients/{id}/rotate-secret`, and the brief. The tools of the
//! original know one secret per client: after this there is one again.

use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, client_secrets, clients};

use super::secrets::{self, NO_SECRET};
use super::{ShownClient, about, addon_keys};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Rotate a client secret";

/// Replaces all secrets of the client by a fresh one, which is shown to whoever asked for it.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::NotSupported`] for a client that proves itself
/// with a key, or trouble with the store. Refusals are logged.
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
    if client.proves_by_key() {
        return Err(Fault::NotSupported { why: NO_SECRET });
    }
    let secret = app.entropy().client_secret();
    let row = secrets::seal(app, tenant, id, &secret)?;
    let mut batch = scope.batch();
    client_secrets::replace_all(&mut batch, &row);
    let ended = secrets::marks(app, tenant, &client_secrets::for_client(&scope, id).await?);
    let draft = about(WHAT, &client).detail("secret", secrets::named(&row)).detail("ended", ended);
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => {}
        // The client was deleted in between: its secret has nothing to belong to.
        Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "client" }),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    let client = addon_keys::opened(app, tenant, client)?;
    ShownClient::with(app, caller, client, Some(secret)).await
}
