//! The house under test: an installation in a temporary database, its clock in the test's hand, its
//! randomness from a seed, its router called in the process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use doorward_engine::admins;
use doorward_engine::app::{App, AppConfig};
use doorward_engine::caller::Caller;
use doorward_engine::clients::{self, NewClient};
use doorward_engine::clock::Clock;
use doorward_engine::connections;
use doorward_engine::entropy::Entropy;
use doorward_engine::install::{self, NewInstallation};
use doorward_engine::outbound::Reach;
use doorward_engine::passwords::PasswordCost;
use doorward_engine::resource_servers;
use doorward_engine::sealing::Sealing;
use doorward_engine::state::TenantState;
use doorward_engine::users::{self, NewUser};
use doorward_model::admin::Role;
use doorward_model::client::kind::ClientKind;
use doorward_model::ids::{ClientId, LogId, StreamId, TenantId};
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::stream::Checkpoint;
use doorward_model::tenant::Issuer;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::user::{Email, Profile};
use doorward_store::{self as store, Db};
use doorward_web::frame::Framed;
use doorward_web::metrics::{self, Process};
use doorward_web::rate::ApiLimit;
use doorward_web::state::Web;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::BodyExt as _;
use ipnet::IpNet;
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;

use super::answer::Answer;
use super::engine::{Database, Engine};
use super::given;
use super::machine::Machine;
use super::metrics::Metrics;
use super::receiver::Receiver;
use super::relying_party::{RelyingParty, Via};
use super::second_tenant;
use super::visitor::Visitor;

/// The person who is there from the start.
pub const EMAIL: &str = "ada@example.com";
/// The admin who [`House::admin`] makes.
pub const OWNER: &str = "owner@example.com";
pub const PASSWORD: &str = "correct horse battery";

const ISSUER: &str = "https://id.test/";
const START: Timestamp = Timestamp::from_seconds(1_795_000_000);
/// Documentation addresses (RFC 5737) stand for people outside.
const OUTSIDE: &str = "192.0.2.1";
static SEED: AtomicU64 = AtomicU64::new(1);

/// The house, or a second door of it: a second node, a second tenant.
pub struct House {
    pub app: App,
    router: Framed,
    clock: Clock,
    tenant: TenantId,
    issuer: Issuer,
    database: Arc<Database>,
    proxies: Vec<IpNet>,
    limit: ApiLimit,
    web: Web,
}

impl House {
    /// On the engine that this run is about, with passwords that cost nothing.
    pub async fn new() -> Self {
        Self::on(Engine::of_this_run()).await
    }

    pub async fn on(engine: Engine) -> Self {
        Self::build(engine, ISSUER, Vec::new()).await
    }

    /// At an address that a browser of this machine can reach.
    pub async fn at(issuer: &str) -> Self {
        Self::at_on(issuer, Engine::Sqlite).await
    }

    pub async fn at_on(issuer: &str, engine: Engine) -> Self {
        Self::build(engine, issuer, Vec::new()).await
    }

    pub async fn behind_proxy(network: &str) -> Self {
        Self::build(Engine::Sqlite, ISSUER, vec![network.parse().unwrap()]).await
    }

    /// With a limit of the Management API.
    pub async fn limited(limit: ApiLimit) -> Self {
        let mut house = Self::new().await;
        house.web = Web::new(house.app.clone(), Vec::new()).with_api_limit(limit);
        house.router = doorward::router(house.web.clone());
        house.limit = limit;
        house
    }

    /// With another reach of log streams than the usual one of tests.
    pub async fn reaching(reach: impl FnOnce(&Reach) -> Reach) -> Self {
        let house = Self::new().await;
        let app = start_with(&house.database, &house.clock, reach(house.app.reach())).await;
        house.door(app, house.tenant.clone(), house.issuer.clone())
    }

    /// A second process on the same database and clock, with another reach of log streams.
    pub async fn second_node_reaching(&self, reach: Reach) -> House {
        let app = start_with(&self.database, &self.clock, reach).await;
        self.door(app, self.tenant.clone(), self.issuer.clone())
    }

    async fn build(engine: Engine, issuer: &str, proxies: Vec<IpNet>) -> Self {
        given::listen();
        let database = Arc::new(engine.fresh());
        let issuer = Issuer::parse(issuer).unwrap();
        let clock = Clock::fixed(START);
        let app = start(&database, &clock).await;
        let new = NewInstallation { issuer: issuer.clone(), friendly_name: "Acme", admin: None };
        let made = install::init(&app, &new).await.unwrap();
        let tenant = made.tenant.tenant.id.clone();
        let web = Web::new(app.clone(), proxies.clone());
        let router = doorward::router(web.clone());
        let limit = ApiLimit::default();
        let house = Self { app, router, clock, tenant, issuer, database, proxies, limit, web };
        house.user(EMAIL, PASSWORD).await;
        house
    }

    /// A second process on the same database and clock.
    pub async fn second_node(&self) -> House {
        let app = start(&self.database, &self.clock).await;
        self.door(app, self.tenant.clone(), self.issuer.clone())
    }

    /// Another tenant of the same installation, reached under its own host.
    pub async fn second_tenant(&self, host: &str) -> House {
        let issuer = Issuer::parse(&format!("https://{host}/")).unwrap();
        let tenant = second_tenant::make(&self.app, &issuer).await;
        let house = self.door(self.app.clone(), tenant, issuer);
        house.user("grace@example.com", PASSWORD).await;
        house
    }

    fn door(&self, app: App, tenant: TenantId, issuer: Issuer) -> House {
        let web = Web::new(app.clone(), self.proxies.clone()).with_api_limit(self.limit);
        House {
            router: doorward::router(web.clone()),
            web,
            limit: self.limit,
            app,
            clock: self.clock.clone(),
            tenant,
            issuer,
            database: Arc::clone(&self.database),
            proxies: self.proxies.clone(),
        }
    }

    pub async fn stop(&self) {
        self.app.stop().await;
    }

    /// Ends the process and starts it again.
    pub async fn restart(self) -> House {
        self.app.stop().await;
        self.second_node().await
    }

    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    pub fn origin(&self) -> String {
        self.issuer.origin().to_owned()
    }

    /// The identifier of the Management API.
    pub fn api(&self) -> String {
        self.state().management_audience()
    }

    fn state(&self) -> Arc<TenantState> {
        self.app.tenant(&self.tenant).unwrap()
    }

    /// Somebody with a shell on the server.
    pub fn caller(&self) -> Caller {
        Caller::command_line(self.state())
    }

    /// The whole service, to be served on a port.
    pub fn router(&self) -> Framed {
        self.router.clone()
    }

    /// An address of this house without scheme and host.
    pub fn path<'a>(&self, address: &'a str) -> &'a str {
        address.strip_prefix(self.issuer.origin()).unwrap_or(address)
    }

    pub fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// The clock, for what moves it while the test waits.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    pub fn advance(&self, seconds: u32) {
        self.clock.advance(Lifetime::from_seconds(seconds));
    }

    /// Sets the clock back, as one does that was ahead.
    pub fn set_back(&self, seconds: u32) {
        let Clock::Fixed(millis) = &self.clock else { panic!("the clock of a house stands still") };
        millis.fetch_sub(i64::from(seconds) * 1000, Ordering::Relaxed);
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Asked::get(path)).await
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        self.send(Asked::get("/userinfo").header("authorization", &format!("Bearer {token}"))).await
    }

    /// Sends a request to the router as the serve loop would.
    pub async fn send(&self, asked: Asked) -> Answer {
        let mut request = Request::builder().method(asked.method.as_str()).uri(&asked.path);
        if !asked.headers.contains_key("host") {
            request = request.header("host", self.issuer.host());
        }
        let given = &self.database.given;
        given.note_request(&asked.path, &asked.headers, &asked.body);
        let is_of_the_log = asked.path.starts_with("/api/v2/logs") || asked.path.starts_with("/manage/logs");
        let peer = SocketAddr::new(asked.peer.parse().unwrap(), 49_152);
        let mut request = request.extension(ConnectInfo(peer)).body(Body::from(asked.body)).unwrap();
        request.headers_mut().extend(asked.headers);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body: Bytes = body.collect().await.unwrap().to_bytes();
        given.note_answer(&parts.headers, &body);
        if is_of_the_log {
            given.assert_unseen("the log", &String::from_utf8_lossy(&body));
        }
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// The numbers for operators, as they are given at their own address.
    pub async fn metrics(&self) -> Metrics {
        Metrics::parse(&self.metrics_text().await)
    }

    pub async fn metrics_text(&self) -> String {
        let router = metrics::router(self.web.clone(), Process::default, "test");
        let request = Request::get(metrics::PATH).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let text = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(text.to_vec()).unwrap();
        self.database.given.assert_unseen("the metrics", &text);
        text
    }

    pub async fn user(&self, email: &str, password: &str) {
        let new = NewUser {
            connection: "Username-Password-Authentication",
            email,
            email_verified: true,
            password: Secret::new(password.to_owned()),
            profile: Profile { name: Some("Ada Lovelace".into()), ..Profile::default() },
        };
        users::create(&self.app, &self.caller(), new).await.unwrap();
    }

    /// The id of a person, as it stands in an address.
    pub async fn user_id(&self, email: &str) -> String {
        let state = self.state();
        let connection = state.connection_named("Username-Password-Authentication").unwrap();
        let scope = self.app.db().tenant(&self.tenant);
        let found = store::users::by_email(&scope, &connection.id, &Email::parse(email).unwrap()).await;
        found.unwrap().expect("nobody of that address").0.id.as_str().replace('|', "%7C")
    }

    /// The first admin, in a browser in which they are logged in to the dashboard.
    pub async fn admin(&self) -> Visitor<'_> {
        let password = Secret::new(PASSWORD.to_owned());
        admins::add(&self.app, &self.caller(), OWNER, &password, Role::Owner).await.unwrap();
        let visitor = Visitor::new(self);
        visitor.enter_dashboard(OWNER, PASSWORD).await.is(303);
        visitor
    }

    /// Somebody who may look at the dashboard only.
    pub async fn second_admin(&self) {
        let password = Secret::new(PASSWORD.to_owned());
        admins::add(&self.app, &self.caller(), "viewer@example.com", &password, Role::Viewer).await.unwrap();
    }

    /// An application of that type with the usual addresses.
    pub async fn party(&self, kind: ClientKind, via: Via) -> RelyingParty<'_> {
        self.party_with(kind, via, json!({})).await
    }

    /// The same with settings of one's own.
    pub async fn party_with(&self, kind: ClientKind, via: Via, changes: Value) -> RelyingParty<'_> {
        let callback = match kind {
            ClientKind::Native => "http://127.0.0.1/callback",
            ClientKind::Spa => "https://spa.test/callback",
            _ => "https://app.test/callback",
        };
        let mut body = json!({ "name": kind.title(), "callbacks": [callback], "allowed_logout_urls": ["https://app.test/bye"] });
        if kind == ClientKind::Spa {
            body["web_origins"] = json!(["https://spa.test"]);
        }
        if via == Via::Basic {
            body["token_endpoint_auth_method"] = json!("client_secret_basic");
        }
        let mut body: Map<String, Value> = serde_json::from_value(body).unwrap();
        body.extend(changes.as_object().unwrap().clone());
        let new = NewClient::People { kind, body: &body };
        let made = clients::create(&self.app, &self.caller(), new).await.unwrap();
        RelyingParty {
            house: self,
            client_id: made.client.id.as_str().to_owned(),
            secret: made.secret.map(|secret| secret.expose().to_owned()).unwrap_or_default(),
            callback: callback.to_owned(),
            via,
        }
    }

    /// An API with these permissions, each with its description.
    pub async fn make_api(&self, identifier: &str, name: &str, permissions: &[(&str, &str)]) {
        let scopes: Vec<Value> = permissions
            .iter()
            .map(|(value, description)| json!({ "value": value, "description": description }))
            .collect();
        let body = json!({
            "identifier": identifier, "name": name, "scopes": scopes, "allow_offline_access": true,
        });
        let body: Map<String, Value> = serde_json::from_value(body).unwrap();
        resource_servers::create(&self.app, &self.caller(), &body).await.unwrap();
    }

    /// An application of another company, and the connection of the house open to such.
    pub async fn third_party(&self, kind: ClientKind, via: Via) -> RelyingParty<'_> {
        let change = json!({ "is_domain_connection": true });
        let change: Map<String, Value> = serde_json::from_value(change).unwrap();
        let id = self.state().connection_named("Username-Password-Authentication").unwrap().id.clone();
        connections::update(&self.app, &self.caller(), &id, &change).await.unwrap();
        self.party_with(kind, via, json!({ "name": "Partner Sync", "is_first_party": false })).await
    }

    /// Scheme, host and port of an application's callback.
    pub fn party_origin(&self, party: &RelyingParty<'_>) -> String {
        url::Url::parse(&party.callback).unwrap().origin().ascii_serialization()
    }

    /// A program with a token of the Management API for exactly these scopes.
    pub async fn machine(&self, scopes: &[&str]) -> Machine<'_> {
        Machine::with(self, scopes).await
    }

    /// Lets a client ask for these scopes of the Management API in its own name.
    pub async fn grant_management_api(&self, client: &str, scopes: &[&str]) {
        let scopes: Vec<ApiScope> = scopes.iter().map(|scope| ApiScope::parse(scope).unwrap()).collect();
        let id = ClientId::parse(client).unwrap();
        clients::grant_management_api(&self.app, &self.caller(), &id, &scopes).await.unwrap();
    }

    /// All events in the order of their commits.
    pub async fn committed(&self) -> Vec<Event> {
        let scope = self.app.db().tenant(&self.tenant);
        let start = Checkpoint { position: 0, event: None };
        let found = store::log_streams::outbox::after(&scope, &start, 100_000).await.unwrap();
        found.into_iter().map(|placed| placed.event).collect()
    }

    /// The tenant's version as it stands in the database.
    pub async fn version(&self) -> i64 {
        let all = store::global::tenants::versions(&self.app.db().global()).await.unwrap();
        all.into_iter().find(|(id, _)| *id == self.tenant).unwrap().1
    }

    /// Searches what that receiver gets for the secrets of this house, too.
    pub fn searches(&self, receiver: &Receiver) {
        receiver.belongs_to(&self.database.given);
    }

    /// All that stands in the database.
    pub fn stored(&self) -> String {
        self.database.stored()
    }

    /// A file that a log stream of this tenant writes.
    pub fn stream_file(&self, name: &str) -> std::path::PathBuf {
        self.database.folder.path().join("streams").join(self.tenant.as_str()).join(name)
    }

    /// Runs a text on the database, beside the server.
    pub fn execute(&self, text: &str) {
        self.database.execute(text);
    }

    /// Puts a log stream into the hands of somebody.
    pub async fn take_lease(&self, stream: &StreamId, holder: &str) {
        let leases = store::global::leases::active(&self.app.db().global()).await.unwrap();
        let lease = leases.iter().find(|lease| lease.stream == *stream).unwrap();
        let mut batch = self.app.db().tenant(&self.tenant).batch();
        store::log_streams::delivery::acquire(&mut batch, lease, holder);
        batch.commit().await.unwrap();
    }

    /// Deletes all events, as cleaning does with those that are too old.
    pub async fn forget_the_log(&self) {
        let (scope, end) =
            (self.app.db().tenant(&self.tenant), self.clock.now().after(Lifetime::from_seconds(1)));
        while store::logs::delete_before(&scope, end, 500).await.unwrap() > 0 {}
    }

    /// Sets events of a log stream aside, as they were sent.
    pub async fn set_aside(&self, stream: &StreamId, records: Vec<Map<String, Value>>) {
        let mut batch = self.app.db().tenant(&self.tenant).batch();
        for record in records {
            let event = LogId::parse(record["log_id"].as_str().unwrap()).unwrap();
            let (at, said) = (self.clock.now(), "no".to_owned());
            let letter = store::log_streams::letters::Letter { event, at, status: Some(400), said, record };
            store::log_streams::letters::insert(&mut batch, stream, &letter);
        }
        batch.commit().await.unwrap();
    }

    /// The whole log, newest first, as the API shows it.
    pub async fn logs(&self) -> Vec<Value> {
        let machine = self.machine(&["read:logs"]).await;
        machine.get("/api/v2/logs?per_page=100").await.is(200).json().as_array().unwrap().clone()
    }

    pub async fn log_types(&self) -> Vec<String> {
        self.logs().await.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    pub fn app_and_caller(&self) -> (&App, Caller) {
        (&self.app, self.caller())
    }
}

impl Drop for House {
    /// Looks at the numbers for operators once more: by now they have counted everything.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let numbers = metrics::page(&self.web, &Process::default(), "test", None);
            self.database.given.assert_unseen("the metrics", &numbers);
        }
    }
}

async fn start(database: &Database, clock: &Clock) -> App {
    // Receivers of tests listen on this machine.
    let networks = vec!["127.0.0.0/8".parse().unwrap()];
    start_with(
        database,
        clock,
        Reach::new(networks, Some(database.folder.path().join("streams")), Vec::new()),
    )
    .await
}

async fn start_with(database: &Database, clock: &Clock, reach: Reach) -> App {
    let db = Db::open(&database.url).await.unwrap();
    db.migrate().await.unwrap();
    // Each process draws other values, as it would in earnest.
    let entropy = Entropy::seeded(SEED.fetch_add(1, Ordering::Relaxed));
    let sealing = Sealing::open_or_create(&database.folder.path().join("master.key"), &entropy).unwrap();
    let (clock, password_cost) = (clock.clone(), PasswordCost::least());
    App::start(AppConfig { db, clock, entropy, sealing, reach, password_cost, workers: 2 }).await.unwrap()
}

/// A request that is being made.
#[derive(Debug, Clone)]
pub struct Asked {
    method: String,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
    peer: String,
}

impl Asked {
    pub fn new(method: &str, path: &str) -> Self {
        let (method, path, peer) = (method.to_owned(), path.to_owned(), OUTSIDE.to_owned());
        Self { method, path, headers: HeaderMap::new(), body: Vec::new(), peer }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::new("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.into_bytes())
    }

    pub fn json(method: &str, path: &str, body: &Value) -> Self {
        Self::new(method, path).header("content-type", "application/json").body(body.to_string().into_bytes())
    }

    /// Sets a header, in the place of an earlier one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// Adds a header beside those of that name.
    pub fn another(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// The same at another address.
    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Whose connection it comes over.
    pub fn from(mut self, peer: &str) -> Self {
        peer.clone_into(&mut self.peer);
        self
    }
}
