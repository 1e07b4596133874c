//! Letting a client ask for tokens of the Management API in its own name.

use doorward_model::api::ClientGrant;
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, client_grants, clients};

use super::about;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Create a client grant";

/// Grants `scopes` of the tenant's Management API to the client; gives back the API's identifier.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Exists`] when it has such a grant already,
/// or trouble with the store. Refusals are logged.
pub async fn grant_management_api(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    scopes: &[ApiScope],
) -> Result<String, Fault> {
    match grant(app, caller, id, scopes).await {
        Ok(audience) => Ok(audience),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn grant(app: &App, caller: &Caller, id: &ClientId, scopes: &[ApiScope]) -> Result<String, Fault> {
    caller.may(ApiScope::CreateClientGrants)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let client = clients::get(&scope, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    let scopes = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    let audience = caller.tenant.management_audience();
    let grant = ClientGrant::new(app.entropy().client_grant_id(), id.clone(), audience, scopes);
    let mut batch = scope.batch();
    client_grants::insert(&mut batch, &grant);
    let draft = about(WHAT, &client).audience(&grant.audience).scope(&grant.scope);
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return Err(Fault::Exists { what: "client grant" }),
        Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "client" }),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(grant.audience)
}
