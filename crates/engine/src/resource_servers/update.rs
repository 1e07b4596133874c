//! Changing an API. It counts for every token from the answer on.
//!
//! Source: the Management API's `PATCH /resource-servers/{id}`.

use doorward_model::api::edit::{self, ApiPatch};
use doorward_model::api::{ApiName, ResourceServer};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, resource_servers};
use serde_json::{Map, Value};

use super::{ShownApi, about, find, seal, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::keys;
use crate::logs::record;

const WHAT: &str = "Update an API";
/// How often a change is tried again when somebody else changed the API in between.
const TRIES: usize = 5;

/// Changes what `body` names and leaves the rest. A scope value that is not there any more is taken
/// from everybody who was granted it, in the same commit.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], [`Fault::Stale`], or trouble
/// with the store. Refusals are logged.
pub async fn update(
    app: &App,
    caller: &Caller,
    name: &ApiName,
    body: &Map<String, Value>,
) -> Result<ShownApi, Fault> {
    match change(app, caller, name, body).await {
        Ok(api) => shown(app, caller, api),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(name.as_str()), fault).await),
    }
}

async fn change(
    app: &App,
    caller: &Caller,
    name: &ApiName,
    body: &Map<String, Value>,
) -> Result<ResourceServer, Fault> {
    caller.may(ApiScope::UpdateResourceServers)?;
    let patch = ApiPatch::from_json(body)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    for _ in 0..TRIES {
        let current = find(&scope, name).await?.ok_or(Fault::NotFound { what: "resource server" })?;
        let mut next = edit::apply(&current, &patch)?;
        seal(app, tenant, &mut next, &patch.signing_secret)?;
        if next == current {
            return Ok(current);
        }
        let mut batch = scope.batch();
        resource_servers::update(&mut batch, &next);
        for gone in current.permissions.iter().filter(|known| !next.knows(&known.value)) {
            resource_servers::withdraw(&mut batch, &current, &gone.value);
        }
        let fields: Vec<String> = body.keys().cloned().collect();
        record::push_by(&mut batch, app, caller, about(WHAT, &next).detail("fields", fields));
        match batch.commit().await {
            Ok(_) => {
                app.changed(tenant).await;
                keys::prepare(app, &caller.tenant, next.settings.signing_alg).await;
                return Ok(ResourceServer { version: next.version + 1, ..next });
            }
            Err(StoreError::Unmet { what: resource_servers::STALE }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "resource server" })
}
