//! Changing what a client may ask of an API.
//!
//! Source: the Management API's `PATCH /client-grants/{id}`.

use doorward_model::api::ClientGrant;
use doorward_model::api::grant::ClientGrantPatch;
use doorward_model::ids::ClientGrantId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, client_grants, resource_servers};
use serde_json::{Map, Value};

use super::{TRIES, about, check_scope, holder};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Update a client grant";

/// Changes what `body` names and leaves the rest.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], [`Fault::Stale`], or trouble
/// with the store. Refusals are logged.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &ClientGrantId,
    body: &Map<String, Value>,
) -> Result<ClientGrant, Fault> {
    match change(app, caller, id, body).await {
        Ok(grant) => Ok(grant),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &ClientGrantId,
    body: &Map<String, Value>,
) -> Result<ClientGrant, Fault> {
    caller.may(ApiScope::UpdateClientGrants)?;
    let patch = ClientGrantPatch::from_json(body)?;
    for _ in 0..TRIES {
        let (state, _) = app.refresh(&caller.tenant).await?;
        let tenant = &state.tenant.id;
        let scope = app.db().tenant(tenant);
        let missing = || Fault::NotFound { what: "client grant" };
        let current = client_grants::get(&scope, id).await?.ok_or_else(missing)?;
        let mut grant = current.clone();
        // The grant goes with its API.
        let api = state.api(&grant.audience).ok_or_else(missing)?;
        patch.clone().apply(&mut grant);
        check_scope(api, &grant.scope)?;
        if grant == current {
            return Ok(current);
        }
        let holder = holder(&scope, &grant).await?;
        let mut batch = scope.batch();
        resource_servers::expect_unchanged(&mut batch, api);
        client_grants::update(&mut batch, &grant);
        record::push_by(&mut batch, app, caller, about(WHAT, &grant, holder));
        match batch.commit().await {
            Ok(_) => {
                app.changed(tenant).await;
                return Ok(ClientGrant { version: grant.version + 1, ..grant });
            }
            Err(StoreError::Unmet { what: resource_servers::STALE | client_grants::STALE }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "client grant" })
}
