//! Which secrets a client has, and who still uses which.

use doorward_model::client::secrets::ClientSecret;
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_store::{client_secrets, clients};

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::secret_uses;

/// The live secrets of a client, without their values: the client secret first, then the newest.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn list_secrets(app: &App, caller: &Caller, id: &ClientId) -> Result<Vec<ClientSecret>, Fault> {
    caller.may_any(&[ApiScope::ReadClients, ApiScope::ReadClientKeys])?;
    // What this process knows is on disk before it is read.
    secret_uses::write_down(app).await?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    clients::get(&scope, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    let mut secrets = client_secrets::for_client(&scope, id).await?;
    secrets.retain(|secret| secret.is_live(app.now()));
    Ok(secrets)
}
