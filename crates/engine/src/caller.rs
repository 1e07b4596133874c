//! Who asks, on behalf of which tenant, and what they may.
//!
//! Every use case of administration begins with [`Caller::may`] or one of its siblings.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use doorward_model::admin::Role;
use doorward_model::client::Client;
use doorward_model::device::Device;
use doorward_model::ids::{AdminId, ClientId, UserId};
use doorward_model::log::event::tame;
use doorward_model::scope::ApiScope;
use doorward_model::user::Email;
use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::state::TenantState;

/// What is known of the other end of a request. All of it may be made up by a stranger.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// The address, after trusted proxies were taken into account.
    pub ip: Option<IpAddr>,
    /// Whom a server says that it asks for. It counts only once that server has proved itself, see
    /// `Caller::for_whom_it_asks`.
    pub end_user_ip: Option<IpAddr>,
    /// Whether somebody passed the request on: the address may then be the proxy's.
    pub is_forwarded: bool,
    /// The browser or program.
    pub user_agent: Option<String>,
    /// The `Auth0-Client` header, decoded.
    pub auth0_client: Option<Value>,
    /// The request itself, where its events show it: at the Management API and the dashboard.
    pub call: Option<Arc<Call>>,
    /// The id of the token that proved the caller, where it has one.
    pub jti: Option<String>,
}

/// A request of the Management API or the dashboard, as its events show it.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method, in small letters.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, without secrets.
    pub query: Value,
    /// The body, without secrets; none where none came, or it could not be read.
    pub body: Option<Value>,
    /// Through which door it came: the address of the Management API, or of the dashboard.
    pub channel: String,
    /// The status that is answered when it is done; none where pages are answered.
    pub success: Option<u16>,
    /// What is answered when it is not done: status and body.
    pub refusal: fn(&Fault) -> Option<Value>,
}

impl Call {
    /// The answer as events show it, with no body where it worked: the event is on disk before there is one.
    #[must_use]
    pub fn done(&self) -> Option<Value> {
        self.success.map(|status| Value::Object(Map::from_iter([("statusCode".to_owned(), status.into())])))
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub enum Who {
    /// Nobody in particular.
    Anonymous,
    /// A client with a token of its own for the Management API.
    Machine {
        /// The client.
        client: ClientId,
        /// Its name, for the log.
        name: String,
        /// What its token allows.
        scopes: BTreeSet<ApiScope>,
    },
    /// A person with a token of their own for the Management API. It opens what is about themselves.
    User {
        /// The person.
        id: UserId,
        /// Their name, for the log.
        name: String,
        /// The client that the token was given to.
        client: ClientId,
        /// Its name, for the log.
        client_name: String,
        /// What the token allows; of these only the personal ones count.
        scopes: BTreeSet<ApiScope>,
    },
    /// An admin at the dashboard.
    Admin {
        /// The admin.
        id: AdminId,
        /// Their address, for the log.
        email: Email,
        /// Their role in this tenant.
        role: Role,
    },
    /// Somebody with a shell on the server.
    CommandLine,
}

/// Somebody who wants something of a tenant.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The tenant; nothing outside of it can be reached.
    pub tenant: Arc<TenantState>,
    /// Who it is.
    pub who: Who,
    /// Where the request came from.
    pub info: RequestInfo,
}

impl RequestInfo {
    /// What is kept of it beside a session or a token.
    #[must_use]
    pub fn device(&self) -> Device {
        Device { ip: self.ip.map(|ip| ip.to_string()), user_agent: self.user_agent.as_deref().map(tame) }
    }
}

impl Caller {
    /// Somebody with a shell on the server.
    #[must_use]
    pub fn command_line(tenant: Arc<TenantState>) -> Self {
        Self { tenant, who: Who::CommandLine, info: RequestInfo::default() }
    }

    /// The same, at the address of the person that `client`, which has proved itself with its secret,
    /// says it asks for; unchanged when the client is not trusted with that.
    #[must_use]
    pub(crate) fn for_whom_it_asks(mut self, client: &Client) -> Self {
        if client.trusts_ip_header() {
            self.info.ip = self.info.end_user_ip.or(self.info.ip);
        }
        self
    }

    /// Whether the caller holds `scope`.
    #[must_use]
    pub fn holds(&self, scope: ApiScope) -> bool {
        match &self.who {
            Who::Anonymous => false,
            Who::Machine { scopes, .. } => scopes.contains(&scope),
            Who::User { scopes, .. } => scope.is_personal() && scopes.contains(&scope),
            Who::Admin { role: Role::Owner, .. } | Who::CommandLine => true,
            Who::Admin { role: Role::Viewer, .. } => {
                matches!(scope, ApiScope::ReadClients | ApiScope::ReadLogs)
            }
        }
    }

    /// Lets the caller pass who holds `scope`.
    ///
    /// # Errors
    /// [`Fault::Forbidden`] otherwise.
    pub fn may(&self, scope: ApiScope) -> Result<(), Fault> {
        self.may_any(&[scope])
    }

    /// Lets the caller pass who holds one of `scopes`.
    ///
    /// # Errors
    /// [`Fault::Forbidden`] otherwise.
    pub fn may_any(&self, scopes: &[ApiScope]) -> Result<(), Fault> {
        if scopes.iter().any(|scope| self.holds(*scope)) {
            return Ok(());
        }
        Err(Fault::Forbidden { any_of: scopes.to_vec() })
    }

    /// Lets the caller pass who is the person in question and holds `own`, or who holds one of `others`.
    ///
    /// # Errors
    /// [`Fault::Forbidden`] otherwise.
    pub fn may_about(&self, user: &UserId, own: ApiScope, others: &[ApiScope]) -> Result<(), Fault> {
        if (self.is(user) && self.holds(own)) || others.iter().any(|scope| self.holds(*scope)) {
            return Ok(());
        }
        Err(Fault::Forbidden { any_of: [&[own], others].concat() })
    }

    /// Whether the caller is that person.
    #[must_use]
    pub fn is(&self, user: &UserId) -> bool {
        matches!(&self.who, Who::User { id, .. } if id == user)
    }

    /// Lets owners and the command line pass: admins are no matter of a token.
    ///
    /// # Errors
    /// [`Fault::Forbidden`] for everybody else.
    pub fn may_administer(&self) -> Result<(), Fault> {
        match &self.who {
            Who::Admin { role: Role::Owner, .. } | Who::CommandLine => Ok(()),
            _ => Err(Fault::Forbidden { any_of: Vec::new() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Kit;

    #[tokio::test]
    async fn who_may_what() {
        let kit = Kit::new().await;
        let admin = |role| Who::Admin {
            id: AdminId::parse("a").unwrap(),
            email: Email::parse("a@b.test").unwrap(),
            role,
        };
        let caller = |who| Caller { tenant: kit.tenant(), who, info: RequestInfo::default() };
        for scope in ApiScope::ALL.iter().copied() {
            let reads = matches!(scope, ApiScope::ReadClients | ApiScope::ReadLogs);
            assert!(caller(Who::CommandLine).may(scope).is_ok());
            assert!(caller(admin(Role::Owner)).may(scope).is_ok());
            assert_eq!(caller(admin(Role::Viewer)).may(scope).is_ok(), reads, "{scope:?}");
            assert!(caller(Who::Anonymous).may(scope).is_err());
            assert!(kit.machine(&[scope]).may(scope).is_ok());
            let others: Vec<_> = ApiScope::ALL.iter().copied().filter(|other| *other != scope).collect();
            assert!(kit.machine(&others).may(scope).is_err());
            assert!(kit.machine(&[scope]).may_any(ApiScope::ALL).is_ok());
        }
        assert!(caller(Who::CommandLine).may_administer().is_ok());
        assert!(caller(admin(Role::Owner)).may_administer().is_ok());
        assert!(caller(admin(Role::Viewer)).may_administer().is_err());
        assert!(caller(Who::Anonymous).may_administer().is_err());
        assert!(kit.machine(ApiScope::ALL).may_administer().is_err(), "a token is not an owner");
    }

    #[tokio::test]
    async fn a_person_may_what_is_about_themselves_and_nothing_else() {
        let kit = Kit::new().await;
        let id = |text| UserId::parse(text).unwrap();
        let person = |scopes: &[ApiScope]| Caller {
            tenant: kit.tenant(),
            who: Who::User {
                id: id("auth0|ada"),
                name: "Ada".to_owned(),
                client: ClientId::parse("app").unwrap(),
                client_name: "App".to_owned(),
                scopes: scopes.iter().copied().collect(),
            },
            info: RequestInfo::default(),
        };
        let all = person(ApiScope::ALL);
        for scope in ApiScope::ALL.iter().copied() {
            assert_eq!(all.may(scope).is_ok(), scope.is_personal(), "{scope:?}");
        }
        assert!(all.may_administer().is_err());
        let read = |caller: &Caller, user| {
            caller.may_about(&id(user), ApiScope::ReadCurrentUser, &[ApiScope::ReadUsers]).is_ok()
        };
        assert!(read(&all, "auth0|ada"));
        assert!(!read(&all, "auth0|eve"), "read:users in a person's token counts for nothing");
        assert!(!read(&person(&[]), "auth0|ada"));
        assert!(!read(&kit.machine(&[ApiScope::ReadCurrentUser]), "auth0|ada"), "a program is nobody");
        assert!(read(&kit.machine(&[ApiScope::ReadUsers]), "auth0|ada"));
    }

    #[tokio::test]
    async fn a_refusal_names_what_would_do() {
        let kit = Kit::new().await;
        let fault = kit.machine(&[]).may_any(&[ApiScope::ReadClients, ApiScope::ReadClientKeys]).unwrap_err();
        assert_eq!(fault.public(), "Insufficient scope, expected any of: read:clients, read:client_keys");
    }
}
