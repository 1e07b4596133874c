//! A further tenant, made as rows: no use case makes one yet, and isolation is to be tested all the same.

use doorward_engine::app::App;
use doorward_engine::keys;
use doorward_engine::state::management_audience;
use doorward_model::api::{ApiPermission, ResourceServer};
use doorward_model::connection::{Connection, DEFAULT_DATABASE, DatabaseOptions, Strategy};
use doorward_model::ids::TenantId;
use doorward_model::scope::ApiScope;
use doorward_model::signing_alg::KeyFamily;
use doorward_model::signing_key::{KeyState, SigningKey};
use doorward_model::tenant::{Issuer, Tenant, TenantSettings};
use doorward_store::{connections, global, resource_servers, signing_keys};

pub async fn make(app: &App, issuer: &Issuer) -> TenantId {
    let now = app.now();
    let tenant = Tenant {
        id: TenantId::parse("other").unwrap(),
        issuer: issuer.clone(),
        version: 1,
        settings: TenantSettings::new("Other".into()),
        created_at: now,
    };
    let mut batch = app.db().tenant(&tenant.id).batch();
    global::tenants::insert(&mut batch, &tenant);
    for state in [KeyState::Current, KeyState::Next] {
        signing_keys::insert(&mut batch, &key(app, &tenant, state));
    }
    let id = app.entropy().resource_server_id();
    let api = ResourceServer {
        name: "Management API".into(),
        permissions: ApiScope::ALL.iter().map(|scope| ApiPermission::new(scope.as_str(), "")).collect(),
        is_system: true,
        ..ResourceServer::new(id, management_audience(&tenant), now)
    };
    resource_servers::insert(&mut batch, &api);
    let connection = Connection::new(
        app.entropy().connection_id(),
        DEFAULT_DATABASE,
        Strategy::Database(DatabaseOptions::default()),
        now,
    );
    connections::insert(&mut batch, &connection);
    batch.commit().await.unwrap();
    app.reload(&tenant.id).await.unwrap();
    tenant.id
}

fn key(app: &App, tenant: &Tenant, state: KeyState) -> SigningKey {
    let now = app.now();
    let fresh = app.entropy().signing_key(KeyFamily::Rsa, tenant.issuer.host(), now).unwrap();
    let id = app.entropy().key_id();
    let sealed = app.sealing().seal_text(keys::place(&tenant.id, id.as_str()), &fresh.private_key).unwrap();
    SigningKey {
        id,
        state,
        family: KeyFamily::Rsa,
        sealed_private_key: sealed,
        certificate_pem: fresh.certificate_pem,
        created_at: now,
        current_since: (state == KeyState::Current).then_some(now),
        current_until: None,
        revoked_at: None,
    }
}
