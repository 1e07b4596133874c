//! Removing a device: its owner, or an admin.

use doorward_model::ids::DeviceCredentialId;
use doorward_model::scope::ApiScope;
use doorward_store::device_credentials;

use super::about;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Delete a device credential";

/// Removes a device. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn delete(app: &App, caller: &Caller, id: &DeviceCredentialId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &DeviceCredentialId) -> Result<bool, Fault> {
    let (own, all) = (ApiScope::DeleteCurrentUserDeviceCredentials, ApiScope::DeleteDeviceCredentials);
    caller.may_any(&[own, all])?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let Some(device) = device_credentials::get(&scope, id).await? else { return Ok(false) };
    match caller.may_about(&device.user, own, &[all]) {
        Ok(()) => {}
        // To a person the devices of others are not there: an answer must not say whether they are.
        Err(_) if caller.holds(own) => return Ok(false),
        Err(fault) => return Err(fault),
    }
    let mut batch = scope.batch();
    device_credentials::delete(&mut batch, id);
    record::push_by(&mut batch, app, caller, about(WHAT, &device));
    batch.commit().await?;
    Ok(true)
}
