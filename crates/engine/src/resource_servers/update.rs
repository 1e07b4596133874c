//! Changing an API. It counts for every token from the answer on.
//!
//! Source: the Management API's `PATCH /resource-servers/{id}`.

use doorward_model::api::edit::{self, ApiPatch};
use doorward_model::api::{ApiName, ResourceServer};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, resource_servers};
use serde_json::{Map, Value};

use super::{ShownApi, about, find, seal, secrets_read, shown};
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
    let changed = match change(app, caller, name, body).await {
        Ok(changed) => seen(app, caller, changed).await,
        Err(fault) => Err(fault),
    };
    match changed {
        Ok(shown) => Ok(shown),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(name.as_str()), fault).await),
    }
}

/// An API as it is now, and whether this change made its secret.
struct Changed {
    api: ResourceServer,
    made_secret: bool,
}

/// The API as whoever changed it may see it: with the secret that they made, or with any where they may read it,
/// which is logged.
async fn seen(app: &App, caller: &Caller, changed: Changed) -> Result<ShownApi, Fault> {
    let Changed { api, made_secret } = changed;
    if made_secret || api.signing_secret.is_none() {
        return shown(app, caller, api);
    }
    if !caller.holds(ApiScope::ReadResourceServers) {
        return Ok(ShownApi { api, signing_secret: None });
    }
    record::alone_by(app, caller, secrets_read(caller, api.id.as_str())).await?;
    shown(app, caller, api)
}

async fn change(
    app: &App,
    caller: &Caller,
    name: &ApiName,
    body: &Map<String, Value>,
) -> Result<Changed, Fault> {
    caller.may(ApiScope::UpdateResourceServers)?;
    let patch = ApiPatch::from_json(body)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    for _ in 0..TRIES {
        let current = find(&scope, name).await?.ok_or(Fault::NotFound { what: "resource server" })?;
        let mut next = edit::apply(&current, &patch)?;
        seal(app, tenant, &mut next, &patch.signing_secret)?;
        if next == current {
            return Ok(Changed { api: current, made_secret: false });
        }
        // Sealed anew is another text, also of the same secret.
        let made_secret = next.signing_secret != current.signing_secret;
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
                let api = ResourceServer { version: next.version + 1, ..next };
                return Ok(Changed { api, made_secret });
            }
            Err(StoreError::Unmet { what: resource_servers::STALE }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "resource server" })
}
