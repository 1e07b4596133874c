//! Clients in memory: a bounded cache, because a tenant may have 100,000 of them.
//!
//! An entry counts only under the version of the tenant that it was read under, so any change of the
//! tenant's configuration makes it be read again. What is not there is never remembered: "unknown
//! client" always comes from the database.

use std::sync::Arc;

use doorward_model::api::{ClientGrant, SubjectType};
use doorward_model::client::Client;
use doorward_model::client::secrets::is_live;
use doorward_model::ids::{ClientId, ConnectionId, SecretId, TenantId};
use doorward_model::secret::Secret;
use doorward_model::time::Timestamp;
use doorward_model::user::User;
use doorward_protocol::oauth::api_scope;
use doorward_protocol::oauth::client_assertion::ClientKey;
use doorward_store::{client_credentials, client_grants, client_secrets, clients, connections};
use quick_cache::sync::Cache;

use crate::app::App;
use crate::clients::{addon_keys, secret_place};
use crate::fault::Fault;
use crate::secret_uses::Noted;
use crate::state::TenantState;

const CAPACITY: usize = 10_000;

/// A client with everything that requests of it need.
#[derive(Debug)]
pub struct ClientEntry {
    /// The client.
    pub client: Client,
    /// Its secrets, opened; the primary one first.
    pub secrets: Vec<KnownSecret>,
    /// The keys that prove it, if it proves itself that way.
    pub keys: Vec<ClientKey>,
    /// The connections that its users may come from.
    pub connections: Vec<ConnectionId>,
    /// What it may ask of APIs, for itself and for people.
    pub grants: Vec<ClientGrant>,
}

impl ClientEntry {
    /// Whether the connection of `user` is there, switched on and may serve the client; nobody has none.
    #[must_use]
    pub fn lets_in(&self, state: &TenantState, user: Option<&User>) -> bool {
        user.is_none_or(|user| {
            let connection = state.connection(&user.connection);
            self.connections.contains(&user.connection)
                && connection.is_some_and(|connection| connection.may_serve(&self.client))
        })
    }

    /// The secrets that work at `now`.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &KnownSecret> {
        self.secrets.iter().filter(move |known| is_live(known.expires_at, now))
    }

    /// *The* client secret, as the API shows it and ID tokens are signed with; none for a client that
    /// proves itself with a key.
    #[must_use]
    pub fn client_secret(&self) -> Option<&Secret> {
        let primary = self.secrets.first().filter(|known| known.is_primary);
        primary.filter(|_| !self.client.proves_by_key()).map(|known| &known.secret)
    }

    /// The grant for the client's own tokens for the API with this identifier.
    #[must_use]
    pub fn grant(&self, audience: &str) -> Option<&ClientGrant> {
        api_scope::find(&self.grants, &self.client, SubjectType::Client, audience)
    }
}

/// A secret of a client, opened.
#[derive(Debug)]
pub struct KnownSecret {
    /// Its id.
    pub id: SecretId,
    /// The secret.
    pub secret: Secret,
    /// Whether it is *the* client secret.
    pub is_primary: bool,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When its use was noted last.
    pub(crate) noted: Noted,
}

type Key = (TenantId, ClientId);

/// The cache.
pub(crate) struct ClientsCache(Cache<Key, (i64, Arc<ClientEntry>)>);

impl ClientsCache {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl App {
    /// The client of that id, from memory when it was read under the version of `state`, else from
    /// the database. `None` always comes from the database.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn client(
        &self,
        state: &TenantState,
        id: &ClientId,
    ) -> Result<Option<Arc<ClientEntry>>, Fault> {
        let key = (state.tenant.id.clone(), id.clone());
        if let Some((version, entry)) = self.clients_cache().0.get(&key)
            && version == state.tenant.version
        {
            return Ok(Some(entry));
        }
        // Boxed, since it is seldom done: every request would else carry room for it.
        let Some(entry) = Box::pin(self.read_client(&state.tenant.id, id)).await? else {
            self.clients_cache().0.remove(&key);
            return Ok(None);
        };
        let entry = Arc::new(entry);
        // Stamped with the version that was known before the rows were read: if they are newer than
        // that, the entry is merely read once more than needed.
        self.clients_cache().0.insert(key, (state.tenant.version, Arc::clone(&entry)));
        Ok(Some(entry))
    }

    async fn read_client(&self, tenant: &TenantId, id: &ClientId) -> Result<Option<ClientEntry>, Fault> {
        let scope = self.db().tenant(tenant);
        let Some(client) = clients::get(&scope, id).await? else { return Ok(None) };
        let client = addon_keys::opened(self, tenant, client)?;
        let mut rows = client_secrets::for_client(&scope, id).await?;
        rows.sort_by_key(|row| (!row.primary, row.created_at));
        let mut secrets = Vec::with_capacity(rows.len());
        for row in rows {
            let secret = self.sealing().open_text(secret_place(tenant, &row.id), &row.sealed)?;
            let noted = Noted::at(row.last_use.map(|last| last.at));
            let (is_primary, expires_at) = (row.primary, row.expires_at);
            secrets.push(KnownSecret { id: row.id, secret, is_primary, expires_at, noted });
        }
        let keys = if client.proves_by_key() { self.read_keys(tenant, &client).await? } else { Vec::new() };
        let connections = connections::for_client(&scope, id).await?;
        let mut grants = client_grants::for_client(&scope, id).await?;
        if !client.settings.is_first_party {
            grants.extend(client_grants::defaults(&scope).await?);
        }
        Ok(Some(ClientEntry { client, secrets, keys, connections, grants }))
    }

    /// The keys that the client's settings name.
    async fn read_keys(&self, tenant: &TenantId, client: &Client) -> Result<Vec<ClientKey>, Fault> {
        let rows = client_credentials::for_client(&self.db().tenant(tenant), &client.id).await?;
        let in_use = rows.iter().filter(|row| client.credentials().any(|id| *id == row.id));
        let open = |row| ClientKey::open(row).map_err(|error| Fault::internal(error.to_string()));
        in_use.map(open).collect()
    }
}
