//! Making a user of a database connection.

use doorward_model::fields::FieldErrors;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::user::{Email, Profile, User};
use doorward_store::{StoreError, users};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};
use crate::passwords::{MIN_FOR_USERS, check_new};

const WHAT: &str = "Create a user";

/// What is wanted.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// The name of the connection.
    pub connection: &'a str,
    /// The address as typed.
    pub email: &'a str,
    /// Whether somebody proved that the address is theirs.
    pub email_verified: bool,
    /// The password.
    pub password: Secret,
    /// What else is known.
    pub profile: Profile,
}

/// Makes a user.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`] for the connection,
/// [`Fault::Conflict`] when the address is taken, or trouble with the store. Refusals are logged.
pub async fn create(app: &App, caller: &Caller, new: NewUser<'_>) -> Result<User, Fault> {
    match make(app, caller, new).await {
        Ok(user) => Ok(user),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller, new: NewUser<'_>) -> Result<User, Fault> {
    caller.may(ApiScope::CreateUsers)?;
    let email = checked(&new)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let connection = state.connection_named(new.connection).ok_or(Fault::NotFound { what: "connection" })?;
    let credential = app.passwords().hash(&new.password).await?;
    let now = app.now();
    let user = User {
        id: app.entropy().user_id(&connection.strategy),
        connection: connection.id.clone(),
        email,
        email_verified: new.email_verified,
        profile: new.profile,
        blocked: false,
        version: 1,
        logins_count: 0,
        last_login: None,
        created_at: now,
        updated_at: now,
    };
    let mut batch = app.db().tenant(&state.tenant.id).batch();
    users::insert(&mut batch, &user);
    users::put_password(&mut batch, &user.id, &credential, now);
    let draft = EventDraft::new(EventCode::ManagementWrite, WHAT)
        .connection(connection)
        .user(&user)
        .detail("target", json!({ "user_id": user.id.as_str(), "email": user.email.as_str() }));
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => Ok(user),
        Err(StoreError::Conflict { .. }) => Err(Fault::Conflict { what: "user" }),
        Err(error) => Err(error.into()),
    }
}

fn checked(new: &NewUser<'_>) -> Result<Email, FieldErrors> {
    let mut errors = FieldErrors::default();
    if let Err(found) = check_new(&new.password, MIN_FOR_USERS) {
        found.all().iter().for_each(|error| errors.push(error.clone()));
    }
    match Email::parse(new.email) {
        Ok(email) => errors.into_result(email),
        Err(error) => {
            errors.push(error);
            Err(errors)
        }
    }
}
