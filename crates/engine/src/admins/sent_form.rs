//! A form of the dashboard that is sent twice is done once: a double click, a reloaded page, a
//! browser that tries again. The second gets what the first got.

use doorward_model::ids::AdminId;
use doorward_model::time::Lifetime;
use doorward_store::StoreError;
use doorward_store::global::sent_forms::{self, SentForm};

use crate::app::App;
use crate::caller::{Caller, Who};
use crate::fault::Fault;

/// How long a form is remembered.
const REMEMBERED: Lifetime = Lifetime::from_seconds(24 * 3600);

/// Whether a form is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// It is: nobody sent it before.
    First,
    /// It is not: this is what the first got, as [`keep`] was told.
    Done(String),
    /// It is not: the first is still being done, or was cut off in the middle.
    UnderWay,
}

/// Takes the key of a form before it is done.
///
/// # Errors
/// Trouble with the store.
pub async fn take(app: &App, caller: &Caller, key: &str) -> Result<Receipt, Fault> {
    let (admin, scope) = (admin(caller)?, app.db().tenant(&caller.tenant.tenant.id));
    let mut batch = scope.batch();
    sent_forms::take(&mut batch, admin, key, app.now().after(REMEMBERED));
    match batch.commit().await {
        Ok(_) => Ok(Receipt::First),
        Err(StoreError::Unmet { what: sent_forms::SENT_BEFORE }) => {
            Ok(match sent_forms::get(&scope, admin, key).await? {
                SentForm::Done(outcome) => Receipt::Done(outcome),
                SentForm::UnderWay | SentForm::New => Receipt::UnderWay,
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps what a form led to.
///
/// # Errors
/// Trouble with the store.
pub async fn keep(app: &App, caller: &Caller, key: &str, outcome: &str) -> Result<(), Fault> {
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    sent_forms::finish(&mut batch, admin(caller)?, key, outcome);
    batch.commit().await?;
    Ok(())
}

/// Gives the key back: nothing was done, the corrected form may have it.
///
/// # Errors
/// Trouble with the store.
pub async fn give_back(app: &App, caller: &Caller, key: &str) -> Result<(), Fault> {
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    sent_forms::give_back(&mut batch, admin(caller)?, key);
    batch.commit().await?;
    Ok(())
}

fn admin(caller: &Caller) -> Result<&AdminId, Fault> {
    match &caller.who {
        Who::Admin { id, .. } => Ok(id),
        _ => Err(Fault::internal("a form of the dashboard without an admin")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admins;
    use crate::caller::RequestInfo;
    use crate::kit::{ADMIN, Kit};
    use doorward_model::secret::Secret;

    async fn admin(kit: &Kit) -> Caller {
        let caller = Caller { tenant: kit.tenant(), who: Who::Anonymous, info: RequestInfo::default() };
        let password = Secret::new(ADMIN.1.to_owned());
        let cookie = admins::log_in(&kit.app, &caller, None, (ADMIN.0, &password)).await.unwrap().unwrap();
        let known = admins::session(&kit.app, &kit.tenant(), &cookie, RequestInfo::default()).await.unwrap();
        known.unwrap().caller
    }

    #[tokio::test]
    async fn a_second_form_gets_what_the_first_got_and_a_refused_one_may_come_again() {
        let kit = Kit::new().await;
        let caller = admin(&kit).await;
        let take = async |key: &str| take(&kit.app, &caller, key).await.unwrap();
        assert_eq!(take("a").await, Receipt::First);
        assert_eq!(take("a").await, Receipt::UnderWay);
        keep(&kit.app, &caller, "a", "done").await.unwrap();
        assert_eq!(take("a").await, Receipt::Done("done".into()));
        assert_eq!(take("b").await, Receipt::First);
        give_back(&kit.app, &caller, "b").await.unwrap();
        assert_eq!(take("b").await, Receipt::First);
    }

    #[tokio::test]
    async fn only_admins_have_forms() {
        let kit = Kit::new().await;
        assert!(matches!(take(&kit.app, &kit.shell(), "a").await, Err(Fault::Internal { .. })));
    }
}
