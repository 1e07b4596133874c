//! Removing a credential of a device: its owner, or an admin.

use doorward_model::ids::{DeviceCredentialId, FamilyId, UserId};
use doorward_model::scope::ApiScope;
use doorward_store::device_credentials;

use super::about;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;
use crate::refresh_tokens;

const WHAT: &str = "Delete a device credential";

/// Removes a key, or revokes the refresh token of that id. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, id: &DeviceCredentialId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

const OWN: ApiScope = ApiScope::DeleteCurrentUserDeviceCredentials;
const ALL: ApiScope = ApiScope::DeleteDeviceCredentials;

async fn remove(app: &App, caller: &Caller, id: &DeviceCredentialId) -> Result<bool, Fault> {
    caller.may_any(&[OWN, ALL])?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let Some(device) = device_credentials::get(&scope, id).await? else {
        return revoke(app, caller, id).await;
    };
    if !reaches(caller, &device.user)? {
        return Ok(false);
    }
    let mut batch = scope.batch();
    device_credentials::delete(&mut batch, id);
    record::push_by(&mut batch, app, caller, about(WHAT, &device));
    batch.commit().await?;
    Ok(true)
}

/// Whether what is somebody's is there for the caller. To a person the devices of others are not: an answer
/// must not say whether they are.
fn reaches(caller: &Caller, owner: &UserId) -> Result<bool, Fault> {
    match caller.may_about(owner, OWN, &[ALL]) {
        Ok(()) => Ok(true),
        Err(_) if caller.holds(OWN) => Ok(false),
        Err(fault) => Err(fault),
    }
}

async fn revoke(app: &App, caller: &Caller, id: &DeviceCredentialId) -> Result<bool, Fault> {
    let Ok(id) = FamilyId::parse(id.as_str()) else { return Ok(false) };
    let Some(token) = refresh_tokens::exchangeable(app, caller, &id).await? else { return Ok(false) };
    if !reaches(caller, &token.family.authorization.user)? {
        return Ok(false);
    }
    refresh_tokens::end(app, caller, &token.family).await?;
    Ok(true)
}
