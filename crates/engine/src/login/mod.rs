//! Logging a person in: from the authorization request to the code.
//!
//! Owns the order of steps and what a browser is asked to keep. Knows neither HTTP nor HTML: every
//! step ends in a [`Step`], which a front turns into an answer. What is allowed is decided by
//! `protocol::oauth::authorize`, the same function before and after the login.
//! Source: OpenID Connect Core §3.1.2; the brief, "Login".

pub mod attempts;
pub mod begin;
pub mod consent;
pub mod devices;
mod facts;
mod finish;
#[cfg(test)]
pub(crate) mod journey;
pub mod password;
pub(crate) mod prove;
pub mod pushed;
mod refusal;
pub mod show;
#[cfg(test)]
mod tests;
pub mod transaction;
pub(crate) mod turns;

use std::sync::Arc;

use doorward_model::api::ResourceServer;
use doorward_model::ids::LoginId;
use doorward_model::secret::Secret;
use doorward_model::user::User;
use doorward_protocol::oauth::response::Encoded;

use crate::clients_cache::ClientEntry;

pub use refusal::RefusedPage;
pub(crate) use refusal::{BLOCKED, refuse};

/// What a browser brought along.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// The cookie of its session, if it sent one.
    pub session: Option<Secret>,
    /// The cookies of the logins that are under way in it.
    pub logins: Vec<(LoginId, Secret)>,
}

impl Browser {
    /// The cookie of one login.
    #[must_use]
    pub fn login(&self, id: &LoginId) -> Option<&Secret> {
        self.logins.iter().find(|(known, _)| known == id).map(|(_, cookie)| cookie)
    }
}

/// Where a step of a login leads.
#[derive(Debug)]
pub enum Step {
    /// A login begins, or goes on at another page: keep the cookie, go there.
    Started(NewLogin),
    /// Show the login page.
    Form(LoginForm),
    /// Ask the person what the client may do.
    Ask(Box<ConsentForm>),
    /// The session of this login is over: the person proves who they are first.
    LogInFirst(LoginId),
    /// Back to the client, with a code or an error.
    Return(Return),
    /// Our own page says that it cannot go on; never a redirect.
    Refused(RefusedPage),
    /// The form is not the one that this browser was given: nothing was looked at.
    Foreign,
    /// The login is not one of this browser, is over, or was used up: it has to begin again.
    Restart(Restart),
}

/// A page of ours that a login leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosted {
    /// Where the person proves who they are.
    Login,
    /// Where the person is asked what the client may do.
    Consent,
}

/// A login that has just begun, or goes on.
#[derive(Debug)]
pub struct NewLogin {
    /// Where it leads.
    pub page: Hosted,
    /// Its id: the `state` of the hosted pages.
    pub id: LoginId,
    /// What this browser, and no other, keeps for it.
    pub cookie: Secret,
    /// Older logins of this browser that make room: their cookies are to be removed.
    pub expire: Vec<LoginId>,
    /// The cookie of the session that has just begun.
    pub session: Option<Secret>,
}

/// What the login page shows.
#[derive(Debug)]
pub struct LoginForm {
    /// The login.
    pub login: LoginId,
    /// The value that the form sends back to prove that it is ours.
    pub csrf: String,
    /// The client.
    pub client: Arc<ClientEntry>,
    /// What the name field already holds.
    pub username: String,
    /// What was wrong with the last try.
    pub problem: Option<Problem>,
    /// The validated return address: where the form may lead in the end.
    pub callback: String,
}

/// What the consent page shows.
#[derive(Debug)]
pub struct ConsentForm {
    /// The login.
    pub login: LoginId,
    /// The value that the form sends back to prove that it is ours, and about this person.
    pub csrf: String,
    /// Who asks.
    pub client: Arc<ClientEntry>,
    /// Who is asked.
    pub user: User,
    /// The API at which the client wants to act; none means userinfo only.
    pub api: Option<ResourceServer>,
    /// What it wants.
    pub scope: Vec<String>,
    /// The validated return address: where either answer leads.
    pub callback: String,
    /// Our own address at which somebody else logs in for the same request.
    pub other_account: Option<String>,
}

/// Why a try to log in did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No such person, or not this password: the two look alike from outside.
    NoMatch,
    /// Too many tries for this account or from this address.
    TooManyTries,
    /// The password is right, but the account is blocked.
    Blocked,
}

/// Back to the client.
#[derive(Debug)]
pub struct Return {
    /// What to send.
    pub encoded: Encoded,
    /// The client that gets it.
    pub client: Arc<ClientEntry>,
    /// The cookie of the session that has just begun.
    pub session: Option<Secret>,
    /// The login that was used up: its cookie is to be removed.
    pub finished: Option<LoginId>,
}

impl Return {
    /// An answer that changes no cookie.
    pub(crate) fn plain(encoded: Encoded, client: Arc<ClientEntry>) -> Self {
        Self { encoded, client, session: None, finished: None }
    }
}

/// A login that has to begin again.
#[derive(Debug, Default)]
pub struct Restart {
    /// Where the login begins anew: the client's address for that, else our own, from `/authorize` on;
    /// none when the login is not one of this browser.
    pub again: Option<String>,
}
