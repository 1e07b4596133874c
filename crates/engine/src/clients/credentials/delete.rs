//! Taking a public key from a client. Where it was the last one, nothing proves the client any more:
//! it never falls back to a secret by itself.

use doorward_model::client::credential::Credential;
use doorward_model::client::{Client, ClientSettings};
use doorward_model::ids::{ClientId, CredentialId};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, client_credentials, clients};

use super::named;
use crate::app::App;
use crate::caller::Caller;
use crate::clients::about;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Delete a client credential";
/// How often it is tried again when somebody else changed the client in between.
const TRIES: usize = 5;

/// Deletes a credential, also one that is in use. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Stale`] when the client keeps changing, or trouble with the store.
/// Refusals are logged.
pub async fn delete_credential(
    app: &App,
    caller: &Caller,
    client: &ClientId,
    id: &CredentialId,
) -> Result<bool, Fault> {
    match delete(app, caller, client, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(client.as_str()), fault).await),
    }
}

async fn delete(app: &App, caller: &Caller, client: &ClientId, id: &CredentialId) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteClientCredentials)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    for _ in 0..TRIES {
        let Some(owner) = clients::get(&scope, client).await? else { return Ok(false) };
        let Some(credential) = client_credentials::get(&scope, client, id).await? else { return Ok(false) };
        match write(app, caller, owner, &credential).await {
            Ok(()) => {
                app.changed(tenant).await;
                return Ok(true);
            }
            Err(StoreError::Unmet { what: clients::STALE }) => {}
            // Somebody else deleted it a moment ago.
            Err(StoreError::Unmet { what: client_credentials::MISSING }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "client" })
}

async fn write(app: &App, caller: &Caller, owner: Client, credential: &Credential) -> Result<(), StoreError> {
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    let is_in_use = owner.credentials().any(|known| *known == credential.id);
    let draft = about(WHAT, &owner).detail("credential", named(credential)).detail("was_in_use", is_in_use);
    if is_in_use {
        let methods = owner.settings.client_authentication_methods.clone();
        let client_authentication_methods = methods.map(|methods| methods.without(&credential.id));
        let settings = ClientSettings { client_authentication_methods, ..owner.settings.clone() };
        clients::update(&mut batch, &Client { settings, updated_at: app.now(), ..owner });
    }
    client_credentials::delete(&mut batch, &credential.client, &credential.id);
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await.map(|_| ())
}
