//! Reading one API.
//!
//! Source: the Management API's `GET /resource-servers/{id}`.

use doorward_model::api::ApiName;
use doorward_model::scope::ApiScope;

use super::{ShownApi, find, secrets_read, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

/// The API of that id or identifier, with its signing secret if it has one, which is logged.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, name: &ApiName) -> Result<ShownApi, Fault> {
    caller.may(ApiScope::ReadResourceServers)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let api = find(&scope, name).await?.ok_or(Fault::NotFound { what: "resource server" })?;
    let shown = shown(app, caller, api)?;
    if shown.signing_secret.is_some() {
        record::alone_by(app, caller, secrets_read(caller, shown.api.id.as_str())).await?;
    }
    Ok(shown)
}
