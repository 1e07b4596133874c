//! Listing admins.

use doorward_model::admin::Admin;
use doorward_store::global::admins;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// The admins of the caller's tenant, by address.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Admin>, Fault> {
    caller.may_administer()?;
    Ok(admins::list(&app.db().tenant(&caller.tenant.tenant.id)).await?)
}
