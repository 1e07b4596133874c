//! Reading the settings of a tenant.

use doorward_model::scope::ApiScope;
use doorward_model::tenant::TenantSettings;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// The settings, as they are now.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn settings(app: &App, caller: &Caller) -> Result<TenantSettings, Fault> {
    caller.may(ApiScope::ReadTenantSettings)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    Ok(state.tenant.settings.clone())
}
