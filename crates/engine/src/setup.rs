//! The one-time set-up link: how the first admin gets in without a default password.
//!
//! The code is shown once, in the terminal; only its hash is stored. It works once, for an hour, and
//! a new one ends the one before. Source: UX, "First run".

use doorward_model::admin::{Admin, Role, SETUP_LINK_LIFETIME};
use doorward_model::fields::FieldError;
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_protocol::digest::token_hash;
use doorward_store::StoreError;
use doorward_store::global::{admins as stored, setup_links};
use serde_json::json;

use crate::admins;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const LINK: &str = "Make a set-up link";
const REDEEM: &str = "Use a set-up link";

/// Whether nobody administers the installation yet.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_pending(app: &App) -> Result<bool, Fault> {
    Ok(stored::count(&app.db().global()).await? == 0)
}

/// Makes a link and gives its code, which is to be shown once; links before it stop working.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn link(app: &App, caller: &Caller) -> Result<Secret, Fault> {
    caller.may_administer()?;
    let code = app.entropy().setup_code();
    setup_links::put(&app.db().global(), &token_hash(&code), app.now().after(SETUP_LINK_LIFETIME)).await?;
    record::alone_by(app, caller, EventDraft::new(EventCode::ManagementWrite, LINK)).await?;
    Ok(code)
}

/// Makes an owner of whoever holds the code.
///
/// # Errors
/// [`Fault::Invalid`] for a code that does not work, an address or a password; [`Fault::Conflict`]
/// when the address is taken; or trouble with the store. Refusals are logged.
pub async fn redeem(
    app: &App,
    caller: &Caller,
    code: &Secret,
    email: &str,
    password: &Secret,
) -> Result<Admin, Fault> {
    match use_up(app, caller, code, (email, password)).await {
        Ok(admin) => Ok(admin),
        Err(fault) => Err(record::refused(app, caller, REDEEM, None, fault).await),
    }
}

async fn use_up(
    app: &App,
    caller: &Caller,
    code: &Secret,
    (email, password): (&str, &Secret),
) -> Result<Admin, Fault> {
    let hash = token_hash(&Secret::new(code.expose().trim().to_owned()));
    // Asked before the hash is computed, so that guessing costs us nothing.
    if !setup_links::is_good(&app.db().global(), &hash, app.now()).await? {
        return Err(spent());
    }
    let email = admins::checked(email, password)?;
    let credential = app.passwords().hash(password).await?;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    setup_links::take(&mut batch, &hash, app.now());
    let admin = admins::push_new(&mut batch, app, email, (Role::Owner, &credential));
    let target = json!({ "admin_id": admin.id.as_str(), "email": admin.email.as_str(), "role": "owner" });
    let draft = EventDraft::new(EventCode::ManagementWrite, REDEEM).detail("target", target);
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => Ok(admin),
        Err(StoreError::Unmet { what: setup_links::SPENT }) => Err(spent()),
        Err(StoreError::Conflict { .. }) => Err(Fault::Conflict { what: "admin" }),
        Err(error) => Err(error.into()),
    }
}

fn spent() -> Fault {
    let text = "This set-up code does not work: it was used, or it is older than an hour, or it was mistyped. \
                Print a new one with: doorward init --link";
    Fault::Invalid(FieldError::new("code", "format", text).into())
}
