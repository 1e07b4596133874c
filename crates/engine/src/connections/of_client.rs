//! The connections that the users of one client may come from.
//!
//! Source: the Management API's `GET /clients/{id}/connections`.

use doorward_model::connection::Connection;
use doorward_model::ids::{ClientId, ConnectionId};
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// The scopes of which one is needed besides that of connections: whoever sees no clients learns
/// nothing of one through its connections.
pub const OF_A_CLIENT: &[ApiScope] = &[ApiScope::ReadClients, ApiScope::ReadClientSummary];

/// The connections that are on for the client, from oldest to newest, behind `last` and at most `limit`;
/// of these strategies only, where some are named.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn of_client(
    app: &App,
    caller: &Caller,
    client: &ClientId,
    strategies: Option<&[String]>,
    (last, limit): (Option<(Timestamp, ConnectionId)>, u32),
) -> Result<Vec<Connection>, Fault> {
    caller.may(ApiScope::ReadConnections)?;
    caller.may_any(OF_A_CLIENT)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let entry = app.client(&state, client).await?.ok_or(Fault::NotFound { what: "client" })?;
    let is_wanted = |connection: &&Connection| {
        let place = (connection.created_at, connection.id.clone());
        entry.connections.contains(&connection.id)
            && strategies.is_none_or(|names| names.iter().any(|name| name == connection.strategy.name()))
            && last.as_ref().is_none_or(|last| place > *last)
    };
    let mut found: Vec<Connection> = state.connections.iter().filter(is_wanted).cloned().collect();
    found.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}
