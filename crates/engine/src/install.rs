//! Making an installation: the tenant and everything that it starts with, in one transaction.
//!
//! Source: the contracts of `doorward init`.

use std::sync::Arc;

use doorward_model::admin::{Admin, Role};
use doorward_model::api::ResourceServer;
use doorward_model::client::{Client, ClientSettings, GLOBAL_CLIENT};
use doorward_model::connection::{Connection, DEFAULT_DATABASE, DatabaseOptions, Strategy};
use doorward_model::ids::TenantId;
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::signing_alg::KeyFamily;
use doorward_model::signing_key::KeyState;
use doorward_model::tenant::{Issuer, Tenant, TenantSettings};
use doorward_store::{Batch, StoreError, clients, connections, global, resource_servers, signing_keys};
use serde_json::json;

use crate::app::App;
use crate::clients::{Made, default_settings, push_new};
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};
use crate::state::{TenantState, management_audience, management_permissions};
use crate::{admins, keys};

/// What is wanted.
#[derive(Debug, Clone)]
pub struct NewInstallation<'a> {
    /// The issuer; it is never changed afterwards.
    pub issuer: Issuer,
    /// The tenant's name for people.
    pub friendly_name: &'a str,
    /// Address and password of the first admin; without one, a set-up link lets them in.
    pub admin: Option<(&'a str, Secret)>,
}

/// What was made.
#[derive(Debug)]
pub struct Installed {
    /// The tenant.
    pub tenant: Arc<TenantState>,
    /// `Default App`.
    pub default_app: Client,
    /// The first admin, where one was asked for.
    pub admin: Option<Admin>,
}

/// Makes the installation.
///
/// # Errors
/// [`Fault::Exists`] when there is one already, [`Fault::Invalid`] for the admin's address or
/// password, or trouble with the store.
pub async fn init(app: &App, new: &NewInstallation<'_>) -> Result<Installed, Fault> {
    if !global::tenants::versions(&app.db().global()).await?.is_empty() {
        return Err(Fault::Exists { what: "installation" });
    }
    let admin = match &new.admin {
        Some((email, password)) => {
            let email = admins::checked(email, password)?;
            Some((email, app.passwords().hash(password).await?))
        }
        None => None,
    };
    let tenant = Tenant {
        id: tenant_id(&new.issuer)?,
        issuer: new.issuer.clone(),
        version: 1,
        settings: TenantSettings::new(new.friendly_name.to_owned()),
        created_at: app.now(),
    };
    let (current, next) = tokio::join!(
        keys::fresh(app, &tenant, (KeyFamily::Rsa, KeyState::Current)),
        keys::fresh(app, &tenant, (KeyFamily::Rsa, KeyState::Next)),
    );
    let mut batch = app.db().tenant(&tenant.id).batch();
    global::tenants::insert(&mut batch, &tenant);
    signing_keys::insert(&mut batch, &current?);
    signing_keys::insert(&mut batch, &next?);
    resource_servers::insert(&mut batch, &management_api(app, &tenant));
    let default_app = push_clients(&mut batch, app, &tenant)?;
    let admin =
        admin.map(|(email, credential)| admins::push_new(&mut batch, app, email, (Role::Owner, &credential)));
    push_event(&mut batch, app, &tenant, admin.as_ref());
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return Err(Fault::Exists { what: "installation" }),
        Err(error) => return Err(error.into()),
    }
    let tenant = app.reload(&tenant.id).await?;
    Ok(Installed { tenant, default_app, admin })
}

/// The id of the tenant at a domain: its host with dashes, `id.acme.test` gives `id-acme-test`.
fn tenant_id(issuer: &Issuer) -> Result<TenantId, Fault> {
    let host = issuer.host().rsplit_once(':').map_or(issuer.host(), |(host, _)| host);
    let spelled = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = host.chars().map(spelled).take(60).collect();
    TenantId::parse(name.trim_matches('-'))
        .map_err(|error| Fault::internal(format!("no tenant id follows from {issuer}: {error}")))
}

fn management_api(app: &App, tenant: &Tenant) -> ResourceServer {
    let id = app.entropy().resource_server_id();
    ResourceServer {
        name: "Doorward Management API".to_owned(),
        permissions: management_permissions(),
        is_system: true,
        ..ResourceServer::new(id, management_audience(tenant), tenant.created_at)
    }
}

/// `Default App`, the global client, and the database connection with `Default App` enabled.
fn push_clients(batch: &mut Batch, app: &App, tenant: &Tenant) -> Result<Client, Fault> {
    let settings = default_settings();
    let Made { client, .. } = push_new(batch, app, &tenant.id, settings.clone(), false)?;
    clients::mark_default(batch, &client.id);
    let global = ClientSettings { name: GLOBAL_CLIENT.to_owned(), grant_types: Vec::new(), ..settings };
    push_new(batch, app, &tenant.id, global, true)?;
    let connection = Connection::new(
        app.entropy().connection_id(),
        DEFAULT_DATABASE,
        Strategy::Database(DatabaseOptions::default()),
        tenant.created_at,
    );
    connections::insert(batch, &connection);
    connections::enable(batch, &connection.id, &client.id);
    Ok(client)
}

fn push_event(batch: &mut Batch, app: &App, tenant: &Tenant, admin: Option<&Admin>) {
    let draft = EventDraft::new(EventCode::ManagementWrite, "Make the installation")
        .detail("target", json!({ "issuer": tenant.issuer.as_str(), "tenant": tenant.id.as_str() }))
        .detail("admin", admin.map(|admin| admin.email.as_str()));
    record::push_first(batch, app, tenant, draft);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{ADMIN, ISSUER, Kit};
    use doorward_model::scope::ApiScope;

    #[tokio::test]
    async fn an_installation_starts_with_everything_it_needs() {
        let kit = Kit::empty().await;
        assert!(kit.app.tenants().is_empty());
        let installed = kit.install().await.unwrap();
        let state = kit.tenant();
        assert_eq!(state.tenant.id.as_str(), "id-acme-test");
        assert_eq!(state.tenant.issuer.as_str(), ISSUER);
        assert_eq!(state.connections.len(), 1);
        assert_eq!(state.connections[0].name, DEFAULT_DATABASE);
        let api = state.api("https://id.acme.test/api/v2/").unwrap();
        assert!(api.is_system);
        assert_eq!(api.permissions.len(), ApiScope::ALL.len());
        assert_eq!(api.token_lifetime.seconds(), 86_400);
        let app = kit.app.client(&state, &installed.default_app.id).await.unwrap().unwrap();
        assert_eq!(app.client.settings.name, "Default App");
        assert!(app.client.is_confidential());
        assert_eq!(app.connections, [state.connections[0].id.clone()]);
        assert_eq!(app.secrets.len(), 1);
        assert_eq!(installed.admin.unwrap().email.as_str(), ADMIN.0);
        let jwks: serde_json::Value = serde_json::from_slice(&state.keys.jwks).unwrap();
        assert_eq!(jwks["keys"].as_array().unwrap().len(), 2, "the key that signs, and the next one");
        assert_eq!(jwks["keys"][0]["kid"], state.keys.current.kid().as_str());
        let discovery: serde_json::Value = serde_json::from_slice(&state.discovery).unwrap();
        assert_eq!(discovery["issuer"], ISSUER);
        let events = kit.events().await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].code.as_str(), "sapi");
    }

    #[tokio::test]
    async fn a_second_installation_is_refused_and_changes_nothing() {
        let kit = Kit::new().await;
        let before = kit.tenant().tenant.version;
        assert!(matches!(kit.install().await, Err(Fault::Exists { what: "installation" })));
        assert_eq!(kit.app.reload(&kit.tenant().tenant.id).await.unwrap().tenant.version, before);
    }

    #[tokio::test]
    async fn a_weak_password_of_the_first_admin_makes_no_installation() {
        let kit = Kit::empty().await;
        let issuer = Issuer::parse(ISSUER).unwrap();
        let admin = Some(("ada@acme.test", Secret::new("short".to_owned())));
        let made = init(&kit.app, &NewInstallation { issuer, friendly_name: "Acme", admin }).await;
        assert!(matches!(made, Err(Fault::Invalid(_))));
        assert!(kit.install().await.is_ok(), "nothing was there in the way");
    }

    #[test]
    fn a_tenants_id_follows_from_its_domain() {
        for (issuer, id) in [
            ("http://localhost:3667/", "localhost"),
            ("https://id.acme.test/", "id-acme-test"),
            ("https://[::1]:8443/", "1"),
            ("https://ACME.test/", "acme-test"),
        ] {
            assert_eq!(tenant_id(&Issuer::parse(issuer).unwrap()).unwrap().as_str(), id);
        }
    }
}
