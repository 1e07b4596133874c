//! Reading one client.

use doorward_model::ids::ClientId;

use super::{READING, ShownClient, secrets_read};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

/// The client of that id; with its secret when the caller may see secrets, which is logged.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &ClientId) -> Result<ShownClient, Fault> {
    caller.may_any(READING)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let entry = app.client(&state, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    let shown = ShownClient::to(app, caller, &entry).await?;
    if shown.secret.is_some() {
        record::alone_by(app, caller, secrets_read(caller, Some(&entry.client))).await?;
    }
    Ok(shown)
}
