//! The authorization endpoint's decision.
//!
//! Owns what an authorization request leads to, given plain facts. Must not know how facts are
//! loaded or how answers are sent. The same function decides before and after the person logged in.
//!
//! Source: RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.

mod checks;
mod decide;
#[cfg(test)]
pub(crate) mod examples;
#[cfg(test)]
mod properties;
mod reference;
mod request;
mod response_type;

use doorward_model::api::{ClientGrant, ResourceServer};
use doorward_model::client::Client;
use doorward_model::connection::Connection;
use doorward_model::grant::Grant;
use doorward_model::ids::{ConnectionId, DeviceCodeId, GrantId, SessionId, UserId};
use doorward_model::session::Session;
use doorward_model::tenant::{Issuer, TenantSettings};
use doorward_model::time::Timestamp;
use doorward_model::token::Authorization;
use doorward_model::user::User;

use super::error::{PageError, RedirectError};
use super::response::ResponseMode;

pub use checks::redirect_uri::VerifiedRedirect;
pub(crate) use checks::redirect_uri::may_receive;
pub use decide::decide;
pub use reference::reference;
pub(crate) use request::KNOWN;
pub use request::{AuthorizeRequest, Meant};
pub use response_type::ResponseType;

/// All that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizeInput<'a> {
    /// The request as parsed.
    pub request: &'a AuthorizeRequest,
    /// The tenant's issuer.
    pub issuer: &'a Issuer,
    /// The client that `client_id` names, if there is one.
    pub client: Option<&'a Client>,
    /// The connections that are enabled for the client, in the order they are offered. Those that may
    /// not serve it do not count.
    pub connections: &'a [Connection],
    /// The tenant's APIs.
    pub apis: &'a [ResourceServer],
    /// The client's grants on them.
    pub grants: &'a [ClientGrant],
    /// The tenant's settings.
    pub settings: &'a TenantSettings,
    /// The session of this browser, if there is one.
    pub session: Option<SessionFacts<'a>>,
    /// What the person allowed this client before.
    pub consents: &'a [Grant],
    /// When the person proved who they are within this very transaction.
    pub logged_in_here: Option<Timestamp>,
    /// The scope values that the person has just been shown and has allowed.
    pub allowed_here: Option<&'a [String]>,
    /// The current time.
    pub now: Timestamp,
}

/// A session with the person it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct SessionFacts<'a> {
    /// The session.
    pub session: &'a Session,
    /// The person.
    pub user: &'a User,
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizeDecision {
    /// A page of ours; nobody is sent anywhere.
    Page(PageError),
    /// Back to the client with an error.
    Redirect(ReturnPath, RedirectError),
    /// The person logs in first; then the same request is decided again.
    LogIn(LogIn),
    /// The person is asked first whether the client may; then the same request is decided again.
    Consent(AskConsent),
    /// Back to the client with what it asked for.
    Issue(IssuePlan),
}

/// How the answer gets back to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPath {
    /// The callback.
    pub redirect: VerifiedRedirect,
    /// The way.
    pub mode: ResponseMode,
    /// The client's `state`, given back as sent.
    pub state: Option<String>,
}

/// A login that has to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogIn {
    /// The connections that are asked for the person, in this order: the one that the request names,
    /// else all that are offered. Never empty.
    pub connections: Vec<ConnectionId>,
    /// What to fill in for the person.
    pub login_hint: Option<String>,
    /// How the answer will get back, also when the person gives up.
    pub path: ReturnPath,
}

/// A question that the person has to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskConsent {
    /// How the answer will get back, also when the person declines.
    pub path: ReturnPath,
    /// Who is asked.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// At which API the client wants to act, by identifier; none means userinfo only.
    pub audience: Option<String>,
    /// What it wants.
    pub scope: Vec<String>,
}

/// On whose word something is issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// Whoever runs the tenant trusts the client.
    NotNeeded,
    /// The person allowed it before.
    Stored {
        /// The grant.
        grant: GrantId,
        /// What it allows.
        scope: Vec<String>,
    },
    /// The person has just allowed it, which is to be remembered.
    Given {
        /// Under what the grant stands.
        audience: String,
        /// What it allows from now on.
        scope: Vec<String>,
    },
}

/// What is to be issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuePlan {
    /// How it gets back to the client.
    pub path: ReturnPath,
    /// Which of code and tokens it is.
    pub response_type: ResponseType,
    /// What it stands for.
    pub authorization: Authorization,
    /// Whether the request named the callback, so that the exchange must name it too.
    pub redirect_uri_was_sent: bool,
    /// The `nonce`, if one was sent.
    pub nonce: Option<String>,
    /// The `S256` challenge, if one was sent.
    pub code_challenge: Option<String>,
    /// Whether `max_age` was sent, so that the ID token must hold `auth_time`.
    pub auth_time_wanted: bool,
    /// On whose word.
    pub consent: Consent,
    /// The device that gets it, where nobody is sent anywhere.
    pub device: Option<DeviceCodeId>,
}
