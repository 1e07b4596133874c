//! Rows to test with: one tenant with what most cases need.

use doorward_model::client::credential::{Credential, CredentialAlgorithm};
use doorward_model::client::kind::ClientKind;
use doorward_model::client::secrets::{ClientSecret, Overlap};
use doorward_model::client::{Client, ClientSettings, defaults};
use doorward_model::connection::{Connection, DatabaseOptions, Strategy};
use doorward_model::device::Device;
use doorward_model::ids::{
    ClientId, ConnectionId, CredentialId, FamilyId, KeyId, LogId, RoleId, SecretId, SessionId, TenantId,
    UserId,
};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::role::Role;
use doorward_model::secret::{SealedSecret, TokenHash};
use doorward_model::session::Session;
use doorward_model::tenant::{Issuer, Tenant, TenantSettings};
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::token::{AskedClaims, Authorization, Code, Family, RefreshToken};
use doorward_model::user::{Email, Profile, User};
use doorward_store::{Batch, Db, StoreError, clients, connections, global, sessions, users};

/// The time at which everything happens unless a case says otherwise.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

pub fn later(seconds: u32) -> Timestamp {
    NOW.after(Lifetime::from_seconds(seconds))
}

pub fn tenant_id(id: &str) -> TenantId {
    TenantId::parse(id).unwrap()
}

pub fn client_id(id: &str) -> ClientId {
    ClientId::parse(id).unwrap()
}

pub fn user_id(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

pub fn connection_id(id: &str) -> ConnectionId {
    ConnectionId::parse(id).unwrap()
}

pub fn session_id(id: &str) -> SessionId {
    SessionId::parse(id).unwrap()
}

pub fn family_id(id: &str) -> FamilyId {
    FamilyId::parse(id).unwrap()
}

pub fn log_id(id: &str) -> LogId {
    LogId::parse(id).unwrap()
}

pub fn hash(text: &str) -> TokenHash {
    TokenHash::from_digest(text.to_owned())
}

pub fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub fn tenant(id: &str) -> Tenant {
    Tenant {
        id: tenant_id(id),
        issuer: Issuer::parse(&format!("https://{id}.test/")).unwrap(),
        version: 1,
        settings: TenantSettings::new(id.to_uppercase()),
        created_at: NOW,
    }
}

pub fn client(id: &str, name: &str) -> Client {
    let settings = ClientSettings {
        name: name.to_owned(),
        callbacks: Some(vec!["https://app.test/cb".to_owned()]),
        ..defaults::for_people(ClientKind::RegularWeb)
    };
    Client { id: client_id(id), global: false, version: 1, settings, created_at: NOW, updated_at: NOW }
}

pub fn connection(id: &str, name: &str) -> Connection {
    Connection::new(connection_id(id), name, Strategy::Database(DatabaseOptions::default()), NOW)
}

pub fn user(id: &str, address: &str) -> User {
    User {
        email_verified: true,
        profile: Profile { name: Some("Ada".to_owned()), ..Profile::default() },
        ..User::new(user_id(id), connection_id("con_1"), email(address), NOW)
    }
}

pub fn role(id: &str, name: &str) -> Role {
    Role { id: RoleId::parse(id).unwrap(), name: name.to_owned(), description: None, created_at: NOW }
}

pub fn device(name: &str) -> Device {
    Device { ip: Some("192.0.2.1".to_owned()), user_agent: Some(name.to_owned()) }
}

pub fn session(id: &str) -> Session {
    Session::new(session_id(id), user_id("auth0|1"), NOW, Device::default())
}

pub fn authorization() -> Authorization {
    Authorization {
        client: client_id("client"),
        user: user_id("auth0|1"),
        session: session_id("session"),
        authenticated_at: NOW,
        scope: vec!["openid".to_owned(), "offline_access".to_owned()],
        audience: Some("https://api.test/".to_owned()),
        claims: AskedClaims::default(),
    }
}

pub fn code() -> Code {
    Code {
        authorization: authorization(),
        family: family_id("family"),
        redirect_uri: "https://app.test/cb".to_owned(),
        redirect_uri_was_sent: true,
        nonce: Some("n".to_owned()),
        code_challenge: None,
        auth_time_wanted: false,
        expires_at: later(60),
        used_at: None,
    }
}

pub fn family(id: &str) -> Family {
    Family::new(family_id(id), authorization(), NOW, Device::default())
}

pub fn refresh_token(name: &str, family: &Family) -> RefreshToken {
    RefreshToken {
        hash: hash(name),
        family: family.clone(),
        expires_at: Some(later(1000)),
        idle_expires_at: Some(later(100)),
        rotated_at: None,
        used_at: None,
        device: Device::default(),
    }
}

pub fn event(id: &str) -> Event {
    Event {
        id: log_id(id),
        at: NOW,
        code: EventCode::Login,
        description: "Ada logged in.".to_owned(),
        client: Some(client_id("client")),
        client_name: Some("App".to_owned()),
        connection: Some(connection_id("con_1")),
        connection_name: Some("Users".to_owned()),
        strategy: Some("auth0".to_owned()),
        strategy_type: Some("database".to_owned()),
        user: Some(user_id("auth0|1")),
        user_name: Some("ada@a.test".to_owned()),
        ip: Some("192.0.2.1".to_owned()),
        user_agent: Some("Browser".to_owned()),
        audience: None,
        scope: None,
        hostname: Some("a.test".to_owned()),
        auth0_client: Some(serde_json::json!({"name": "sdk", "version": "1"})),
        details: serde_json::Map::new(),
        fold_key: None,
        count: 1,
    }
}

/// A secret of the client `client`.
pub fn secret(id: &str, primary: bool, created_at: Timestamp) -> ClientSecret {
    ClientSecret {
        id: SecretId::parse(id).unwrap(),
        client: client_id("client"),
        sealed: SealedSecret::from_ciphertext(format!("sealed-{id}")),
        label: (!primary).then(|| format!("label of {id}")),
        primary,
        created_at,
        expires_at: None,
        last_use: None,
    }
}

pub fn overlap(seconds: u32) -> Overlap {
    Overlap::For(Lifetime::from_seconds(seconds))
}

/// A public key of the client `client`.
pub fn credential(id: &str, kid: &str) -> Credential {
    Credential {
        id: CredentialId::parse(id).unwrap(),
        client: client_id("client"),
        name: Some("Key".to_owned()),
        algorithm: CredentialAlgorithm::PS256,
        kid: KeyId::parse(kid).unwrap(),
        public_key: "MIIB".to_owned(),
        certificate_sha256: Some("abc".to_owned()),
        expires_at: Some(later(60)),
        created_at: NOW,
        updated_at: later(1),
    }
}

/// A tenant with a connection, a client, a user and a session.
pub async fn furnish(db: &Db, id: &str) -> TenantId {
    let tenant = tenant(id);
    let mut b = db.tenant(&tenant.id).batch();
    global::tenants::insert(&mut b, &tenant);
    connections::insert(&mut b, &connection("con_1", "Users"));
    clients::insert(&mut b, &client("client", "App"));
    users::insert(&mut b, &user("auth0|1", "ada@a.test"));
    sessions::insert(&mut b, &session("session"), &hash("cookie"), later(1000));
    b.commit().await.unwrap();
    tenant.id
}

/// Commits one write.
pub async fn write(db: &Db, tenant: &TenantId, push: impl FnOnce(&mut Batch)) -> Result<(), StoreError> {
    let mut b = db.tenant(tenant).batch();
    push(&mut b);
    b.commit().await.map(|_| ())
}

/// Commits the same write in `times` tasks at once; gives how many were committed and how the
/// others failed.
pub async fn write_in_parallel(
    db: &Db,
    tenant: &TenantId,
    times: usize,
    push: impl Fn(&mut Batch),
) -> (usize, Vec<StoreError>) {
    let mut tasks = Vec::with_capacity(times);
    for _ in 0..times {
        let mut b = db.tenant(tenant).batch();
        push(&mut b);
        tasks.push(tokio::spawn(b.commit()));
    }
    let mut failures = Vec::new();
    for task in tasks {
        if let Err(error) = task.await.unwrap() {
            failures.push(error);
        }
    }
    (times - failures.len(), failures)
}

pub fn unmet(what: &'static str) -> Result<(), StoreError> {
    Err(StoreError::Unmet { what })
}

pub fn conflict(table: &str) -> Result<(), StoreError> {
    Err(StoreError::Conflict { what: table.to_owned() })
}

pub fn in_use(table: &str) -> Result<(), StoreError> {
    Err(StoreError::InUse { what: table.to_owned() })
}
