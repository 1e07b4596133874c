//! Clients: one verb per file. Each begins with the permission and ends with the event of the log.
//!
//! Source: the brief, "Clients"; the Management API's `/api/v2/clients`.

pub(crate) mod addon_keys;
mod create;
mod credentials;
mod default_app;
mod delete;
mod edit;
mod enable_connection;
mod get;
mod grant_management_api;
mod habits;
mod last_change;
mod list;
mod look_up;
mod reveal_secret;
mod rotate_secret;
mod secrets;
mod signing;
mod statistics;
mod totals;
mod try_token;
mod update;

#[cfg(test)]
mod tests;

use doorward_model::client::Client;
use doorward_model::ids::{AdminId, ClientId, SecretId, TenantId};
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_store::global::admins;
use doorward_store::{Scope, StoreError, clients as stored};
use serde_json::{Value, json};

use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;
use crate::logs::record::EventDraft;
use crate::sealing::Place;

pub(crate) use create::{Made, push_new};
pub use create::{NewClient, create};
pub use credentials::{add_credential, credential, delete_credential, expire_credential, list_credentials};
pub(crate) use default_app::settings as default_settings;
pub use default_app::{bring_back, default_app};
pub use delete::delete;
pub use edit::edit;
pub use enable_connection::enable_connection;
pub use get::get;
pub use grant_management_api::grant_management_api;
pub use habits::{Habits, habits};
pub use last_change::{Change, last_changes};
pub use list::{ClientOrder, ClientPage, ClientQuery, list};
pub use look_up::{Overview, look_up};
pub use reveal_secret::reveal_secret;
pub use rotate_secret::rotate_secret;
pub(crate) use secrets::mark;
pub use secrets::{AddedSecret, add_secret, list_secrets, stop_secret};
pub use statistics::{ClientActivity, Condition, MOST_COUNTED, PERIOD, RECENT, last_use, statistics};
pub(crate) use totals::ClientTotals;
pub use try_token::{TriedToken, try_token};
pub use update::update;

/// The scopes that open the reading of clients; how much of one is shown depends on which.
pub const READING: &[ApiScope] = &[
    ApiScope::ReadClients,
    ApiScope::ReadClientKeys,
    ApiScope::ReadClientCredentials,
    ApiScope::ReadClientSummary,
];

/// A client as its caller may see it.
#[derive(Debug, Clone)]
pub struct ShownClient {
    /// The client.
    pub client: Client,
    /// *The* client secret, where the caller may see it.
    pub secret: Option<Secret>,
    /// The admins of the tenant, where this is the client that stands for all of it.
    pub owners: Vec<AdminId>,
}

impl ShownClient {
    /// A client by itself, without its secret and without owners.
    #[must_use]
    pub fn alone(client: Client) -> Self {
        Self { client, secret: None, owners: Vec::new() }
    }

    async fn to(app: &App, caller: &Caller, entry: &ClientEntry) -> Result<Self, Fault> {
        let secret = if caller.holds(ApiScope::ReadClientKeys) { primary(entry) } else { None };
        Self::with(app, caller, entry.client.clone(), secret).await
    }

    async fn with(app: &App, caller: &Caller, client: Client, secret: Option<Secret>) -> Result<Self, Fault> {
        let owners = if client.global {
            let admins = admins::list(&app.db().tenant(&caller.tenant.tenant.id)).await?;
            admins.into_iter().map(|admin| admin.id).collect()
        } else {
            Vec::new()
        };
        Ok(Self { client, secret, owners })
    }
}

fn primary(entry: &ClientEntry) -> Option<Secret> {
    entry.client_secret().cloned()
}

/// Why a client was not written.
fn not_written(error: StoreError) -> Fault {
    match error {
        StoreError::Conflict { what } if what == stored::ALIASES => Fault::Exists { what: "client alias" },
        error => error.into(),
    }
}

/// Where a client secret is sealed.
#[must_use]
pub fn secret_place<'a>(tenant: &'a TenantId, id: &'a SecretId) -> Place<'a> {
    Place { tenant, table: "client_secrets", row: id.as_str(), purpose: "client_secret" }
}

/// The event of something done to a client; the client of the event itself is the one that did it,
/// when it was a program.
fn about(what: &str, client: &Client) -> EventDraft {
    EventDraft::new(EventCode::ManagementWrite, what).detail("target", named(client))
}

/// A client as events name whom something was done to.
pub(crate) fn named(client: &Client) -> Value {
    json!({ "client_id": client.id.as_str(), "client_name": client.settings.name.as_str() })
}

/// The same for a client that only its id is known of; it may be gone.
pub(crate) async fn named_by(scope: &Scope<'_>, id: &ClientId) -> Result<Value, Fault> {
    let client = stored::get(scope, id).await?;
    Ok(client.as_ref().map_or_else(|| json!({ "client_id": id.as_str() }), named))
}

/// The event of secrets being read, those of one client or those of a whole list; reading the same
/// again within the minute only counts.
fn secrets_read(caller: &Caller, of: Option<&Client>) -> EventDraft {
    let draft = EventDraft::new(EventCode::SecretRead, "Read client secrets");
    let (draft, which) = match of {
        Some(client) => (draft.detail("target", named(client)), client.id.as_str()),
        None => (draft, "*"),
    };
    draft.folded(&format!("{which} {:?}", caller.who))
}

/// Reads a Client ID as it came; what is not spelled like one belongs to nobody.
#[must_use]
pub fn parse_id(text: &str) -> Option<ClientId> {
    ClientId::parse(text).ok()
}

/// The id of a client that may be gone: only what looks like one, 32 letters and digits, or `tpc_` and 22.
#[must_use]
pub fn parse_gone(text: &str) -> Option<ClientId> {
    let (rest, length) = text.strip_prefix("tpc_").map_or((text, 32), |rest| (rest, 22));
    let is_like_one = rest.len() == length && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    ClientId::parse(text).ok().filter(|_| is_like_one)
}
