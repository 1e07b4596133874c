//! Showing the client secret to somebody who asks for it by name.
//!
//! Source: the brief, "Reveal Client Secret".

use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;

use super::{ShownClient, secrets_read};
use crate::admins;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Reveal a client secret";

/// The client with its secret, for an admin whose password was typed lately in the browser that
/// holds `cookie`; none when it must be typed again. That it was shown stands in the log before it
/// is shown.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store. Refusals are logged.
pub async fn reveal_secret(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    cookie: &Secret,
) -> Result<Option<ShownClient>, Fault> {
    if !admins::is_fresh(app, caller, cookie).await? {
        caller.may(ApiScope::ReadClientKeys)?;
        return Ok(None);
    }
    match reveal(app, caller, id).await {
        Ok(shown) => Ok(Some(shown)),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn reveal(app: &App, caller: &Caller, id: &ClientId) -> Result<ShownClient, Fault> {
    caller.may(ApiScope::ReadClientKeys)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let entry = app.client(&state, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    record::alone_by(app, caller, secrets_read(caller, Some(&entry.client))).await?;
    ShownClient::with(app, caller, entry.client.clone(), super::primary(&entry)).await
}
