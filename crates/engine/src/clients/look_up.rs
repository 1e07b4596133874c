//! Looking at one client without its secrets.
//!
//! Source: the brief, "Client Settings": the secret is hidden until it is asked for.

use doorward_model::api::ClientGrant;
use doorward_model::client::Client;
use doorward_model::ids::{ClientId, ConnectionId};
use doorward_model::scope::ApiScope;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// A client and what is joined to it.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The client.
    pub client: Client,
    /// The connections that its users may come from.
    pub connections: Vec<ConnectionId>,
    /// What it was granted itself, in its own name or in that of people.
    pub grants: Vec<ClientGrant>,
}

/// The client of that id. No secret leaves, so nothing is logged.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn look_up(app: &App, caller: &Caller, id: &ClientId) -> Result<Overview, Fault> {
    caller.may(ApiScope::ReadClients)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let entry = app.client(&state, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    Ok(Overview {
        client: entry.client.clone(),
        connections: entry.connections.clone(),
        grants: entry.grants.iter().filter(|grant| grant.grantee.client().is_some()).cloned().collect(),
    })
}
