//! One tenant with two clients, for the tests of the checks.

use doorward_model::api::{ApiPermission, ClientGrant, ResourceServer};
use doorward_model::client::credential::{Credential, CredentialAlgorithm};
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::kind::ClientKind;
use doorward_model::client::{Client, defaults};
use doorward_model::connection::{Connection, DatabaseOptions, Strategy};
use doorward_model::device::Device;
use doorward_model::grant::Grant;
use doorward_model::ids::{ClientId, ConnectionId, CredentialId, KeyId, ResourceServerId, SessionId, UserId};
use doorward_model::session::Session;
use doorward_model::tenant::{Issuer, TenantSettings};
use doorward_model::time::Timestamp;
use doorward_model::user::{Email, User};

use super::{AuthorizeDecision, AuthorizeInput, AuthorizeRequest, IssuePlan, Meant, SessionFacts, decide};
use crate::jose::read_pem;
use crate::jose::vectors::public_key_for;
use crate::oauth::client_assertion::ClientKey;
use crate::oauth::params::Params;

pub(in crate::oauth) const NOW: i64 = 1_763_877_600;

/// RFC 7636, appendix B.
pub(in crate::oauth) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A request of the regular web application that nothing is wrong with.
pub(in crate::oauth) const GOOD: &str =
    "client_id=web&redirect_uri=https://app.test/cb&response_type=code&scope=openid&state=1";

/// Everything a decision depends on, ready to be bent by a test.
pub(in crate::oauth) struct Scene {
    pub issuer: Issuer,
    pub web: Client,
    pub spa: Client,
    pub connections: Vec<Connection>,
    pub apis: Vec<ResourceServer>,
    pub grants: Vec<ClientGrant>,
    pub settings: TenantSettings,
    pub session: Session,
    pub user: User,
    pub is_logged_in: bool,
    /// Whom an ID token means that a request sends; none of them is good without.
    pub meant: Option<UserId>,
    pub consents: Vec<Grant>,
    pub logged_in_here: Option<Timestamp>,
    pub allowed_here: Option<Vec<String>>,
    pub now: Timestamp,
}

/// A published key for that algorithm as one of the regular web application.
pub(in crate::oauth) fn client_key(algorithm: CredentialAlgorithm, kid: &str) -> ClientKey {
    let now = Timestamp::from_seconds(NOW);
    let credential = Credential {
        id: CredentialId::parse("cred_1").unwrap(),
        client: ClientId::parse("web").unwrap(),
        name: None,
        algorithm,
        kid: KeyId::parse(kid).unwrap(),
        public_key: read_pem(public_key_for(algorithm)).unwrap().public_key,
        certificate_sha256: None,
        expires_at: None,
        created_at: now,
        updated_at: now,
    };
    ClientKey::open(&credential).unwrap()
}

impl Default for Scene {
    fn default() -> Self {
        let now = Timestamp::from_seconds(NOW);
        Self {
            issuer: Issuer::parse("https://id.test/").unwrap(),
            web: client("web", ClientKind::RegularWeb),
            spa: client("spa", ClientKind::Spa),
            connections: vec![connection("con_1", "People"), connection("con_2", "Staff")],
            apis: vec![api("https://api.test/", false), api("https://id.test/api/v2/", true)],
            grants: Vec::new(),
            settings: TenantSettings::new("Acme".into()),
            session: Session::new(
                SessionId::parse("session-1").unwrap(),
                UserId::parse("auth0|ada").unwrap(),
                now,
                Device::default(),
            ),
            user: user(now),
            is_logged_in: false,
            meant: None,
            consents: Vec::new(),
            logged_in_here: None,
            allowed_here: None,
            now,
        }
    }
}

impl Scene {
    pub fn log_in(&mut self) -> &mut Self {
        self.is_logged_in = true;
        self
    }

    pub fn authenticated_at(&mut self, at: Timestamp) {
        self.session.authenticated_at = at;
        self.session.created_at = at;
    }

    pub fn decide(&self, query: &str) -> AuthorizeDecision {
        self.decide_request(&AuthorizeRequest::parse(&Params::from_query(query).unwrap()))
    }

    pub fn decide_request(&self, request: &AuthorizeRequest) -> AuthorizeDecision {
        let id = request.client_id();
        let mut request = request.clone();
        if request.id_token_hint.take().is_some() {
            request.meant = Some(self.meant.clone().map_or(Meant::Unknown, Meant::Person));
        }
        let facts = SessionFacts { session: &self.session, user: &self.user };
        decide(&AuthorizeInput {
            request: &request,
            issuer: &self.issuer,
            client: [&self.web, &self.spa].into_iter().find(|client| Some(&client.id) == id.as_ref()),
            connections: &self.connections,
            apis: &self.apis,
            grants: &self.grants,
            settings: &self.settings,
            session: self.is_logged_in.then_some(facts),
            consents: &self.consents,
            logged_in_here: self.logged_in_here,
            allowed_here: self.allowed_here.as_deref(),
            now: self.now,
        })
    }

    /// The decision in a word or two.
    pub fn answer(&self, query: &str) -> String {
        match self.decide(query) {
            AuthorizeDecision::Page(page) => format!("page {}", page.problem.number()),
            AuthorizeDecision::Redirect(_, error) => error.code.as_str().to_owned(),
            AuthorizeDecision::LogIn(_) => "log in".to_owned(),
            AuthorizeDecision::Consent(_) => "consent".to_owned(),
            AuthorizeDecision::Issue(_) => "issue".to_owned(),
        }
    }

    /// Lets the regular web application have tokens in the response itself.
    pub fn allow_implicit(&mut self) -> &mut Self {
        self.web.settings.grant_types.push(GrantType::Implicit);
        self
    }

    /// The plan of a request that is answered.
    pub fn plan(&self, query: &str) -> IssuePlan {
        match self.decide(query) {
            AuthorizeDecision::Issue(plan) => plan,
            other => panic!("nothing is issued: {other:?}"),
        }
    }
}

/// The answer to somebody who is not logged in.
pub(in crate::oauth) fn answer_to(query: &str) -> String {
    Scene::default().answer(query)
}

pub(in crate::oauth) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

pub(crate) fn client(id: &str, kind: ClientKind) -> Client {
    let mut settings = defaults::for_people(kind);
    settings.name = id.to_owned();
    settings.callbacks = Some(vec!["https://app.test/cb".to_owned()]);
    let at = Timestamp::from_seconds(NOW - 86_400);
    Client {
        id: ClientId::parse(id).unwrap(),
        global: false,
        version: 1,
        settings,
        created_at: at,
        updated_at: at,
    }
}

pub(crate) fn api(identifier: &str, is_system: bool) -> ResourceServer {
    let id = ResourceServerId::parse("api_1").unwrap();
    let made = Timestamp::from_seconds(NOW - 86_400);
    let permissions = ["read:things", "write:things", "read:clients"];
    ResourceServer {
        name: "Things".to_owned(),
        permissions: permissions.map(|value| ApiPermission::new(value, "")).into(),
        is_system,
        ..ResourceServer::new(id, identifier.to_owned(), made)
    }
}

pub(in crate::oauth) fn user(at: Timestamp) -> User {
    let id = UserId::parse("auth0|ada").unwrap();
    let connection = ConnectionId::parse("con_1").unwrap();
    let email = Email::parse("ada@acme.test").unwrap();
    User {
        email_verified: true,
        logins_count: 1,
        last_login: Some(at),
        ..User::new(id, connection, email, at)
    }
}

fn connection(id: &str, name: &str) -> Connection {
    Connection::new(
        ConnectionId::parse(id).unwrap(),
        name,
        Strategy::Database(DatabaseOptions::default()),
        Timestamp::from_seconds(NOW - 86_400),
    )
}
