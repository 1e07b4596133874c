//! Changing when a public key of a client ends: the one thing about it that can be changed.

use doorward_model::client::credential::Credential;
use doorward_model::fields::FieldError;
use doorward_model::ids::{ClientId, CredentialId};
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;
use doorward_store::{StoreError, client_credentials, clients};

use super::named;
use crate::app::App;
use crate::caller::Caller;
use crate::clients::about;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Update a client credential";

/// Sets when a credential ends; none means never. The end that it has already writes nothing.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`] when that time is over, or trouble
/// with the store. Refusals are logged.
pub async fn expire_credential(
    app: &App,
    caller: &Caller,
    (client, id): (&ClientId, &CredentialId),
    expires_at: Option<Timestamp>,
) -> Result<Credential, Fault> {
    match expire(app, caller, (client, id), expires_at).await {
        Ok(credential) => Ok(credential),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(client.as_str()), fault).await),
    }
}

async fn expire(
    app: &App,
    caller: &Caller,
    (client, id): (&ClientId, &CredentialId),
    expires_at: Option<Timestamp>,
) -> Result<Credential, Fault> {
    caller.may(ApiScope::UpdateClientCredentials)?;
    let (tenant, now) = (&caller.tenant.tenant.id, app.now());
    let scope = app.db().tenant(tenant);
    let owner = clients::get(&scope, client).await?.ok_or(Fault::NotFound { what: "client" })?;
    let missing = Fault::NotFound { what: "credential" };
    let current = client_credentials::get(&scope, client, id).await?.ok_or(missing)?;
    // Tools send back what they read, also of one that is over.
    if current.expires_at == expires_at {
        return Ok(current);
    }
    if expires_at.is_some_and(|end| end <= now) {
        let text = "This time is over. Choose one that lies ahead, or delete the credential.";
        return Err(Fault::Invalid(FieldError::new("expires_at", "minimum", text).into()));
    }
    let changed = Credential { expires_at, updated_at: now, ..current };
    let mut batch = scope.batch();
    client_credentials::expire(&mut batch, (client, id), expires_at, now);
    record::push_by(&mut batch, app, caller, about(WHAT, &owner).detail("credential", named(&changed)));
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Unmet { what: client_credentials::MISSING }) => {
            return Err(Fault::NotFound { what: "credential" });
        }
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(changed)
}
