//! What is kept in memory of a tenant: everything that most requests need, as of one version.
//!
//! A snapshot is replaced as a whole and never changed, but for totals that are counted when they are
//! asked for. It may be up to a second old; therefore no
//! refusal comes from it alone: [`App::refresh`] reads the version from the database first.

use std::sync::Arc;

use bytes::Bytes;
use doorward_model::api::{ApiPermission, ResourceServer};
use doorward_model::connection::Connection;
use doorward_model::ids::{ConnectionId, ResourceServerId, TenantId};
use doorward_model::scope::ApiScope;
use doorward_model::tenant::Tenant;
use doorward_protocol::association;
use doorward_protocol::oauth::discovery;
use doorward_store::{clients, connections, global, resource_servers, signing_keys, tenants};
use serde_json::Value;

use crate::app::App;
use crate::clients::ClientTotals;
use crate::fault::{Fault, SHORT_WAIT};
use crate::keys::KeySet;

/// How many clients at most have their apps in the association files, the oldest first: devices read
/// no more than 128 KiB of one.
const MOST_WITH_APPS: u32 = 500;
/// How often a snapshot is read again when the tenant changes while it is read.
const READS: usize = 5;

/// A tenant as of one version.
#[derive(Debug)]
pub struct TenantState {
    /// The tenant and its settings.
    pub tenant: Tenant,
    /// Its connections.
    pub connections: Vec<Connection>,
    /// The APIs it knows, the Management API among them.
    pub apis: Vec<ResourceServer>,
    /// Its signing keys.
    pub keys: Arc<KeySet>,
    /// `/.well-known/openid-configuration`.
    pub discovery: Bytes,
    /// `/.well-known/assetlinks.json`.
    pub android_apps: Bytes,
    /// `/.well-known/apple-app-site-association`.
    pub apple_apps: Bytes,
    /// How many clients its lists have, as far as somebody asked.
    pub(crate) client_totals: ClientTotals,
}

impl TenantState {
    /// The identifier of the tenant's Management API.
    #[must_use]
    pub fn management_audience(&self) -> String {
        management_audience(&self.tenant)
    }

    /// The API with this identifier.
    #[must_use]
    pub fn api(&self, identifier: &str) -> Option<&ResourceServer> {
        self.apis.iter().find(|api| api.identifier == identifier)
    }

    /// The API with this id of its own.
    #[must_use]
    pub fn api_by_id(&self, id: &ResourceServerId) -> Option<&ResourceServer> {
        self.apis.iter().find(|api| api.id == *id)
    }

    /// The connection with this id.
    #[must_use]
    pub fn connection(&self, id: &ConnectionId) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.id == *id)
    }

    /// The connection with this name.
    #[must_use]
    pub fn connection_named(&self, name: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.name == name)
    }
}

/// The identifier of a tenant's Management API: `api/v2/` under its issuer.
#[must_use]
pub fn management_audience(tenant: &Tenant) -> String {
    tenant.issuer.url("api/v2/")
}

/// What the Management API of this build knows to allow. It follows from the code and not from the
/// row of the API, which may have been written by an older build.
pub(crate) fn management_permissions() -> Vec<ApiPermission> {
    ApiScope::ALL.iter().map(|scope| ApiPermission::new(scope.as_str(), scope.description())).collect()
}

/// Reads a tenant until nothing changed while it was read. `known` saves parsing keys again.
pub(crate) async fn read(
    app: &App,
    id: &TenantId,
    known: Option<&TenantState>,
) -> Result<Option<TenantState>, Fault> {
    let scope = app.db().tenant(id);
    for _ in 0..READS {
        let Some(tenant) = global::tenants::get(&app.db().global(), id).await? else { return Ok(None) };
        let connections = connections::all(&scope).await?;
        let mut apis = resource_servers::all(&scope).await?;
        apis.iter_mut()
            .filter(|api| api.is_system)
            .for_each(|api| api.permissions = management_permissions());
        let rows = signing_keys::all(&scope).await?;
        let mut algorithms = clients::further_algorithms(&scope).await?;
        algorithms.extend(apis.iter().map(|api| api.settings.signing_alg).filter(|alg| alg.is_further()));
        algorithms.sort_unstable();
        algorithms.dedup();
        let apps = clients::with_mobile(&scope, MOST_WITH_APPS).await?;
        if tenants::version(&scope).await? != Some(tenant.version) {
            continue;
        }
        let keys = match known.filter(|state| state.keys.is_made_from(&rows, &algorithms)) {
            Some(state) => Arc::clone(&state.keys),
            None => Arc::new(KeySet::open(id, rows, algorithms, app.sealing())?),
        };
        let discovery = written(&discovery::metadata(&tenant.issuer, &tenant.settings))?;
        let android_apps = written(&association::android(&apps))?;
        let apple_apps = written(&association::apple(&apps))?;
        return Ok(Some(TenantState {
            tenant,
            connections,
            apis,
            keys,
            discovery,
            android_apps,
            apple_apps,
            client_totals: ClientTotals::default(),
        }));
    }
    let cause = format!("{id} changes faster than it can be read");
    Err(Fault::Unavailable { retry_after: SHORT_WAIT, cause })
}

fn written(document: &Value) -> Result<Bytes, Fault> {
    serde_json::to_vec(document).map(Bytes::from).map_err(|error| Fault::internal(error.to_string()))
}
