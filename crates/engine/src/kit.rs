//! For tests of this crate: an installation in a temporary folder, with a clock that stands still
//! and a seeded source of randomness.

use std::sync::Arc;

use doorward_model::ids::ClientId;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::tenant::Issuer;
use doorward_model::time::Timestamp;
use doorward_store::{DatabaseUrl, Db};
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::app::{App, AppConfig};
use crate::caller::{Caller, RequestInfo, Who};
use crate::clients::{self, NewClient, ShownClient};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::install::{self, NewInstallation};
use crate::logs::list::{EventPart, EventQuery, LogOrder, list};
use crate::outbound::Reach;
use crate::passwords::PasswordCost;
use crate::sealing::Sealing;
use crate::state::TenantState;

pub(crate) const ISSUER: &str = "https://id.acme.test/";
/// Threads of each pool.
pub(crate) const WORKERS: usize = 2;
pub(crate) const ADMIN: (&str, &str) = ("ada@acme.test", "correct horse battery");

pub(crate) struct Kit {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    pub(crate) folder: TempDir,
}

impl Kit {
    /// An empty database.
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::fixed(Timestamp::from_seconds(1_763_877_600));
        let app = start(&folder, &clock, 1, PasswordCost::least()).await;
        Self { app, clock, folder }
    }

    /// An installation with one admin.
    pub(crate) async fn new() -> Self {
        let kit = Self::empty().await;
        kit.install().await.unwrap();
        kit
    }

    pub(crate) async fn install(&self) -> Result<install::Installed, crate::fault::Fault> {
        let admin = Some((ADMIN.0, Secret::new(ADMIN.1.to_owned())));
        let issuer = Issuer::parse(ISSUER).unwrap();
        install::init(&self.app, &NewInstallation { issuer, friendly_name: "Acme", admin }).await
    }

    /// Another process on the same database.
    pub(crate) async fn neighbour(&self) -> App {
        start(&self.folder, &self.clock, 2, PasswordCost::least()).await
    }

    pub(crate) fn tenant(&self) -> Arc<TenantState> {
        self.app.tenant_by_host("id.acme.test").unwrap()
    }

    pub(crate) fn shell(&self) -> Caller {
        Caller::command_line(self.tenant())
    }

    pub(crate) fn machine(&self, scopes: &[ApiScope]) -> Caller {
        let who = Who::Machine {
            client: ClientId::parse("machine").unwrap(),
            name: "Machine".to_owned(),
            scopes: scopes.iter().copied().collect(),
        };
        Caller { tenant: self.tenant(), who, info: RequestInfo::default() }
    }

    pub(crate) async fn client(&self, body: Value) -> ShownClient {
        clients::create(&self.app, &self.shell(), NewClient::Api(&object(body))).await.unwrap()
    }

    /// All events, newest first.
    pub(crate) async fn events(&self) -> Vec<Event> {
        let part = EventPart::Page { order: LogOrder::default(), offset: 0, limit: 1000, with_total: false };
        list(&self.app, &self.shell(), EventQuery::default(), &part).await.unwrap().events
    }
}

/// Starts on the folder's database and master key.
pub(crate) async fn start(folder: &TempDir, clock: &Clock, seed: u64, password_cost: PasswordCost) -> App {
    let entropy = Entropy::seeded(seed);
    let db = Db::open(&DatabaseUrl::Sqlite(folder.path().join("doorward.db"))).await.unwrap();
    db.migrate().await.unwrap();
    let sealing = Sealing::open_or_create(&folder.path().join("master.key"), &entropy).unwrap();
    let config = AppConfig {
        db,
        clock: clock.clone(),
        entropy,
        sealing,
        reach: Reach::default(),
        password_cost,
        workers: WORKERS,
    };
    App::start(config).await.unwrap()
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("an object is wanted") };
    object
}
