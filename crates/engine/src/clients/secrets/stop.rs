//! Stopping a secret: what still sends it is refused from now on.

use doorward_model::ids::{ClientId, SecretId};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, client_secrets, clients};

use super::{marks, named};
use crate::app::App;
use crate::caller::Caller;
use crate::clients::about;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Stop a client secret";
const PRIMARY: &str = "This is the client secret itself. Give the client a new one instead; the old one can \
     stop at once or later.";

/// Stops a secret of the client now.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::NotSupported`] for *the* client secret, which
/// is replaced and not stopped, or trouble with the store. Refusals are logged.
pub async fn stop_secret(app: &App, caller: &Caller, id: &ClientId, secret: &SecretId) -> Result<(), Fault> {
    match stop(app, caller, id, secret).await {
        Ok(()) => Ok(()),
        Err(fault) => {
            let target = format!("{} {}", id.as_str(), secret.as_str());
            Err(record::refused(app, caller, WHAT, Some(&target), fault).await)
        }
    }
}

async fn stop(app: &App, caller: &Caller, id: &ClientId, secret: &SecretId) -> Result<(), Fault> {
    caller.may(ApiScope::UpdateClientKeys)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let client = clients::get(&scope, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    let all = client_secrets::for_client(&scope, id).await?;
    let missing = Fault::NotFound { what: "client secret" };
    let known = all.iter().find(|known| known.id == *secret && known.is_live(app.now())).ok_or(missing)?;
    if known.primary {
        return Err(Fault::NotSupported { why: PRIMARY });
    }
    let mut batch = scope.batch();
    client_secrets::delete(&mut batch, id, secret);
    let ended = marks(app, tenant, std::slice::from_ref(known));
    let draft = about(WHAT, &client).detail("secret", named(known)).detail("ended", ended);
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Unmet { what: client_secrets::MISSING }) => {
            return Err(Fault::NotFound { what: "client secret" });
        }
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(())
}
