//! The running installation: store, clock, keys, pools, and the tenants in memory.
//!
//! Owns what lives as long as the process. A change that another process makes (a node, the command
//! line) is seen within a second, because the versions of all tenants are read that often.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use doorward_model::ids::{LogId, TenantId};
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
use crate::login::turns::Turns;
use crate::logs::live::Live;
use crate::outbound::Reach;
use crate::passwords::{PasswordCost, Passwords};
use crate::pool::Pool;
use crate::sealing::Sealing;
use crate::secret_uses::{self, SecretUses};
use crate::state::{self, TenantState};
use crate::streams;
use crate::tokens::opened::OpenedTokens;
use crate::tokens::recent_codes::RecentCodes;

/// How many signatures may wait per thread.
const SIGNATURES_PER_THREAD: usize = 512;

/// So many signatures per thread wait when the processors are short.
const BEHIND: usize = 8;

/// How long a commit waits for company then.
const PATIENCE: Duration = Duration::from_millis(5);

/// Places for ids of events within one millisecond.
const EVENTS_PER_MILLISECOND: u64 = 1000;

/// How long it is believed that the database takes what is written.
const BELIEVED: Duration = Duration::from_secs(1);

/// What every id of an event begins with that happened at `time` or later is not less than this.
pub(crate) fn first_log_id(time: Timestamp) -> LogId {
    let place = u64::try_from(time.millis()).unwrap_or(0).saturating_mul(EVENTS_PER_MILLISECOND);
    Entropy::first_log_id(place)
}

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
    /// How far requests of this server may reach.
    pub reach: Reach,
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
    reach: Reach,
    passwords: Passwords,
    signer: Pool<()>,
    tenants: RwLock<Tenants>,
    clients: ClientsCache,
    recent_codes: RecentCodes,
    opened_tokens: OpenedTokens,
    secret_uses: SecretUses,
    turns: Turns,
    live: Live,
    last_event: AtomicU64,
    /// When it was last seen that the database takes something, by [`App::ran`].
    wrote_at: Mutex<Option<Duration>>,
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
            reach: config.reach,
            tenants: RwLock::default(),
            clients: ClientsCache::new(),
            recent_codes: RecentCodes::new(),
            opened_tokens: OpenedTokens::new(),
            secret_uses: SecretUses::default(),
            turns: Turns::default(),
            live: Live::default(),
            last_event: AtomicU64::new(0),
            wrote_at: Mutex::default(),
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

    /// How long the clock has run, however often it was set.
    pub(crate) fn ran(&self) -> Duration {
        self.0.clock.ran()
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

    /// How far requests of this server may reach.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.0.reach
    }

    /// Begins to deliver log streams, until the installation is stopped. For processes that serve: a
    /// command is over too soon to take one.
    pub fn deliver_streams(&self) {
        let task = tokio::spawn(streams::deliver::watch(self.clone(), self.0.stop.subscribe()));
        self.0.tasks.lock().push(task);
    }

    /// The pool that hashes passwords.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The pool that signs with RSA: `app.signer().run(move |_| key.sign(…)).await`.
    #[must_use]
    pub fn signer(&self) -> &Pool<()> {
        &self.0.signer
    }

    /// How long a commit may wait for others that share it. Not at all, unless so many requests wait for a signature
    /// that the processors are what is short: then a lone commit, which costs them as much as one of ten, holds up all
    /// of them, and who waits for this one waits less than behind the signatures (decision 0045).
    pub(crate) fn patience(&self) -> Duration {
        let load = self.0.signer.load();
        let is_behind =
            load.waiting.saturating_mul(SIGNATURES_PER_THREAD) >= load.capacity.saturating_mul(BEHIND);
        if is_behind { PATIENCE } else { Duration::ZERO }
    }

    /// The id of the next event: later ones of this process sort after earlier ones, also within one
    /// millisecond and when the clock is set back.
    pub(crate) fn next_log_id(&self, now: Timestamp) -> LogId {
        let time = u64::try_from(now.millis()).unwrap_or(0).saturating_mul(EVENTS_PER_MILLISECOND);
        let later = |last: u64| Some(time.max(last.saturating_add(1)));
        let update = self.0.last_event.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
        let last = update.unwrap_or_else(|last| last);
        self.0.entropy.log_id(time.max(last.saturating_add(1)))
    }

    /// The tries to log in that are under way in this process.
    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    /// Those who watch the log of this process.
    pub(crate) fn live(&self) -> &Live {
        &self.0.live
    }

    /// Ends what would go on until somebody leaves, so that nothing keeps the process from ending.
    pub fn wind_down(&self) {
        self.0.live.end();
    }

    /// The uses of secrets that are not written down yet.
    pub(crate) fn secret_uses(&self) -> &SecretUses {
        &self.0.secret_uses
    }

    /// The codes that this process has just issued.
    pub(crate) fn recent_codes(&self) -> &RecentCodes {
        &self.0.recent_codes
    }

    /// The access tokens that this process has opened.
    pub(crate) fn opened_tokens(&self) -> &OpenedTokens {
        &self.0.opened_tokens
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
        tenants
            .by_host
            .get(&host)
            .or_else(|| bare(":443", true))
            .or_else(|| bare(":80", false))
            .map(Arc::clone)
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

    /// Whether requests can be answered: the database is there and migrated, and takes what is written.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn ready(&self) -> Result<(), Fault> {
        self.0.db.ping().await?;
        self.takes_writes().await
    }

    /// A full disk is only seen by writing. Strangers may ask, so that it takes something is believed for a while.
    async fn takes_writes(&self) -> Result<(), Fault> {
        let (now, last) = (self.ran(), *self.0.wrote_at.lock());
        if last.is_some_and(|last| now.saturating_sub(last) < BELIEVED) {
            return Ok(());
        }
        let Some(any) = self.tenants().into_iter().next() else { return Ok(()) };
        let mut batch = self.0.db.tenant(&any.tenant.id).batch();
        doorward_store::tenants::try_writing(&mut batch);
        batch.commit_ahead().await?;
        *self.0.wrote_at.lock() = Some(now);
        Ok(())
    }

    /// Stops the background work and closes the database. Call it when no request runs any more.
    pub async fn stop(&self) {
        self.wind_down();
        self.0.stop.send_replace(true);
        let tasks = std::mem::take(&mut *self.0.tasks.lock());
        for task in tasks {
            if let Err(error) = task.await {
                tracing::warn!(%error, "a background task ended badly");
            }
        }
        if let Err(error) = secret_uses::write_down(self).await {
            tracing::warn!(%error, "when secrets were used last could not be written down");
        }
        self.0.db.close().await;
    }

    /// Reads the version of the tenant from the database, and the whole tenant when it changed. To
    /// be called before anything is refused on the word of `state` or of a client read under it.
    ///
    /// # Errors
    /// When the store cannot be read, or the tenant is gone.
    pub async fn refresh(&self, state: &TenantState) -> Result<(Arc<TenantState>, bool), Fault> {
        let version = doorward_store::tenants::version(&self.0.db.tenant(&state.tenant.id)).await?;
        let fresh = self.as_of(state, version).await?;
        let changed = fresh.tenant.version != state.tenant.version;
        Ok((fresh, changed))
    }

    /// The tenant of `state` at the version that the database has just said, perhaps beside something else.
    ///
    /// # Errors
    /// As [`App::refresh`].
    pub(crate) async fn as_of(
        &self,
        state: &TenantState,
        version: Option<i64>,
    ) -> Result<Arc<TenantState>, Fault> {
        let id = &state.tenant.id;
        match self.tenant(id).filter(|known| Some(known.tenant.version) == version) {
            Some(known) => Ok(known),
            // Boxed, since it is seldom done: a request that may have to would else carry room for it.
            None => Box::pin(self.reload(id)).await,
        }
    }

    /// Reads a tenant again after this process changed it. The change is committed; when reading
    /// fails now, it is seen within a second like one of another process.
    pub async fn changed(&self, id: &TenantId) {
        if let Err(error) = self.reload(id).await {
            tracing::warn!(tenant = %id, %error, "a change was committed and could not be read back yet");
        }
    }

    /// Reads a tenant from the database.
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
        let mut trouble = None;
        for (id, version) in &versions {
            if self.tenant(id).is_none_or(|known| known.tenant.version != *version) {
                // One tenant in trouble must not keep the others from being seen.
                trouble = self.reload(id).await.err().or(trouble);
            }
        }
        for state in self.tenants() {
            if versions.iter().all(|(there, _)| *there != state.tenant.id) {
                self.forget(&state.tenant.id);
            }
        }
        trouble.map_or(Ok(()), Err)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients;
    use crate::kit::{Kit, WORKERS, object};
    use serde_json::json;

    #[tokio::test]
    async fn another_process_sees_a_change_by_polling_and_before_it_refuses() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        let id = kit.client(json!({"name": "Shop"})).await.client.id;
        let theirs = neighbour.tenant_by_host("id.acme.test").unwrap();
        let before = neighbour.client(&theirs, &id).await.unwrap().unwrap();
        assert!(before.client.callbacks().is_empty());

        let body = object(json!({"callbacks": ["https://shop.test/cb"]}));
        clients::update(&kit.app, &kit.shell(), &id, &body).await.unwrap();
        let (fresh, changed) = neighbour.refresh(&theirs).await.unwrap();
        assert!(changed, "memory was old, and the refusal would have been wrong");
        let after = neighbour.client(&fresh, &id).await.unwrap().unwrap();
        assert_eq!(after.client.callbacks(), ["https://shop.test/cb"]);

        clients::delete(&kit.app, &kit.shell(), &id).await.unwrap();
        neighbour.poll().await.unwrap();
        let polled = neighbour.tenant_by_host("id.acme.test").unwrap();
        assert!(neighbour.client(&polled, &id).await.unwrap().is_none());
        let (_, changed) = neighbour.refresh(&polled).await.unwrap();
        assert!(!changed);
    }

    #[tokio::test]
    async fn an_installation_made_by_another_process_appears() {
        let kit = Kit::empty().await;
        let neighbour = kit.neighbour().await;
        assert!(neighbour.tenant_by_host("id.acme.test").is_none());
        kit.install().await.unwrap();
        neighbour.poll().await.unwrap();
        assert!(neighbour.tenant_by_host("id.acme.test").is_some());
    }

    #[tokio::test]
    async fn a_host_is_found_whatever_its_case_and_with_its_schemes_port_alone() {
        let kit = Kit::new().await;
        for known in ["id.acme.test", "ID.Acme.Test", "id.acme.test:443"] {
            assert!(kit.app.tenant_by_host(known).is_some(), "{known}");
        }
        for unknown in ["", "id.acme.test:80", "id.acme.test:8443", "acme.test", "id.acme.test.", "evil.test"]
        {
            assert!(kit.app.tenant_by_host(unknown).is_none(), "{unknown}");
        }
    }

    #[tokio::test]
    async fn keys_are_parsed_once_and_kept_while_they_do_not_change() {
        let kit = Kit::new().await;
        let before = kit.tenant();
        kit.client(json!({"name": "Shop"})).await;
        let after = kit.tenant();
        assert_ne!(before.tenant.version, after.tenant.version);
        assert!(Arc::ptr_eq(&before.keys, &after.keys));
    }

    #[tokio::test]
    async fn ids_of_events_grow_within_a_millisecond_and_when_the_clock_is_set_back() {
        let kit = Kit::empty().await;
        let now = kit.app.now();
        let times = [now, now, now, Timestamp::from_millis(now.millis() - 5000), now];
        let ids = times.map(|time| kit.app.next_log_id(time));
        assert!(ids.is_sorted(), "{ids:?}");
    }

    #[tokio::test]
    async fn a_commit_waits_for_company_only_while_signatures_queue() {
        let kit = Kit::empty().await;
        assert_eq!(kit.app.patience(), Duration::ZERO);
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (stand, mut stands) = tokio::sync::mpsc::unbounded_channel();
        let gate = Arc::new(Mutex::new(gate));
        let mut jobs = Vec::new();
        let mut push = || {
            let (app, stand, gate) = (kit.app.clone(), stand.clone(), Arc::clone(&gate));
            let job = move |(): &mut ()| {
                stand.send(()).unwrap();
                // The gate opens by being dropped.
                let _ = gate.lock().recv();
            };
            jobs.push(tokio::spawn(async move { app.signer().run(job).await }));
        };
        // Each thread of the pool stands at the gate, then others wait behind them.
        for _ in 0..WORKERS {
            push();
        }
        for _ in 0..WORKERS {
            stands.recv().await.unwrap();
        }
        for waiting in 1..=WORKERS * BEHIND {
            assert_eq!(kit.app.patience(), Duration::ZERO);
            push();
            while kit.app.signer().load().waiting < waiting {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(kit.app.patience(), PATIENCE);
        drop(open);
        for job in jobs {
            job.await.unwrap().unwrap();
        }
        assert_eq!(kit.app.patience(), Duration::ZERO);
    }

    #[tokio::test]
    async fn what_was_stopped_answers_no_more() {
        let kit = Kit::new().await;
        kit.app.ready().await.unwrap();
        kit.app.stop().await;
        assert!(kit.app.0.tasks.lock().is_empty());
    }
}
