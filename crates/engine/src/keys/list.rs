//! Reading the signing keys of a tenant, without their private parts.

use doorward_model::ids::KeyId;
use doorward_model::scope::ApiScope;
use doorward_model::signing_key::SigningKey;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// All keys, revoked ones included, from oldest to newest.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<SigningKey>, Fault> {
    caller.may(ApiScope::ReadSigningKeys)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    Ok(state.keys.rows().to_vec())
}

/// The key of that id.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &KeyId) -> Result<SigningKey, Fault> {
    let keys = list(app, caller).await?;
    keys.into_iter().find(|key| key.id == *id).ok_or(Fault::NotFound { what: "signing key" })
}
