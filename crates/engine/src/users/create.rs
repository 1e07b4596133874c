//! Making a user of a database connection.
//!
//! Source: the Management API's `POST /users`.

use doorward_model::connection::Connection;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::UserId;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::user::edit::{NewUser as Wanted, UserPatch};
use doorward_model::user::{Email, Profile, User};
use doorward_store::{StoreError, users};
use serde_json::{Map, Value};

use super::{ShownUser, about};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;
use crate::passwords::check_new_of;
use crate::state::TenantState;

const WHAT: &str = "Create a user";

/// What is wanted, by somebody who has no body of the API.
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
/// [`Fault::Exists`] when the address is taken, or trouble with the store. Refusals are logged.
pub async fn create(app: &App, caller: &Caller, new: NewUser<'_>) -> Result<User, Fault> {
    let done = async {
        caller.may(ApiScope::CreateUsers)?;
        let (state, _) = app.refresh(&caller.tenant).await?;
        let connection = known(&state, new.connection)?;
        let email = checked(connection, &new)?;
        let wanted = Wanted {
            connection: new.connection.to_owned(),
            email,
            id: None,
            password: Some(new.password),
            patch: UserPatch { email_verified: Some(new.email_verified), ..UserPatch::default() },
        };
        make(app, caller, (&state, connection), (wanted, new.profile)).await
    };
    match done.await {
        Ok(shown) => Ok(shown.user),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

/// Makes the user that a body of the Management API describes.
///
/// # Errors
/// Those of [`create`]. Refusals are logged.
pub async fn create_from(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<ShownUser, Fault> {
    let done = async {
        caller.may(ApiScope::CreateUsers)?;
        let wanted = Wanted::from_json(body)?;
        let (state, _) = app.refresh(&caller.tenant).await?;
        let connection = known(&state, &wanted.connection)?;
        if wanted.password.is_none() {
            let text = "A user of a database connection needs a password.";
            return Err(FieldErrors::from(FieldError::new("password", "required", text)).into());
        }
        make(app, caller, (&state, connection), (wanted, Profile::default())).await
    };
    match done.await {
        Ok(shown) => Ok(shown),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

fn known<'s>(state: &'s TenantState, name: &str) -> Result<&'s Connection, Fault> {
    state.connection_named(name).ok_or(Fault::NotFound { what: "connection" })
}

async fn make(
    app: &App,
    caller: &Caller,
    (state, connection): (&TenantState, &Connection),
    (wanted, profile): (Wanted, Profile),
) -> Result<ShownUser, Fault> {
    let now = app.now();
    let id = match &wanted.id {
        Some(own) => chosen_id(connection, own)?,
        None => app.entropy().user_id(&connection.strategy, now),
    };
    let blank = User { profile, ..User::new(id, connection.id.clone(), wanted.email, now) };
    let user = wanted.patch.apply(&blank, now)?;
    let credential = match &wanted.password {
        Some(password) => {
            check_new_of(connection, password, &user.known_words()).map_err(FieldErrors::from)?;
            Some(app.passwords().hash(password).await?)
        }
        None => None,
    };
    let scope = app.db().tenant(&state.tenant.id);
    let mut batch = scope.batch();
    users::insert(&mut batch, &user);
    if let Some(credential) = &credential {
        users::put_password(&mut batch, &user.id, credential, now);
    }
    record::push_by(&mut batch, app, caller, about(WHAT, &user).connection(connection));
    match batch.commit().await {
        Ok(_) => Ok(ShownUser::to(caller, state, user)),
        // The address or the id: both are unique, and the error does not say which it was.
        Err(StoreError::Conflict { .. }) if users::get(&scope, &user.id).await?.is_some() => {
            Err(Fault::Exists { what: "user id" })
        }
        Err(StoreError::Conflict { .. }) => Err(Fault::Exists { what: "user" }),
        Err(StoreError::Unmet { what: users::ID_WAS_USED }) => Err(Fault::Exists { what: "user id" }),
        Err(error) => Err(error.into()),
    }
}

/// An id of the caller's choice, with or without the name of the strategy before it.
fn chosen_id(connection: &Connection, own: &str) -> Result<UserId, FieldErrors> {
    let prefix = format!("{}|", connection.strategy.name());
    let bare = own.strip_prefix(&prefix).unwrap_or(own);
    let wrong = |text: &str| FieldErrors::from(FieldError::new("user_id", "pattern", text));
    if bare.is_empty() {
        return Err(wrong("This is empty. Leave it out, and an id is made."));
    }
    UserId::parse(&format!("{prefix}{bare}")).map_err(|error| wrong(&format!("This is no id: {error}.")))
}

fn checked(connection: &Connection, new: &NewUser<'_>) -> Result<Email, FieldErrors> {
    let mut errors = FieldErrors::default();
    if let Err(found) = check_new_of(connection, &new.password, &[]) {
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
        assert!(matches!(again, Err(Fault::Exists { what: "user" })));
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
