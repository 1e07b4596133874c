//! Making an API.
//!
//! Source: the Management API's `POST /resource-servers`.

use doorward_model::api::ResourceServer;
use doorward_model::api::edit::{self, NewApi};
use doorward_model::fields::FieldError;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, resource_servers};
use serde_json::{Map, Value};

use super::{ShownApi, about, seal, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::keys;
use crate::logs::record;

const WHAT: &str = "Create an API";

/// Makes an API with a fresh id. Where it wants a secret and none was given, it gets a fresh one.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::Exists`] when the identifier is taken, or
/// trouble with the store. Refusals are logged.
pub async fn create(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<ShownApi, Fault> {
    match make(app, caller, body).await {
        Ok(made) => Ok(made),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<ShownApi, Fault> {
    caller.may(ApiScope::CreateResourceServers)?;
    let NewApi { identifier, patch } = NewApi::from_json(body)?;
    let tenant = &caller.tenant.tenant;
    if identifier == tenant.issuer.url("userinfo") {
        // A token for it would be taken for one of a person.
        let text = "This is the address of userinfo, which is no API of yours. Choose another identifier.";
        return Err(Fault::Invalid(FieldError::new("identifier", "enum", text).into()));
    }
    let id = app.entropy().resource_server_id();
    let mut api = edit::apply(&ResourceServer::new(id, identifier, app.now()), &patch)?;
    seal(app, &tenant.id, &mut api, &patch.signing_secret)?;
    let mut batch = app.db().tenant(&tenant.id).batch();
    resource_servers::insert(&mut batch, &api);
    record::push_by(&mut batch, app, caller, about(WHAT, &api));
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return Err(Fault::Exists { what: "resource server" }),
        Err(error) => return Err(error.into()),
    }
    app.changed(&tenant.id).await;
    keys::prepare(app, &caller.tenant, api.settings.signing_alg).await;
    shown(app, caller, api)
}
