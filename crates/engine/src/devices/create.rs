//! Registering a device: a person for themselves, and nobody for somebody else.

use doorward_model::device_credential::{DeviceCredential, MAX_PER_USER, NewDevice};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, clients, device_credentials};
use serde_json::{Map, Value};

use super::about;
use crate::app::App;
use crate::caller::{Caller, Who};
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Create a device credential";

/// Registers a device of whoever asks.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], or trouble with the store. Refusals are logged.
pub async fn create(
    app: &App,
    caller: &Caller,
    body: &Map<String, Value>,
) -> Result<DeviceCredential, Fault> {
    match make(app, caller, body).await {
        Ok(device) => Ok(device),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<DeviceCredential, Fault> {
    let needed = ApiScope::CreateCurrentUserDeviceCredentials;
    caller.may(needed)?;
    let Who::User { id: user, client: asking, .. } = &caller.who else {
        return Err(Fault::Forbidden { any_of: vec![needed] });
    };
    let new = NewDevice::from_json(body)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let unknown = || FieldErrors::from(FieldError::new("client_id", "enum", "There is no such client."));
    let client = match &new.client {
        None => asking.clone(),
        Some(named) => {
            let id = ClientId::parse(named).map_err(|_| unknown())?;
            app.client(&state, &id).await?.ok_or_else(unknown)?.client.id.clone()
        }
    };
    let device = DeviceCredential {
        id: app.entropy().device_credential_id(),
        user: user.clone(),
        client,
        device_id: new.device_id,
        device_name: new.device_name,
        value: new.value,
        created_at: app.now(),
    };
    let scope = app.db().tenant(&state.tenant.id);
    let mut batch = scope.batch();
    device_credentials::insert(&mut batch, &device, MAX_PER_USER);
    record::push_by(&mut batch, app, caller, about(WHAT, &device));
    match batch.commit().await {
        Ok(_) => Ok(device),
        // Deleted a moment ago, with the devices that it had.
        Err(StoreError::Unmet { .. }) if clients::get(&scope, &device.client).await?.is_none() => {
            Err(unknown().into())
        }
        Err(StoreError::Unmet { .. }) => {
            let text = format!("A person has at most {MAX_PER_USER} devices. Remove one first.");
            Err(FieldErrors::from(FieldError::new("device_id", "maximum", text)).into())
        }
        Err(error) => Err(error.into()),
    }
}
