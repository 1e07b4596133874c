//! Reading one client grant.
//!
//! Source: the Management API's `GET /client-grants/{id}`.

use doorward_model::api::ClientGrant;
use doorward_model::ids::ClientGrantId;
use doorward_model::scope::ApiScope;
use doorward_store::client_grants;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// The grant of that id.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &ClientGrantId) -> Result<ClientGrant, Fault> {
    caller.may(ApiScope::ReadClientGrants)?;
    let found = client_grants::get(&app.db().tenant(&caller.tenant.tenant.id), id).await?;
    found.ok_or(Fault::NotFound { what: "client grant" })
}
