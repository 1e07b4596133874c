//! A try to log in with a password.
//!
//! Unknown person, wrong password and over-long password are the same from outside: one counter,
//! one hash, one event, one answer.
//! Source: OWASP "Authentication" (enumeration, lockout, long passwords); RFC 9700 §4.7.

use doorward_model::connection::Connection;
use doorward_model::ids::{ConnectionId, LoginId, TenantId};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::tame;
use doorward_model::secret::Secret;
use doorward_model::session::Session;
use doorward_model::user::{Email, User};
use doorward_protocol::oauth::authorize::AuthorizeDecision;
use doorward_store::users;

use super::attempts::{self, Lock, Subjects, UnderWay};
use super::facts::{Here, Judged, judge};
use super::finish::{Grounds, Proof, enter, issue};
use super::transaction::{self, Transaction};
use super::{Browser, Problem, Restart, Step, show};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;
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
    let judged = judge(app, caller, &transaction.request, None, Here::default()).await?;
    let AuthorizeDecision::LogIn(login) = &judged.decision else {
        return show::refuse(app, &judged, &transaction).await;
    };
    if transaction.is_over(app.now()) {
        return Ok(Step::Restart(show::restart(&judged, &transaction)));
    }
    let state = &judged.caller.tenant;
    let asked: Vec<&Connection> = login.connections.iter().filter_map(|id| state.connection(id)).collect();
    // Read once: what becomes an address only by being cleaned would be counted under another name.
    let email = Email::parse(&attempt.username).ok();
    let name = attempts::counted_name(&attempt.username);
    let connection = knows(app, tenant, &asked, email.as_ref()).await?;
    let subjects = Subjects::of(connection, &asked, &name, caller.info.ip);
    let page =
        |problem| show::form(&judged, &transaction, &login.path, (tame(&attempt.username), Some(problem)));

    let under_way = match attempts::begin(app, tenant, subjects).await? {
        Ok(under_way) => under_way,
        Err(lock) => {
            note_lock(app, &judged, (connection, &name), lock).await?;
            return Ok(Step::Form(page(Problem::TooManyTries)?));
        }
    };
    let typed = (name.as_str(), email.as_ref(), &attempt.password);
    match check(app, &judged, (connection, &under_way), typed).await {
        Ok(Ok(user)) => finish(app, &judged, (&transaction, browser, under_way, user)).await,
        Ok(Err(problem)) => {
            under_way.end();
            Ok(Step::Form(page(problem)?))
        }
        Err(fault) => {
            // No password was looked at, or nobody can know whether it was right.
            under_way.give_back(app, tenant).await?;
            Err(fault)
        }
    }
}

/// The first of the connections that knows the person. Nobody is known to the first of all: whoever
/// asks gets the same count and the same hash either way.
async fn knows<'a>(
    app: &App,
    tenant: &TenantId,
    asked: &[&'a Connection],
    email: Option<&Email>,
) -> Result<&'a Connection, Fault> {
    let first = asked.first().copied().ok_or_else(|| Fault::internal("the login has no connection"))?;
    let (Some(email), true) = (email, asked.len() > 1) else { return Ok(first) };
    let ids: Vec<ConnectionId> = asked.iter().map(|connection| connection.id.clone()).collect();
    let known = users::connections_of(&app.db().tenant(tenant), email, &ids).await?;
    Ok(asked.iter().copied().find(|connection| known.contains(&connection.id)).unwrap_or(first))
}

/// Looks the person up and compares the password: always one hash, whoever it is.
async fn check(
    app: &App,
    judged: &Judged,
    (connection, under_way): (&Connection, &UnderWay),
    (name, email, password): (&str, Option<&Email>, &Secret),
) -> Result<Result<User, Problem>, Fault> {
    let scope = app.db().tenant(&judged.caller.tenant.tenant.id);
    let found = match email {
        Some(email) => users::by_email(&scope, &connection.id, email).await?,
        None => None,
    };
    let (user, credential) = found.unzip();
    let stored = credential.flatten();
    let matches = app.passwords().verify(password, stored.as_ref()).await?;
    let (code, text, problem) = match &user {
        None => (EventCode::WrongUsername, "Wrong email or password: nobody of this name", Problem::NoMatch),
        Some(_) if !matches => (EventCode::WrongPassword, "Wrong email or password", Problem::NoMatch),
        Some(user) if user.blocked => (EventCode::LoginFailed, "The user is blocked", Problem::Blocked),
        Some(user) => return Ok(Ok(user.clone())),
    };
    note(app, judged, (connection, name, under_way), user.as_ref(), (code, text)).await?;
    Ok(Err(problem))
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
    let here = Here { logged_in: Some(now), allowed: None };
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
            show::refuse(app, &judged, transaction).await
        }
    }
}

async fn note_lock(
    app: &App,
    judged: &Judged,
    (connection, name): (&Connection, &str),
    lock: Lock,
) -> Result<(), Fault> {
    let caller = &judged.caller;
    let draft = match lock {
        // Without the name: an address that is locked out must not make an event per name it tries.
        Lock::Address => judged.event(EventCode::AddressBlocked, "Too many tries from this address"),
        Lock::Account => judged
            .event(EventCode::AccountBlocked, "Too many tries for this account from this address")
            .user_name(name)
            .folded(name),
    };
    record::alone(app, &caller.tenant, &caller.info, draft.connection(connection)).await
}

/// Writes a failure down: the event and, if it was not counted before, the try.
async fn note(
    app: &App,
    judged: &Judged,
    (connection, name, under_way): (&Connection, &str, &UnderWay),
    user: Option<&User>,
    (code, text): (EventCode, &str),
) -> Result<(), Fault> {
    let draft = judged.event(code, text).connection(connection).user_name(name).folded(name);
    let draft = match user {
        Some(user) => draft.user(user),
        None => draft,
    };
    let caller = &judged.caller;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    under_way.count(&mut batch, app.now());
    record::push(&mut batch, app, &caller.tenant, &caller.info, draft);
    batch.commit().await?;
    Ok(())
}
