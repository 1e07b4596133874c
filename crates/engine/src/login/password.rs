//! A try to log in with a password at our own page.
//!
//! Source: OpenID Connect Core §3.1.2.3; `super::prove` for what keeps guesses apart.

use doorward_model::connection::Connection;
use doorward_model::ids::LoginId;
use doorward_model::log::event::tame;
use doorward_model::secret::Secret;
use doorward_model::session::Session;
use doorward_model::user::User;
use doorward_protocol::oauth::authorize::AuthorizeDecision;

use super::attempts::UnderWay;
use super::facts::{Here, Judged, judge};
use super::finish::{Grounds, Proof, enter, issue};
use super::prove::{Claim, prove};
use super::transaction::{self, Transaction};
use super::{Browser, Restart, Step, show};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::sessions::{self, Present};

/// What the form sent.
#[derive(Debug)]
pub struct Try {
    /// The login.
    pub login: LoginId,
    /// What proves that the form is ours.
    pub csrf: String,
    /// Who it claims to be.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// Tries to log in.
///
/// # Errors
/// [`Fault::Unavailable`] when store or queues cannot serve: nobody is logged in then.
pub async fn log_in(app: &App, caller: &Caller, browser: &Browser, attempt: Try) -> Result<Step, Fault> {
    let tenant = &caller.tenant.tenant.id;
    let Some(transaction) = transaction::open(app, tenant, browser, &attempt.login).await? else {
        return Ok(Step::Restart(Restart::default()));
    };
    if !transaction.csrf_matches(&attempt.csrf) {
        return Ok(Step::Foreign);
    }
    let here = Here { login: Some(transaction.first_id()), ..Here::default() };
    let judged = judge(app, caller, &transaction.request, None, here).await?;
    let AuthorizeDecision::LogIn(login) = &judged.decision else {
        return show::refuse(app, &judged, &transaction, None).await;
    };
    if transaction.is_over(app.now()) {
        return Ok(Step::Restart(show::restart(&judged, &transaction)));
    }
    let state = &judged.caller.tenant;
    let asked: Vec<&Connection> = login.connections.iter().filter_map(|id| state.connection(id)).collect();
    let claim = Claim {
        caller: &judged.caller,
        login: judged.login.as_ref(),
        client: judged.client.as_ref().map(|entry| &entry.client),
        asked: &asked,
        username: &attempt.username,
        password: &attempt.password,
    };
    match prove(app, &claim).await? {
        Ok((user, under_way)) => finish(app, &judged, (&transaction, browser, under_way, user)).await,
        Err(problem) => {
            let typed = (tame(&attempt.username), Some(problem));
            Ok(Step::Form(show::form(&judged, &transaction, &login.path, typed)?))
        }
    }
}

async fn finish(
    app: &App,
    judged: &Judged,
    (transaction, browser, under_way, user): (&Transaction, &Browser, UnderWay, User),
) -> Result<Step, Fault> {
    let now = app.now();
    let before = sessions::find(app, &judged.caller.tenant.tenant, browser.session.as_ref()).await?;
    let device = judged.caller.info.device();
    let session = Session::new(app.entropy().session_id(now), user.id.clone(), now, device);
    let proof = Proof {
        present: Present { session, user },
        cookie: app.entropy().token(),
        replaces: before.map(|present| present.session.id),
        login: transaction.id.clone(),
        started_at: transaction.started_at,
        under_way,
    };
    let request = &transaction.request;
    let here = Here { login: Some(transaction.first_id()), logged_in: Some(now), allowed: None };
    let judged = judge(app, &judged.caller, request, Some(&proof.present), here).await?;
    match &judged.decision {
        AuthorizeDecision::Issue(plan) => match issue(app, &judged, plan, &Grounds::Proved(&proof)).await? {
            Some(back) => {
                proof.under_way.end();
                Ok(Step::Return(back))
            }
            None => Ok(Step::Restart(show::restart(&judged, transaction))),
        },
        AuthorizeDecision::Consent(_) => match enter(app, &judged, &proof, (browser, request)).await? {
            Some(login) => {
                proof.under_way.end();
                Ok(Step::Started(login))
            }
            None => Ok(Step::Restart(show::restart(&judged, transaction))),
        },
        AuthorizeDecision::LogIn(_) => Err(Fault::internal("a person who logged in is asked to log in")),
        AuthorizeDecision::Page(_) | AuthorizeDecision::Redirect(..) => {
            show::refuse(app, &judged, transaction, Some(&Grounds::Proved(&proof))).await
        }
    }
}
