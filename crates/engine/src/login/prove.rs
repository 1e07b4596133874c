//! Whether somebody is who they say they are: the password of a person of one of several connections.
//!
//! Unknown person, wrong password and over-long password are the same from outside: one counter,
//! one hash, one event, one answer.
//! Source: OWASP "Authentication" (enumeration, lockout, long passwords); RFC 9700 §4.7.

use doorward_model::client::Client;
use doorward_model::connection::Connection;
use doorward_model::ids::{ConnectionId, LoginId, TenantId};
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::user::{Email, User};
use doorward_store::users;

use super::Problem;
use super::attempts::{self, Lock, Subjects, UnderWay};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

/// What somebody says of themselves.
pub(crate) struct Claim<'a> {
    pub caller: &'a Caller,
    /// The login that it is part of, if one is under way at our own page.
    pub login: Option<&'a LoginId>,
    /// The client that they log in for.
    pub client: Option<&'a Client>,
    /// The connections that are asked, in this order; never empty.
    pub asked: &'a [&'a Connection],
    pub username: &'a str,
    pub password: &'a Secret,
}

/// Looks at the password. What came of a failure is written down; the try of who is right is still under way.
pub(crate) async fn prove(app: &App, claim: &Claim<'_>) -> Result<Result<(User, UnderWay), Problem>, Fault> {
    let tenant = &claim.caller.tenant.tenant.id;
    // Read once: what becomes an address only by being cleaned would be counted under another name.
    let email = Email::parse(claim.username).ok();
    let name = attempts::counted_name(claim.username);
    let connection = knows(app, tenant, claim.asked, email.as_ref()).await?;
    let subjects = Subjects::of(connection, claim.asked, &name, claim.caller.info.ip);
    let under_way = match attempts::begin(app, tenant, subjects).await? {
        Ok(under_way) => under_way,
        Err(lock) => {
            note_lock(app, claim, (connection, &name), lock).await?;
            return Ok(Err(Problem::TooManyTries));
        }
    };
    match check(app, claim, (connection, &under_way), (&name, email.as_ref())).await {
        Ok(Ok(user)) => Ok(Ok((user, under_way))),
        Ok(Err(problem)) => {
            under_way.end();
            Ok(Err(problem))
        }
        Err(fault) => {
            // No password was looked at, or nobody can know whether it was right.
            under_way.give_back(app, tenant).await?;
            Err(fault)
        }
    }
}

impl Claim<'_> {
    fn event(&self, code: EventCode, text: &str) -> EventDraft {
        let draft = EventDraft::new(code, text);
        let draft = match self.login {
            Some(login) => draft.detail("transaction", login.as_str()),
            None => draft,
        };
        match self.client {
            Some(client) => draft.client(client),
            None => draft,
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
    claim: &Claim<'_>,
    (connection, under_way): (&Connection, &UnderWay),
    (name, email): (&str, Option<&Email>),
) -> Result<Result<User, Problem>, Fault> {
    let scope = app.db().tenant(&claim.caller.tenant.tenant.id);
    let found = match email {
        Some(email) => users::by_email(&scope, &connection.id, email).await?,
        None => None,
    };
    let (user, credential) = found.unzip();
    let stored = credential.flatten();
    let matches = app.passwords().verify(claim.password, stored.as_ref()).await?;
    let (code, text, problem) = match &user {
        None => (EventCode::WrongUsername, "Wrong email or password: nobody of this name", Problem::NoMatch),
        Some(_) if !matches => (EventCode::WrongPassword, "Wrong email or password", Problem::NoMatch),
        Some(user) if user.blocked => (EventCode::LoginFailed, "The user is blocked", Problem::Blocked),
        Some(user) => return Ok(Ok(user.clone())),
    };
    note(app, claim, (connection, name, under_way), user.as_ref(), (code, text)).await?;
    Ok(Err(problem))
}

async fn note_lock(
    app: &App,
    claim: &Claim<'_>,
    (connection, name): (&Connection, &str),
    lock: Lock,
) -> Result<(), Fault> {
    let caller = claim.caller;
    let draft = match lock {
        // Without the name: an address that is locked out must not make an event per name it tries.
        Lock::Address => claim.event(EventCode::AddressBlocked, "Too many tries from this address"),
        Lock::Account => claim
            .event(EventCode::AccountBlocked, "Too many tries for this account from this address")
            .user_name(name)
            .folded(name),
    };
    record::alone(app, &caller.tenant, &caller.info, draft.connection(connection)).await
}

/// Writes a failure down: the event and, if it was not counted before, the try.
async fn note(
    app: &App,
    claim: &Claim<'_>,
    (connection, name, under_way): (&Connection, &str, &UnderWay),
    user: Option<&User>,
    (code, text): (EventCode, &str),
) -> Result<(), Fault> {
    let draft = claim.event(code, text).connection(connection).user_name(name).folded(name);
    let draft = match user {
        Some(user) => draft.user(user),
        None => draft,
    };
    let caller = claim.caller;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    under_way.count(&mut batch, app.now());
    record::push(&mut batch, app, &caller.tenant, &caller.info, draft);
    batch.commit().await?;
    Ok(())
}
