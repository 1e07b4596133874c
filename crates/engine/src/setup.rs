//! The one-time set-up link: how the first admin gets in without a default password.
//!
//! The code is shown once, in the terminal; only its hash is stored. It works once, for an hour, and
//! a new one ends the one before. Source: UX, "First run".

use doorward_model::admin::{Role, SETUP_LINK_LIFETIME};
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
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    setup_links::put(&mut batch, &token_hash(&code), app.now().after(SETUP_LINK_LIFETIME));
    record::push_by(&mut batch, app, caller, EventDraft::new(EventCode::ManagementWrite, LINK));
    batch.commit().await?;
    Ok(code)
}

/// Makes an owner of whoever holds the code, and logs them in: gives the value of the cookie of
/// their new session at the dashboard.
///
/// # Errors
/// [`Fault::Invalid`] for a code that does not work, an address or a password; [`Fault::Exists`]
/// when the address is taken; or trouble with the store. Refusals are logged.
pub async fn redeem(
    app: &App,
    caller: &Caller,
    code: &Secret,
    email: &str,
    password: &Secret,
) -> Result<Secret, Fault> {
    match use_up(app, caller, code, (email, password)).await {
        Ok(cookie) => Ok(cookie),
        Err(fault) => Err(record::refused(app, caller, REDEEM, None, fault).await),
    }
}

async fn use_up(
    app: &App,
    caller: &Caller,
    code: &Secret,
    (email, password): (&str, &Secret),
) -> Result<Secret, Fault> {
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
    let cookie = admins::begin(&mut batch, app, caller, &admin);
    match batch.commit().await {
        Ok(_) => Ok(cookie),
        Err(StoreError::Unmet { what: setup_links::SPENT }) => Err(spent()),
        Err(StoreError::Conflict { .. }) => Err(Fault::Exists { what: "admin" }),
        Err(error) => Err(error.into()),
    }
}

fn spent() -> Fault {
    let text = "This set-up code does not work: it was used, or it is older than an hour, or it was mistyped. \
                Print a new one with: doorward init --link";
    Fault::Invalid(FieldError::new("code", "format", text).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::{RequestInfo, Who};
    use crate::install::{NewInstallation, init};
    use crate::kit::{ISSUER, Kit};
    use doorward_model::tenant::Issuer;
    use doorward_model::time::Lifetime;

    async fn pending() -> (Kit, Caller) {
        let kit = Kit::empty().await;
        let issuer = Issuer::parse(ISSUER).unwrap();
        init(&kit.app, &NewInstallation { issuer, friendly_name: "Acme", admin: None }).await.unwrap();
        let visitor = Caller { tenant: kit.tenant(), who: Who::Anonymous, info: RequestInfo::default() };
        (kit, visitor)
    }

    fn password() -> Secret {
        Secret::new("correct horse battery".to_owned())
    }

    #[tokio::test]
    async fn a_link_makes_one_owner_and_then_works_no_more() {
        let (kit, visitor) = pending().await;
        assert!(is_pending(&kit.app).await.unwrap());
        let code = link(&kit.app, &kit.shell()).await.unwrap();
        let cookie = redeem(&kit.app, &visitor, &code, "Ada@Acme.test", &password()).await.unwrap();
        let known =
            admins::session(&kit.app, &visitor.tenant, &cookie, RequestInfo::default()).await.unwrap();
        let Who::Admin { email, role, .. } = known.unwrap().caller.who else { panic!("nobody is logged in") };
        assert_eq!(role, Role::Owner);
        assert_eq!(email.as_str(), "ada@acme.test");
        assert!(!is_pending(&kit.app).await.unwrap());
        let again = redeem(&kit.app, &visitor, &code, "eve@acme.test", &password()).await;
        assert!(matches!(again, Err(Fault::Invalid(_))));
        let codes: Vec<_> = kit.events().await.iter().map(|event| event.code.as_str()).collect();
        assert_eq!(codes.iter().filter(|code| **code == "fapi").count(), 1);
        assert!(kit.events().await.iter().all(|event| !format!("{event:?}").contains(code.expose())));
    }

    #[tokio::test]
    async fn twenty_at_once_make_one_owner() {
        let (kit, visitor) = pending().await;
        let code = link(&kit.app, &kit.shell()).await.unwrap();
        let tries: Vec<_> = (0..20)
            .map(|number| {
                let (app, visitor, code) = (kit.app.clone(), visitor.clone(), code.clone());
                let email = format!("admin{number}@acme.test");
                tokio::spawn(async move { redeem(&app, &visitor, &code, &email, &password()).await.is_ok() })
            })
            .collect();
        let mut owners = 0;
        for one in tries {
            owners += usize::from(one.await.unwrap());
        }
        assert_eq!(owners, 1);
    }

    #[tokio::test]
    async fn a_link_ends_after_an_hour_and_by_the_next_one() {
        let (kit, visitor) = pending().await;
        let old = link(&kit.app, &kit.shell()).await.unwrap();
        let new = link(&kit.app, &kit.shell()).await.unwrap();
        assert!(redeem(&kit.app, &visitor, &old, "a@acme.test", &password()).await.is_err());
        kit.clock.advance(Lifetime::from_seconds(3600));
        assert!(redeem(&kit.app, &visitor, &new, "a@acme.test", &password()).await.is_err());
    }

    #[tokio::test]
    async fn a_refused_password_does_not_use_the_link_up() {
        let (kit, visitor) = pending().await;
        let code = link(&kit.app, &kit.shell()).await.unwrap();
        let short = Secret::new("short".to_owned());
        assert!(redeem(&kit.app, &visitor, &code, "a@acme.test", &short).await.is_err());
        assert!(redeem(&kit.app, &visitor, &code, "a@acme.test", &password()).await.is_ok());
    }

    #[tokio::test]
    async fn nobody_but_an_owner_makes_a_link() {
        let (kit, visitor) = pending().await;
        assert!(matches!(link(&kit.app, &visitor).await, Err(Fault::Forbidden { .. })));
    }
}
