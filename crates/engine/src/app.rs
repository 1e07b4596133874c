//! The running installation: store, clock, keys, pools, and the tenants in memory.
//!
//! Owns what lives as long as the process. A change that another process makes (a node, the command
//! line) is seen within a second, because the versions of all tenants are read that often.

use std::collections::HashMap;
use std::sync::Arc;

use doorward_model::ids::TenantId;
use doorward_model::time::Timestamp;
use doorward_store::{Db, global};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clients_cache::ClientsCache;
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::jobs;
use crate::passwords::{PasswordCost, Passwords};
use crate::pool::Pool;
use crate::sealing::Sealing;
use crate::state::{self, TenantState};

/// How many signatures may wait per thread.
const SIGNATURES_PER_THREAD: usize = 512;

/// What an installation is made of.
pub struct AppConfig {
    /// The database, opened and migrated.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The source of randomness.
    pub entropy: Entropy,
    /// The master keys.
    pub sealing: Sealing,
    /// What a password hash costs.
    pub password_cost: PasswordCost,
    /// Threads per pool; as many as there are cores.
    pub workers: usize,
}

/// The running installation; clones are the same one.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    entropy: Entropy,
    sealing: Sealing,
    passwords: Passwords,
    signer: Pool<()>,
    tenants: RwLock<Tenants>,
    clients: ClientsCache,
    stop: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Tenants {
    by_id: HashMap<TenantId, Arc<TenantState>>,
    by_host: HashMap<String, Arc<TenantState>>,
}

impl App {
    /// Starts: reads all tenants, then watches for changes and cleans up in the background.
    ///
    /// # Errors
    /// When the database cannot be read or a key does not open.
    pub async fn start(config: AppConfig) -> Result<Self, Fault> {
        let workers = config.workers.max(1);
        let inner = Inner {
            passwords: Passwords::start(config.password_cost, workers, &config.entropy)?,
            signer: Pool::start("signatures", workers, workers * SIGNATURES_PER_THREAD)?,
            db: config.db,
            clock: config.clock,
            entropy: config.entropy,
            sealing: config.sealing,
            tenants: RwLock::default(),
            clients: ClientsCache::new(),
            stop: watch::Sender::new(false),
            tasks: Mutex::default(),
        };
        let app = Self(Arc::new(inner));
        app.poll().await?;
        let tasks = jobs::start(&app, &app.0.stop);
        app.0.tasks.lock().extend(tasks);
        Ok(app)
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The source of randomness.
    #[must_use]
    pub fn entropy(&self) -> &Entropy {
        &self.0.entropy
    }

    /// The master keys.
    #[must_use]
    pub fn sealing(&self) -> &Sealing {
        &self.0.sealing
    }

    /// The pool that hashes passwords.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The pool that signs: `app.signer().run(move |_| key.sign(…)).await`.
    #[must_use]
    pub fn signer(&self) -> &Pool<()> {
        &self.0.signer
    }

    pub(crate) fn clients_cache(&self) -> &ClientsCache {
        &self.0.clients
    }

    /// The tenant that answers at `host` (`id.acme.test`, `localhost:3667`), whatever its case.
    #[must_use]
    pub fn tenant_by_host(&self, host: &str) -> Option<Arc<TenantState>> {
        let tenants = self.0.tenants.read();
        if let Some(state) = tenants.by_host.get(host) {
            return Some(Arc::clone(state));
        }
        let host = host.to_ascii_lowercase();
        // A client may name the port that its scheme implies (RFC 9110 §4.2.3).
        let bare = |port: &str, https: bool| {
            let state = host.strip_suffix(port).and_then(|host| tenants.by_host.get(host))?;
            (state.tenant.issuer.is_https() == https).then_some(state)
        };
        tenants.by_host.get(&host).or_else(|| bare(":443", true)).or_else(|| bare(":80", false)).map(Arc::clone)
    }

    /// All tenants, in the order of their ids.
    #[must_use]
    pub fn tenants(&self) -> Vec<Arc<TenantState>> {
        let mut all: Vec<_> = self.0.tenants.read().by_id.values().map(Arc::clone).collect();
        all.sort_by(|a, b| a.tenant.id.cmp(&b.tenant.id));
        all
    }

    /// The tenant as memory has it.
    #[must_use]
    pub fn tenant(&self, id: &TenantId) -> Option<Arc<TenantState>> {
        self.0.tenants.read().by_id.get(id).map(Arc::clone)
    }

    /// Whether requests can be answered: the database is there and migrated.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn ready(&self) -> Result<(), Fault> {
        Ok(self.0.db.ping().await?)
    }

    /// Stops the background work and closes the database. Call it when no request runs any more.
    pub async fn stop(&self) {
        self.0.stop.send_replace(true);
        let tasks = std::mem::take(&mut *self.0.tasks.lock());
        for task in tasks {
            if let Err(error) = task.await {
                tracing::warn!(%error, "a background task ended badly");
            }
        }
        self.0.db.close().await;
    }

    /// Reads the version of the tenant from the database, and the whole tenant when it changed. To
    /// be called before anything is refused on the word of `state` or of a client read under it.
    ///
    /// # Errors
    /// When the store cannot be read, or the tenant is gone.
    pub async fn refresh(&self, state: &TenantState) -> Result<(Arc<TenantState>, bool), Fault> {
        let id = &state.tenant.id;
        let version = doorward_store::tenants::version(&self.0.db.tenant(id)).await?;
        let known = self.tenant(id).filter(|known| Some(known.tenant.version) == version);
        let fresh = match known {
            Some(known) => known,
            None => self.reload(id).await?,
        };
        let changed = fresh.tenant.version != state.tenant.version;
        Ok((fresh, changed))
    }

    /// Reads a tenant again after this process changed it.
    ///
    /// # Errors
    /// When the store cannot be read, or the tenant is gone.
    pub async fn reload(&self, id: &TenantId) -> Result<Arc<TenantState>, Fault> {
        let known = self.tenant(id);
        let Some(fresh) = state::read(self, id, known.as_deref()).await? else {
            self.forget(id);
            return Err(Fault::NotFound { what: "tenant" });
        };
        Ok(self.keep(fresh))
    }

    /// Compares the versions of all tenants with what is in memory and reads what changed.
    pub(crate) async fn poll(&self) -> Result<(), Fault> {
        let versions = global::tenants::versions(&self.0.db.global()).await?;
        for (id, version) in &versions {
            if self.tenant(id).is_none_or(|known| known.tenant.version != *version) {
                self.reload(id).await?;
            }
        }
        let gone: Vec<_> = self.tenants().iter().map(|state| state.tenant.id.clone()).collect();
        for id in gone.iter().filter(|id| versions.iter().all(|(there, _)| there != *id)) {
            self.forget(id);
        }
        Ok(())
    }

    /// Puts a snapshot in place unless a newer one got there first; gives back the newest.
    fn keep(&self, fresh: TenantState) -> Arc<TenantState> {
        let mut tenants = self.0.tenants.write();
        if let Some(known) = tenants.by_id.get(&fresh.tenant.id)
            && known.tenant.version > fresh.tenant.version
        {
            return Arc::clone(known);
        }
        let fresh = Arc::new(fresh);
        tenants.by_host.retain(|_, state| state.tenant.id != fresh.tenant.id);
        tenants.by_host.insert(fresh.tenant.issuer.host().to_owned(), Arc::clone(&fresh));
        tenants.by_id.insert(fresh.tenant.id.clone(), Arc::clone(&fresh));
        fresh
    }

    fn forget(&self, id: &TenantId) {
        let mut tenants = self.0.tenants.write();
        tenants.by_id.remove(id);
        tenants.by_host.retain(|_, state| state.tenant.id != *id);
    }
}
