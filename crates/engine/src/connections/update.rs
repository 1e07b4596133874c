//! Changing a connection.
//!
//! Source: the Management API's `PATCH /connections/{id}`: `options` are replaced as a whole.

use std::collections::BTreeSet;

use doorward_model::connection::edit::ConnectionPatch;
use doorward_model::ids::{ClientId, ConnectionId};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, connections};
use serde_json::{Map, Value};

use super::{NOUN, ShownConnection, about, check_clients, get, switch_on_for};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Update a connection";
/// How often a change is tried again when somebody else changed the connection in between.
const TRIES: usize = 5;

/// Changes what `body` names and leaves the rest.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], [`Fault::Stale`], or trouble with the
/// store. Refusals are logged.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &ConnectionId,
    body: &Map<String, Value>,
) -> Result<ShownConnection, Fault> {
    match change(app, caller, id, body).await {
        Ok(changed) => Ok(changed),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &ConnectionId,
    body: &Map<String, Value>,
) -> Result<ShownConnection, Fault> {
    caller.may(ApiScope::UpdateConnections)?;
    let patch = ConnectionPatch::from_json(body)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    if let Some(clients) = &patch.enabled_clients {
        check_clients(&scope, clients, "enabled_clients").await?;
    }
    for _ in 0..TRIES {
        let current = connections::get(&scope, id).await?.ok_or(Fault::NotFound { what: NOUN })?;
        let mut next = current.clone();
        patch.clone().apply(&mut next.strategy, &mut next.settings);
        if next == current {
            let shown = get::read(app, caller, id).await?;
            if patch.enabled_clients.as_ref().is_none_or(|wanted| is_same(wanted, &shown.enabled_clients)) {
                return Ok(shown);
            }
        }
        let mut batch = scope.batch();
        connections::update(&mut batch, &next);
        if let Some(clients) = &patch.enabled_clients {
            switch_on_for(&mut batch, id, clients);
        }
        let draft = about(WHAT, &next).detail("fields", body.keys().cloned().collect::<Vec<_>>());
        record::push_by(&mut batch, app, caller, draft);
        match batch.commit().await {
            Ok(_) => {
                app.changed(tenant).await;
                // Whoever may change a connection sees what came of it.
                return get::read(app, caller, id).await;
            }
            Err(StoreError::Unmet { what: connections::STALE }) => {}
            // A client was deleted a moment ago.
            Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "client" }),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: NOUN })
}

/// Whether two lists name the same clients, in whatever order.
fn is_same(wanted: &[ClientId], enabled: &[ClientId]) -> bool {
    let (wanted, enabled): (BTreeSet<_>, BTreeSet<_>) = (wanted.iter().collect(), enabled.iter().collect());
    wanted == enabled
}
