//! Listing clients.
//!
//! Source: the Management API's `GET /clients`.

use doorward_model::client::kind::ClientKind;
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_model::search::Query;
use doorward_model::time::Timestamp;
use doorward_store::clients::{self, ClientFilter};

pub use doorward_store::clients::ClientOrder;

use super::statistics::{self, Condition};
use super::{READING, ShownClient, addon_keys, secrets_read};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

/// Which clients, and which part of them.
#[derive(Debug, Clone, Default)]
pub struct ClientQuery {
    /// Only the global client, or only the others.
    pub is_global: Option<bool>,
    /// Only clients of the house, or only those of third parties.
    pub is_first_party: Option<bool>,
    /// Only clients of these types; empty means all.
    pub app_types: Vec<ClientKind>,
    /// Only clients whose name, id, callback, logout URL or origin contains this.
    pub search: Option<String>,
    /// Only clients that are known elsewhere under this.
    pub external_client_id: Option<String>,
    /// Only clients that this search of [`doorward_model::client::search::CLIENTS`] finds.
    pub query: Option<Query>,
    /// Only clients that fare like that.
    pub condition: Option<Condition>,
    /// The order.
    pub order: ClientOrder,
    /// How many to skip.
    pub offset: u32,
    /// Begin behind this place instead, from oldest to newest; cheap at any depth.
    pub after: Option<(Timestamp, ClientId)>,
    /// How many to give.
    pub limit: u32,
    /// Whether the secrets are wanted, if the caller may see them; then the reading is logged.
    pub with_secrets: bool,
    /// Whether to count all that match.
    pub with_total: bool,
}

/// A part of a list.
#[derive(Debug)]
pub struct ClientPage {
    /// The clients, in the order asked for.
    pub clients: Vec<ShownClient>,
    /// How many match in all, where asked for.
    pub total: Option<i64>,
}

/// The clients that match.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(app: &App, caller: &Caller, query: &ClientQuery) -> Result<ClientPage, Fault> {
    caller.may_any(READING)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let filter = ClientFilter {
        is_global: query.is_global,
        is_first_party: query.is_first_party,
        app_types: query.app_types.clone(),
        search: query.search.clone(),
        external_client_id: query.external_client_id.clone(),
        query: query.query.clone(),
        condition: query.condition.map(|condition| statistics::since(app, condition)),
        order: query.order,
    };
    let total = if query.with_total { Some(state.client_totals.of(&scope, &filter).await?) } else { None };
    let found = match &query.after {
        Some((at, id)) => clients::list_after(&scope, &filter, Some((*at, id)), query.limit).await?,
        None => clients::list(&scope, &filter, query.offset, query.limit).await?,
    };
    let with_secrets = query.with_secrets && caller.holds(ApiScope::ReadClientKeys);
    let mut shown = Vec::with_capacity(found.len());
    for client in found {
        let entry = if with_secrets { app.client(&state, &client.id).await? } else { None };
        let secret = entry.as_deref().and_then(super::primary);
        let client = addon_keys::opened(app, &state.tenant.id, client)?;
        shown.push(ShownClient::with(app, caller, client, secret).await?);
    }
    if with_secrets && !shown.is_empty() {
        record::alone_by(app, caller, secrets_read(caller, None)).await?;
    }
    Ok(ClientPage { clients: shown, total })
}
