//! Deleting a connection, with the people in it.
//!
//! The first commit takes the connection away: from that moment nobody logs in through it, no code and
//! no refresh token of its people gives anything, and userinfo knows none of them. Its people may be a
//! million, so they are deleted in small batches after that: the first of them before the answer, the
//! rest in the background.
//!
//! Source: the Management API's `DELETE /connections/{id}` (202: accepted).

use doorward_model::ids::{ConnectionId, TenantId};
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, connections, users};

use super::about;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Delete a connection";
/// People per batch: a few hundred statements, so that whoever waits for the writer hardly notices.
const BATCH: u32 = 50;
/// Batches before the answer.
const BATCHES: usize = 40;

/// Deletes a connection. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, id: &ConnectionId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &ConnectionId) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteConnections)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let Some(connection) = connections::get(&scope, id).await? else { return Ok(false) };
    let mut batch = scope.batch();
    connections::retire(&mut batch, id, app.now());
    record::push_by(&mut batch, app, caller, about(WHAT, &connection));
    match batch.commit().await {
        Ok(_) => {}
        // Somebody else deleted it a moment ago.
        Err(StoreError::Unmet { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    finish(app, tenant, id, BATCHES).await?;
    Ok(true)
}

/// Deletes people of a connection that is on its way out, in at most so many batches, and its row once
/// nobody is left. Any number of processes may do this at once.
pub(crate) async fn finish(
    app: &App,
    tenant: &TenantId,
    id: &ConnectionId,
    batches: usize,
) -> Result<(), Fault> {
    let scope = app.db().tenant(tenant);
    for _ in 0..batches {
        let people = users::some_of_connection(&scope, id, BATCH).await?;
        let mut batch = scope.batch();
        for user in &people {
            users::delete(&mut batch, user, app.now());
        }
        if people.is_empty() {
            connections::delete_if_empty(&mut batch, id);
        }
        batch.commit().await?;
        if people.is_empty() {
            return Ok(());
        }
    }
    Ok(())
}
