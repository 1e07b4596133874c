//! Taking grants back. What was given on their word ends in the same commit: codes, refresh tokens, and
//! what opens userinfo.
//!
//! Source: the Management API's `DELETE /grants/{id}` and `DELETE /grants`.

use doorward_model::grant::Grant;
use doorward_model::ids::{GrantId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_store::grants::{self, GrantFilter};
use doorward_store::{Batch, StoreError};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::clients::named_by;
use crate::fault::{Fault, SHORT_WAIT};
use crate::logs::record::{self, EventDraft};

const WHAT: &str = "Delete a grant";
const WHAT_ALL: &str = "Delete the grants of a user";
/// Grants per commit.
const BATCH: u32 = 100;
/// How often the grants of a person are read again because they changed in between.
const TRIES: usize = 100;

/// Takes one grant back. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, id: &GrantId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &GrantId) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteGrants)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let Some(grant) = grants::get(&scope, id).await? else { return Ok(false) };
    let mut target = named_by(&scope, &grant.client).await?;
    target["grant_id"] = grant.id.as_str().into();
    target["user_id"] = grant.user.as_str().into();
    let mut batch = scope.batch();
    push(&mut batch, app, caller, &grant);
    let draft = EventDraft::new(EventCode::ManagementWrite, WHAT)
        .audience(&grant.audience)
        .scope(&grant.scope)
        .detail("target", target);
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => Ok(true),
        // Somebody else took it back a moment ago.
        Err(StoreError::Unmet { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Takes everything back that a person allowed. Gives back how many grants that were.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn delete_of_user(app: &App, caller: &Caller, user: &UserId) -> Result<usize, Fault> {
    match remove_all(app, caller, user).await {
        Ok(count) => Ok(count),
        Err(fault) => Err(record::refused(app, caller, WHAT_ALL, Some(user.as_str()), fault).await),
    }
}

async fn remove_all(app: &App, caller: &Caller, user: &UserId) -> Result<usize, Fault> {
    caller.may(ApiScope::DeleteGrants)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let filter = GrantFilter { user: Some(user.clone()), ..GrantFilter::default() };
    let mut count = 0;
    for _ in 0..TRIES {
        let found = grants::list(&scope, &filter, 0, BATCH).await?;
        if found.is_empty() {
            return Ok(count);
        }
        let mut batch = scope.batch();
        found.iter().for_each(|grant| push(&mut batch, app, caller, grant));
        let target = json!({ "user_id": user.as_str(), "grants": found.len() });
        let draft = EventDraft::new(EventCode::ManagementWrite, WHAT_ALL).detail("target", target);
        record::push_by(&mut batch, app, caller, draft);
        match batch.commit().await {
            Ok(_) => count += found.len(),
            // One of them was taken back a moment ago: read again.
            Err(StoreError::Unmet { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let cause = "the grants of a user keep changing while they are deleted".to_owned();
    Err(Fault::Unavailable { retry_after: SHORT_WAIT, cause })
}

/// Takes a grant back within a batch, whoever wants it.
pub(super) fn push(batch: &mut Batch, app: &App, caller: &Caller, grant: &Grant) {
    let userinfo = caller.tenant.tenant.issuer.url("userinfo");
    grants::delete(batch, grant, &userinfo, app.now());
}
