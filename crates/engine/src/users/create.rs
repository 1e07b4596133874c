//! Making a user of a database connection.

use doorward_model::connection::Connection;
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
use crate::passwords::check_new_of;

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
    let (state, _) = app.refresh(&caller.tenant).await?;
    let connection = state.connection_named(new.connection).ok_or(Fault::NotFound { what: "connection" })?;
    let email = checked(connection, &new)?;
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

fn checked(connection: &Connection, new: &NewUser<'_>) -> Result<Email, FieldErrors> {
    let mut errors = FieldErrors::default();
    if let Err(found) = check_new_of(connection, &new.password) {
        errors.push(found);
    }
    match Email::parse(new.email) {
        Ok(email) => errors.into_result(email),
        Err(error) => {
            errors.push(error);
            Err(errors)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Kit;
    use doorward_model::connection::DEFAULT_DATABASE;

    fn new<'a>(email: &'a str, password: &str) -> NewUser<'a> {
        NewUser {
            connection: DEFAULT_DATABASE,
            email,
            email_verified: false,
            password: Secret::new(password.to_owned()),
            profile: Profile::default(),
        }
    }

    #[tokio::test]
    async fn a_user_is_made_once_per_address_whatever_its_case() {
        let kit = Kit::new().await;
        let user = create(&kit.app, &kit.shell(), new("Eve@Acme.test", "correct horse")).await.unwrap();
        assert_eq!(user.email.as_str(), "eve@acme.test");
        assert!(user.id.as_str().starts_with("auth0|"));
        let again = create(&kit.app, &kit.shell(), new("eve@acme.TEST", "correct horse")).await;
        assert!(matches!(again, Err(Fault::Conflict { what: "user" })));
        let scope = kit.tenant();
        let scope = kit.app.db().tenant(&scope.tenant.id);
        let (_, stored) = users::by_email(&scope, &user.connection, &user.email).await.unwrap().unwrap();
        let password = Secret::new("correct horse".to_owned());
        assert!(kit.app.passwords().verify(&password, stored.as_ref()).await.unwrap());
        assert!(!format!("{:?}", kit.events().await).contains("correct horse"));
    }

    #[tokio::test]
    async fn all_that_is_wrong_is_said_at_once() {
        let kit = Kit::new().await;
        let fault = create(&kit.app, &kit.shell(), new("nobody", "short")).await.unwrap_err();
        let Fault::Invalid(errors) = fault else { panic!("{fault}") };
        let paths: Vec<_> = errors.all().iter().map(|error| error.path.as_str()).collect();
        assert_eq!(paths, ["password", "email"]);
        let elsewhere = NewUser { connection: "nowhere", ..new("eve@acme.test", "correct horse") };
        let fault = create(&kit.app, &kit.shell(), elsewhere).await.unwrap_err();
        assert!(matches!(fault, Fault::NotFound { what: "connection" }));
        let caller = kit.machine(&[ApiScope::CreateClients]);
        let fault = create(&kit.app, &caller, new("eve@acme.test", "correct horse")).await.unwrap_err();
        assert!(matches!(fault, Fault::Forbidden { .. }));
    }
}
