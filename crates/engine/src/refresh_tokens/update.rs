//! The free facts that an admin keeps about a refresh token.
//!
//! Source: the Management API's `PATCH /refresh-tokens/{id}`.

use doorward_model::ids::FamilyId;
use doorward_model::json::Object;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, token_families};
use serde_json::json;

use super::{NOUN, ShownToken, list};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};
use crate::sessions;

const WHAT: &str = "Update a refresh token";

/// Sets what `body` says; null removes it.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], or trouble with the store. Refusals
/// are logged.
pub async fn update(app: &App, caller: &Caller, id: &FamilyId, body: &Object) -> Result<ShownToken, Fault> {
    match change(app, caller, id, body).await {
        Ok(changed) => Ok(changed),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn change(app: &App, caller: &Caller, id: &FamilyId, body: &Object) -> Result<ShownToken, Fault> {
    caller.may(ApiScope::UpdateRefreshTokens)?;
    let wanted = sessions::facts(body, "refresh_token_metadata")?;
    let mut shown = list::find(app, caller, id).await?;
    let Some(metadata) = wanted.filter(|wanted| *wanted != shown.token.family.metadata) else {
        return Ok(shown);
    };
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    token_families::put_metadata(&mut batch, id, metadata.as_ref());
    let user = shown.token.family.authorization.user.as_str();
    let target = json!({ "refresh_token_id": id.as_str(), "user_id": user });
    let draft = EventDraft::new(EventCode::ManagementWrite, WHAT).detail("target", target);
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Unmet { .. }) => return Err(Fault::NotFound { what: NOUN }),
        Err(error) => return Err(error.into()),
    }
    shown.token.family.metadata = metadata;
    Ok(shown)
}
