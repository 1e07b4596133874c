//! Listing devices.

use doorward_model::device_credential::DeviceCredential;
use doorward_model::scope::ApiScope;
use doorward_store::device_credentials;

pub use doorward_store::device_credentials::DeviceFilter;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// Which devices, and which part of them.
#[derive(Debug, Clone, Default)]
pub struct DeviceQuery {
    /// Only those of a user, only those for a client.
    pub filter: DeviceFilter,
    /// How many to skip.
    pub offset: u32,
    /// How many to give.
    pub limit: u32,
    /// Whether to count all that match.
    pub with_total: bool,
}

/// A part of a list.
#[derive(Debug)]
pub struct DevicePage {
    /// The devices, from oldest to newest.
    pub devices: Vec<DeviceCredential>,
    /// How many match in all, where asked for.
    pub total: Option<i64>,
}

/// The devices that match.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(app: &App, caller: &Caller, query: &DeviceQuery) -> Result<DevicePage, Fault> {
    caller.may(ApiScope::ReadDeviceCredentials)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let total =
        if query.with_total { Some(device_credentials::count(&scope, &query.filter).await?) } else { None };
    let devices = device_credentials::list(&scope, &query.filter, query.offset, query.limit).await?;
    Ok(DevicePage { devices, total })
}
