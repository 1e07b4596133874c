//! Listing connections.
//!
//! Source: the Management API's `GET /connections`.

use doorward_model::ids::ConnectionId;
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;
use doorward_store::connections::{self, ConnectionFilter};

use super::{ShownConnection, with_clients};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// Which connections.
#[derive(Debug, Clone, Default)]
pub struct ConnectionQuery {
    /// Only those of these strategies, by their names on the wire; none means all.
    pub strategies: Option<Vec<String>>,
    /// Only the one of this name.
    pub name: Option<String>,
    /// Whether the clients that each is switched on for are wanted.
    pub with_clients: bool,
}

/// Which part of a list.
#[derive(Debug, Clone)]
pub enum ConnectionPart {
    /// A page.
    Page {
        /// How many to skip.
        offset: u32,
        /// How many to give.
        limit: u32,
        /// Whether to count all that match.
        with_total: bool,
    },
    /// What follows a connection.
    After {
        /// When that one was made, and its id; none begins with the first.
        last: Option<(Timestamp, ConnectionId)>,
        /// How many to give.
        limit: u32,
    },
}

/// A part of a list.
#[derive(Debug)]
pub struct ConnectionPage {
    /// The connections, from oldest to newest.
    pub connections: Vec<ShownConnection>,
    /// How many match in all, where asked for.
    pub total: Option<i64>,
}

/// The connections that match.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(
    app: &App,
    caller: &Caller,
    query: ConnectionQuery,
    part: &ConnectionPart,
) -> Result<ConnectionPage, Fault> {
    caller.may(ApiScope::ReadConnections)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let filter = ConnectionFilter { strategies: query.strategies, name: query.name };
    let (found, total) = match part {
        ConnectionPart::Page { offset, limit, with_total } => {
            let total = if *with_total { Some(connections::count(&scope, &filter).await?) } else { None };
            (connections::list(&scope, &filter, *offset, *limit).await?, total)
        }
        ConnectionPart::After { last, limit } => {
            let last = last.as_ref().map(|(at, id)| (*at, id));
            (connections::list_after(&scope, &filter, last, *limit).await?, None)
        }
    };
    let connections = if query.with_clients {
        with_clients(&scope, found).await?
    } else {
        let bare = |connection| ShownConnection { connection, enabled_clients: Vec::new() };
        found.into_iter().map(bare).collect()
    };
    Ok(ConnectionPage { connections, total })
}
