//! Giving an admin a new password.

use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_store::StoreError;
use doorward_store::global::admins;
use serde_json::json;

use super::checked;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const WHAT: &str = "Reset the password of an admin";

/// Replaces the password of the admin with that address.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`], or trouble with the store.
/// Refusals are logged.
pub async fn reset(app: &App, caller: &Caller, email: &str, password: &Secret) -> Result<(), Fault> {
    match replace(app, caller, email, password).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn replace(app: &App, caller: &Caller, email: &str, password: &Secret) -> Result<(), Fault> {
    caller.may_administer()?;
    let email = checked(email, password)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let (admin, _) = admins::by_email(&scope, &email).await?.ok_or(Fault::NotFound { what: "admin" })?;
    let credential = app.passwords().hash(password).await?;
    let mut batch = scope.batch();
    admins::set_password(&mut batch, &admin.id, &credential);
    let target = json!({ "admin_id": admin.id.as_str(), "email": email.as_str() });
    record::push_by(&mut batch, app, caller, EventDraft::new(EventCode::ManagementWrite, WHAT).detail("target", target));
    match batch.commit().await {
        Ok(_) => Ok(()),
        Err(StoreError::Unmet { what: admins::MISSING }) => Err(Fault::NotFound { what: "admin" }),
        Err(error) => Err(error.into()),
    }
}
