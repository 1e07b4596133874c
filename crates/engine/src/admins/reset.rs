//! Giving an admin a new password.

use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_store::StoreError;
use doorward_store::global::{admin_sessions, admins as stored};
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
    let (admin, _) = stored::by_email(&scope, &email).await?.ok_or(Fault::NotFound { what: "admin" })?;
    let credential = app.passwords().hash(password).await?;
    let mut batch = scope.batch();
    stored::set_password(&mut batch, &admin.id, &credential);
    // Whoever knew the old password is out.
    admin_sessions::delete_all(&mut batch, &admin.id);
    let target = json!({ "admin_id": admin.id.as_str(), "email": email.as_str() });
    record::push_by(
        &mut batch,
        app,
        caller,
        EventDraft::new(EventCode::ManagementWrite, WHAT).detail("target", target),
    );
    match batch.commit().await {
        Ok(_) => Ok(()),
        Err(StoreError::Unmet { what: stored::MISSING }) => Err(Fault::NotFound { what: "admin" }),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admins;
    use crate::kit::{ADMIN, Kit};
    use doorward_model::admin::Role;
    use doorward_model::scope::ApiScope;
    use doorward_model::user::Email;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn an_admin_is_added_listed_and_given_a_new_password() {
        let kit = Kit::new().await;
        let (app, shell) = (&kit.app, kit.shell());
        let password = secret("correct horse battery");
        admins::add(app, &shell, "bob@acme.test", &password, Role::Viewer).await.unwrap();
        let again = admins::add(app, &shell, "Bob@acme.test", &password, Role::Owner).await;
        assert!(matches!(again, Err(Fault::Exists { what: "admin" })));
        let list = admins::list(app, &shell).await.unwrap();
        let known: Vec<_> = list.iter().map(|admin| (admin.email.as_str(), admin.role)).collect();
        assert_eq!(known, [(ADMIN.0, Role::Owner), ("bob@acme.test", Role::Viewer)]);

        reset(app, &shell, "bob@acme.test", &secret("another long one")).await.unwrap();
        let tenant = kit.tenant();
        let scope = app.db().tenant(&tenant.tenant.id);
        let email = Email::parse("bob@acme.test").unwrap();
        let (_, stored) = stored::by_email(&scope, &email).await.unwrap().unwrap();
        assert!(app.passwords().verify(&secret("another long one"), Some(&stored)).await.unwrap());
        assert!(!app.passwords().verify(&password, Some(&stored)).await.unwrap());
        let nobody = reset(app, &shell, "eve@acme.test", &password).await;
        assert!(matches!(nobody, Err(Fault::NotFound { what: "admin" })));
    }

    #[tokio::test]
    async fn a_token_of_the_management_api_makes_no_admins() {
        let kit = Kit::new().await;
        let machine = kit.machine(ApiScope::ALL);
        let password = secret("correct horse battery");
        let added = admins::add(&kit.app, &machine, "eve@acme.test", &password, Role::Owner).await;
        assert!(matches!(added, Err(Fault::Forbidden { .. })));
        assert!(matches!(reset(&kit.app, &machine, ADMIN.0, &password).await, Err(Fault::Forbidden { .. })));
        assert!(matches!(admins::list(&kit.app, &machine).await, Err(Fault::Forbidden { .. })));
    }
}
