//! Letting a client ask for tokens of an API.
//!
//! Source: the Management API's `POST /client-grants`.

use doorward_model::api::grant::NewClientGrant;
use doorward_model::api::{ClientGrant, Grantee};
use doorward_model::scope::ApiScope;
use doorward_store::{Scope, StoreError, client_grants, clients, resource_servers};
use serde_json::{Map, Value};

use super::{TRIES, about, check_scope};
use crate::app::App;
use crate::caller::Caller;
use crate::clients::named;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Create a client grant";

/// Makes a grant.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`] for client or API,
/// [`Fault::Exists`] when the client has such a grant, or trouble with the store. Refusals are
/// logged.
pub async fn create(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<ClientGrant, Fault> {
    match make(app, caller, body).await {
        Ok(grant) => Ok(grant),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<ClientGrant, Fault> {
    caller.may(ApiScope::CreateClientGrants)?;
    let grant = NewClientGrant::from_json(body)?.create(app.entropy().client_grant_id());
    for _ in 0..TRIES {
        let (state, _) = app.refresh(&caller.tenant).await?;
        let tenant = &state.tenant.id;
        let scope = app.db().tenant(tenant);
        let holder = holder(&scope, &grant).await?;
        let api = state.api(&grant.audience).ok_or(Fault::NotFound { what: "resource server" })?;
        check_scope(api, &grant.scope)?;
        let mut batch = scope.batch();
        resource_servers::expect_unchanged(&mut batch, api);
        client_grants::insert(&mut batch, &grant);
        record::push_by(&mut batch, app, caller, about(WHAT, &grant, holder));
        match batch.commit().await {
            Ok(_) => {
                app.changed(tenant).await;
                return Ok(grant);
            }
            Err(StoreError::Unmet { what: resource_servers::STALE }) => {}
            Err(StoreError::Conflict { .. }) => return Err(Fault::Exists { what: "client grant" }),
            Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "client" }),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "client grant" })
}

/// Whose grant it is, as events name it; the client must be there.
async fn holder(scope: &Scope<'_>, grant: &ClientGrant) -> Result<Value, Fault> {
    let Grantee::Client(id) = &grant.grantee else { return Ok(super::all_of_them(grant)) };
    // The global client stands for all clients and gets no tokens of its own.
    let client = clients::get(scope, id).await?.filter(|client| !client.global);
    Ok(named(&client.ok_or(Fault::NotFound { what: "client" })?))
}
