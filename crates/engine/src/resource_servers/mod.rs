//! APIs: one verb per file. Each begins with the permission and ends with the event of the log.
//!
//! Source: the Management API's `/api/v2/resource-servers`.

mod create;
mod delete;
mod get;
mod list;
mod update;

use doorward_model::api::{ApiName, ResourceServer};
use doorward_model::ids::{ResourceServerId, TenantId};
use doorward_model::log::code::EventCode;
use doorward_model::patch::Patch;
use doorward_model::secret::Secret;
use doorward_model::signing_alg::SigningAlg;
use doorward_store::{Scope, resource_servers};
use serde_json::json;

pub use create::create;
pub use delete::delete;
pub use get::get;
pub use list::{ApiPage, ApiQuery, list};
pub use update::update;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::EventDraft;
use crate::sealing::Place;
use crate::state::management_permissions;

/// An API as its caller may see it.
#[derive(Debug, Clone)]
pub struct ShownApi {
    /// The API.
    pub api: ResourceServer,
    /// The secret of HS256, where there is one.
    pub signing_secret: Option<Secret>,
}

/// Where the signing secret of an API is sealed.
#[must_use]
pub fn secret_place<'a>(tenant: &'a TenantId, id: &'a ResourceServerId) -> Place<'a> {
    Place { tenant, table: "resource_servers", row: id.as_str(), purpose: "signing_secret" }
}

/// The API of that name. What the Management API knows follows from the code, not from its row.
async fn find(scope: &Scope<'_>, name: &ApiName) -> Result<Option<ResourceServer>, Fault> {
    let by_id = match name.id() {
        Some(id) => resource_servers::get(scope, &id).await?,
        None => None,
    };
    let found = match by_id {
        Some(api) => Some(api),
        None => resource_servers::by_identifier(scope, name.as_str()).await?,
    };
    Ok(found.map(complete))
}

fn complete(mut api: ResourceServer) -> ResourceServer {
    if api.is_system {
        api.permissions = management_permissions();
    }
    api
}

/// The API with its secret opened.
fn shown(app: &App, caller: &Caller, api: ResourceServer) -> Result<ShownApi, Fault> {
    let place = secret_place(&caller.tenant.tenant.id, &api.id);
    let opened = api.signing_secret.as_ref().map(|sealed| app.sealing().open_text(place, sealed));
    Ok(ShownApi { signing_secret: opened.transpose()?, api })
}

/// Puts the secret in place that a change names, or a fresh one where HS256 needs one.
fn seal(app: &App, tenant: &TenantId, api: &mut ResourceServer, secret: &Patch<Secret>) -> Result<(), Fault> {
    let needs_one = api.settings.signing_alg == SigningAlg::HS256;
    let secret = match secret {
        Patch::Set(secret) => secret.clone(),
        Patch::Clear if !needs_one => {
            api.signing_secret = None;
            return Ok(());
        }
        Patch::Keep if !needs_one || api.signing_secret.is_some() => return Ok(()),
        Patch::Clear | Patch::Keep => app.entropy().client_secret(),
    };
    api.signing_secret = Some(app.sealing().seal_text(secret_place(tenant, &api.id), &secret)?);
    Ok(())
}

/// The event of something done to an API.
fn about(what: &str, api: &ResourceServer) -> EventDraft {
    let name = if api.name.is_empty() { &api.identifier } else { &api.name };
    let target = json!({ "resource_server_id": api.id.as_str(), "name": name, "identifier": api.identifier });
    EventDraft::new(EventCode::ManagementWrite, what).audience(&api.identifier).detail("target", target)
}

/// The event of signing secrets being read; reading the same again within the minute only counts.
fn secrets_read(caller: &Caller, what: &str) -> EventDraft {
    EventDraft::new(EventCode::SecretRead, "Read signing secrets of APIs")
        .detail("target", json!({ "resource_server_id": what }))
        .folded(&format!("{what} {:?}", caller.who))
}
