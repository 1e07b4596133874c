//! Reading the public keys of a client.

use doorward_model::client::credential::Credential;
use doorward_model::ids::{ClientId, CredentialId};
use doorward_model::scope::ApiScope;
use doorward_store::{client_credentials, clients};

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// The credentials of a client, newest first.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn list_credentials(
    app: &App,
    caller: &Caller,
    client: &ClientId,
) -> Result<Vec<Credential>, Fault> {
    caller.may(ApiScope::ReadClientCredentials)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    clients::get(&scope, client).await?.ok_or(Fault::NotFound { what: "client" })?;
    Ok(client_credentials::for_client(&scope, client).await?)
}

/// One credential of a client.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn credential(
    app: &App,
    caller: &Caller,
    client: &ClientId,
    id: &CredentialId,
) -> Result<Credential, Fault> {
    caller.may(ApiScope::ReadClientCredentials)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    clients::get(&scope, client).await?.ok_or(Fault::NotFound { what: "client" })?;
    client_credentials::get(&scope, client, id).await?.ok_or(Fault::NotFound { what: "credential" })
}
