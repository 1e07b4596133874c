//! An admin logs in to the dashboard.
//!
//! As with people: unknown address, wrong password and over-long password are the same from outside,
//! and the try is counted before the hash is computed. Every login has a cookie value of its own.
//! Source: OWASP "Authentication", "Session Management" (a new value at each login).

use doorward_model::admin::Admin;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::tame;
use doorward_model::secret::Secret;
use doorward_model::user::Email;
use doorward_protocol::digest::token_hash;
use doorward_store::Batch;
use doorward_store::global::{admin_sessions, admins as stored};

use crate::app::App;
use crate::caller::{Caller, Who};
use crate::fault::Fault;
use crate::login::attempts::{self, Lock, Subjects};
use crate::logs::record::{self, EventDraft};

/// Why an admin was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginProblem {
    /// No such admin, or not this password: the two look alike from outside.
    NoMatch,
    /// Too many tries for this account or from this address.
    TooManyTries,
}

/// Checks address and password; gives the value of the new session's cookie.
///
/// # Errors
/// [`Fault::Unavailable`] when store or queues cannot serve: nobody is logged in then.
pub async fn log_in(
    app: &App,
    caller: &Caller,
    replaces: Option<&Secret>,
    (email, password): (&str, &Secret),
) -> Result<Result<Secret, LoginProblem>, Fault> {
    let tenant = &caller.tenant.tenant.id;
    let address = Email::parse(email);
    let name = match &address {
        Ok(email) => email.as_str().to_owned(),
        Err(_) => tame(email.trim()).to_lowercase(),
    };
    let subjects = Subjects::of_admin(&name, caller.info.ip);
    let under_way = match attempts::reserve(app, tenant, subjects).await? {
        Ok(under_way) => under_way,
        Err(lock) => {
            note_lock(app, caller, &name, lock).await?;
            return Ok(Err(LoginProblem::TooManyTries));
        }
    };
    let scope = app.db().tenant(tenant);
    let found = match &address {
        Ok(email) => stored::by_email(&scope, email).await?,
        Err(_) => None,
    };
    let (admin, credential) = found.unzip();
    let checked = app.passwords().verify(password, credential.as_ref()).await;
    let (matches, under_way) = under_way.settled(app, tenant, checked).await?;
    let Some(admin) = admin.filter(|_| matches) else {
        let draft = EventDraft::new(EventCode::ManagementWriteFailed, "Log in to the dashboard")
            .user_name(&name)
            .detail("error", serde_json::json!({ "message": "Wrong email or password." }))
            .folded(&name);
        record::alone(app, &caller.tenant, &caller.info, draft).await?;
        return Ok(Err(LoginProblem::NoMatch));
    };
    let mut batch = scope.batch();
    under_way.forgive(&mut batch);
    if let Some(old) = replaces {
        admin_sessions::delete(&mut batch, &token_hash(old));
    }
    let cookie = begin(&mut batch, app, caller, &admin);
    batch.commit().await?;
    Ok(Ok(cookie))
}

/// Pushes a new session of the admin, with its event, and gives the value of its cookie.
pub(crate) fn begin(batch: &mut Batch, app: &App, caller: &Caller, admin: &Admin) -> Secret {
    let cookie = app.entropy().token();
    admin_sessions::insert(batch, &admin.id, &token_hash(&cookie), app.now());
    let who = Who::Admin { id: admin.id.clone(), email: admin.email.clone(), role: admin.role };
    let caller = Caller { who, ..caller.clone() };
    let draft = EventDraft::new(EventCode::ManagementWrite, "Log in to the dashboard")
        .user_name(admin.email.as_str());
    record::push_by(batch, app, &caller, draft);
    cookie
}

async fn note_lock(app: &App, caller: &Caller, name: &str, lock: Lock) -> Result<(), Fault> {
    let draft = match lock {
        // Without the name: an address that is locked out must not make an event per name it tries.
        Lock::Address => EventDraft::new(EventCode::AddressBlocked, "Too many tries from this address"),
        Lock::Account => EventDraft::new(
            EventCode::AccountBlocked,
            "Too many tries to log in to the dashboard with this account from this address",
        )
        .user_name(name)
        .folded(name),
    };
    record::alone(app, &caller.tenant, &caller.info, draft).await
}
