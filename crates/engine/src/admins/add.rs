//! Making an admin.

use doorward_model::admin::{Admin, Role};
use doorward_model::fields::FieldErrors;
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::user::Email;
use doorward_store::global::admins;
use doorward_store::users::Credential;
use doorward_store::{Batch, StoreError};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};
use crate::passwords::{MIN_FOR_ADMINS, check_new};

const WHAT: &str = "Add an admin";

/// Makes an admin with the given role in the caller's tenant.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::Exists`] when the address is taken, or
/// trouble with the store. Refusals are logged.
pub async fn add(
    app: &App,
    caller: &Caller,
    email: &str,
    password: &Secret,
    role: Role,
) -> Result<Admin, Fault> {
    match make(app, caller, (email, password), role).await {
        Ok(admin) => Ok(admin),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(
    app: &App,
    caller: &Caller,
    (email, password): (&str, &Secret),
    role: Role,
) -> Result<Admin, Fault> {
    caller.may_administer()?;
    let email = checked(email, password)?;
    let credential = app.passwords().hash(password).await?;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    let admin = push_new(&mut batch, app, email, (role, &credential));
    let target =
        json!({ "admin_id": admin.id.as_str(), "email": admin.email.as_str(), "role": role.as_str() });
    record::push_by(
        &mut batch,
        app,
        caller,
        EventDraft::new(EventCode::ManagementWrite, WHAT).detail("target", target),
    );
    match batch.commit().await {
        Ok(_) => Ok(admin),
        Err(StoreError::Conflict { .. }) => Err(Fault::Exists { what: "admin" }),
        Err(error) => Err(error.into()),
    }
}

/// Checks address and password of a new admin, both at once.
pub(crate) fn checked(email: &str, password: &Secret) -> Result<Email, FieldErrors> {
    let mut errors = FieldErrors::default();
    if let Err(found) = check_new(password, MIN_FOR_ADMINS) {
        found.all().iter().for_each(|error| errors.push(error.clone()));
    }
    match Email::parse(email) {
        Ok(email) => errors.into_result(email),
        Err(error) => {
            errors.push(error);
            Err(errors)
        }
    }
}

/// Pushes a new admin onto the batch.
pub(crate) fn push_new(
    batch: &mut Batch,
    app: &App,
    email: Email,
    (role, credential): (Role, &Credential),
) -> Admin {
    let admin = Admin { id: app.entropy().admin_id(), email, role, created_at: app.now() };
    admins::insert(batch, &admin, credential);
    admin
}
