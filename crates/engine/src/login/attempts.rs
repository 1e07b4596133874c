//! How often somebody may try: counted before a password is looked at, so that a thousand guesses
//! at once do not become a thousand hashes.
//!
//! Most people type the right password at the first try. So whoever comes alone to an account without a
//! count is not counted before: everybody else of this process waits until that try has ended, and a wrong
//! one is counted in the batch with its event. Of `n` nodes over one database, then, at most `n - 1`
//! guesses more than the limit of an account are looked at. Within one process the limit of an address
//! holds for those who are counted and those who are not together.
//!
//! A try is held against the account as seen from one address, and against the address. It counts
//! the same whether the account exists or not. A login that works forgives the account and gives
//! the address its try back.
//! Source: RFC 6819 §4.4.3.6 (online guessing); OWASP "Authentication", "Account lockout".

use std::fmt;
use std::net::IpAddr;

use data_encoding::BASE64URL_NOPAD;
use doorward_model::connection::{Connection, Strategy};
use doorward_model::ids::TenantId;
use doorward_model::log::event::tame;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::user::Email;
use doorward_protocol::digest;
use doorward_store::login_attempts::{self, AttemptLimit, Seen};
use doorward_store::{Batch, StoreError};
use tokio::runtime::Handle;

use super::turns::Turn;
use crate::app::App;
use crate::fault::{Fault, SHORT_WAIT};
use crate::logs::record::neighbourhood;

/// How long tries are remembered, counted from the first.
pub const WINDOW: Lifetime = Lifetime::from_seconds(600);
/// Tries for one account from one address.
pub const PER_ACCOUNT: u32 = 10;
/// Tries from one address.
pub const PER_ADDRESS: u32 = 100;

const ACCOUNT: &str = "the account has tries left";
const ADDRESS: &str = "the address has tries left";

/// The counters that a try is held against.
#[derive(Debug, Clone)]
pub struct Subjects {
    account: Option<Account>,
    address: String,
}

/// The counter of an account as seen from one address.
#[derive(Debug, Clone)]
struct Account {
    subject: String,
    /// What an admin finds it by, and the address; for users of connections.
    seen: Option<(String, String)>,
}

/// Why a try may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Too many tries for this account from this address.
    Account,
    /// Too many tries from this address.
    Address,
}

/// A try that has not ended; others may wait for its end.
#[derive(Debug)]
pub(crate) struct UnderWay {
    subjects: Subjects,
    /// Where it is counted when nobody says how it ended; none for a try that is counted already.
    abandoned: Option<Abandoned>,
    turns: Option<(Turn, Option<Turn>)>,
}

struct Abandoned {
    app: App,
    tenant: TenantId,
}

impl fmt::Debug for Abandoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Abandoned").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

/// Whoever hangs up while the password is looked at has tried nevertheless: it is counted then, and nobody
/// else tries that account before.
impl Drop for UnderWay {
    fn drop(&mut self) {
        let (Some(Abandoned { app, tenant }), Ok(runtime)) = (self.abandoned.take(), Handle::try_current())
        else {
            return;
        };
        let (subjects, turns) = (self.subjects.clone(), self.turns.take());
        runtime.spawn(async move {
            let mut batch = app.db().tenant(&tenant).batch();
            push_count(&mut batch, &subjects, (u32::MAX, u32::MAX), app.now());
            if let Err(error) = batch.commit().await {
                tracing::warn!(%error, "an abandoned try to log in could not be counted");
            }
            drop(turns);
        });
    }
}

impl UnderWay {
    /// How the try ended is written down: nothing of it is left to count.
    pub(crate) fn end(mut self) {
        self.abandoned = None;
    }

    fn is_counted(&self) -> bool {
        self.abandoned.is_none()
    }

    /// Counts a try that failed, if it was not counted before.
    pub(crate) fn count(&self, batch: &mut Batch, now: Timestamp) {
        if !self.is_counted() {
            push_count(batch, &self.subjects, (u32::MAX, u32::MAX), now);
        }
    }

    /// Forgets the tries of a login that worked.
    pub(crate) fn forgive(&self, batch: &mut Batch) {
        if self.is_counted() {
            if let Some(account) = &self.subjects.account {
                login_attempts::clear(batch, &account.subject);
            }
            login_attempts::give_back(batch, &self.subjects.address);
        }
    }

    /// Gives a try back that came to nothing through no fault of the person.
    pub(crate) async fn give_back(mut self, app: &App, tenant: &TenantId) -> Result<(), Fault> {
        if self.abandoned.take().is_some() {
            return Ok(());
        }
        let mut batch = app.db().tenant(tenant).batch();
        let account = self.subjects.account.as_ref().map(|account| &account.subject);
        for subject in account.into_iter().chain([&self.subjects.address]) {
            login_attempts::give_back(&mut batch, subject);
        }
        batch.commit().await?;
        Ok(())
    }

    /// What came of comparing the password. When nothing did, the try is given back.
    pub(crate) async fn settled(
        self,
        app: &App,
        tenant: &TenantId,
        compared: Result<bool, Fault>,
    ) -> Result<(bool, Self), Fault> {
        match compared {
            Ok(matches) => Ok((matches, self)),
            Err(fault) => {
                self.give_back(app, tenant).await?;
                Err(fault)
            }
        }
    }
}

impl Subjects {
    /// The counters of `name` (as it is looked up) at a connection, seen from an address. An account is
    /// counted when one of the connections that were `asked` for it wants that: which of them knows the
    /// person must not show in when the tries run out.
    #[must_use]
    pub fn of(connection: &Connection, asked: &[&Connection], name: &str, ip: Option<IpAddr>) -> Self {
        let ip = ip.map(neighbourhood).unwrap_or_default();
        let is_protected = asked.iter().any(|connection| {
            let Strategy::Database(options) = &connection.strategy;
            options.brute_force_protection()
        });
        let account = is_protected.then(|| Account {
            subject: subject(&["account", connection.id.as_str(), name, &ip]),
            seen: Some((account(connection, name), ip.clone())),
        });
        Self { account, address: subject(&["address", &ip]) }
    }

    /// The counters of `name` at the door of the dashboard, seen from an address.
    #[must_use]
    pub fn of_admin(name: &str, ip: Option<IpAddr>) -> Self {
        let ip = ip.map(neighbourhood).unwrap_or_default();
        let account = Account { subject: subject(&["admin", name, &ip]), seen: None };
        Self { account: Some(account), address: subject(&["address", &ip]) }
    }
}

/// The name that tries are counted under: spellings of one address are one name.
#[must_use]
pub(crate) fn counted_name(typed: &str) -> String {
    match Email::parse(typed) {
        Ok(email) => email.as_str().to_owned(),
        Err(_) => tame(typed.trim()).to_lowercase(),
    }
}

/// What the counters of an account are found by, whatever address they are about.
#[must_use]
pub(crate) fn account(connection: &Connection, name: &str) -> String {
    subject(&["locked", connection.id.as_str(), name])
}

/// Begins a try, unless there is none left: alone and not counted yet, or counted as [`reserve`] does.
///
/// # Errors
/// As [`reserve`].
pub(crate) async fn begin(
    app: &App,
    tenant: &TenantId,
    subjects: Subjects,
) -> Result<Result<UnderWay, Lock>, Fault> {
    match alone(app, tenant, &subjects).await? {
        Some(under_way) => Ok(Ok(under_way)),
        None => reserve(app, tenant, subjects).await,
    }
}

/// The try of somebody who is the only one at an account that has no count.
async fn alone(app: &App, tenant: &TenantId, subjects: &Subjects) -> Result<Option<UnderWay>, Fault> {
    let Some(account) = &subjects.account else { return Ok(None) };
    let mut turn = app.turns().come(&account.subject);
    if !turn.start_alone() {
        return Ok(None);
    }
    let mut address = app.turns().come(&subjects.address);
    address.start_uncounted();
    // Read before the count: a try that ends in between is seen twice rather than not at all.
    let under_way = i64::try_from(address.trying()).unwrap_or(i64::MAX);
    let asked = [account.subject.as_str(), subjects.address.as_str()];
    let [of_account, of_address] = login_attempts::counts(&app.db().tenant(tenant), asked, app.now()).await?;
    if of_account > 0 || of_address.saturating_add(under_way) > i64::from(PER_ADDRESS) {
        return Ok(None);
    }
    let subjects = subjects.clone();
    let abandoned = Some(Abandoned { app: app.clone(), tenant: tenant.clone() });
    Ok(Some(UnderWay { subjects, abandoned, turns: Some((address, Some(turn))) }))
}

/// Counts a try, unless there is none left. Everybody sees it when this returns, and a killed process
/// does not forget it; it is on disk before anybody hears how the try ended. Keep what it gives back
/// until the try has ended.
///
/// # Errors
/// [`Fault::Unavailable`] when it cannot be written down, or when the tries before it take too long;
/// then no password may be looked at.
pub(crate) async fn reserve(
    app: &App,
    tenant: &TenantId,
    subjects: Subjects,
) -> Result<Result<UnderWay, Lock>, Fault> {
    let mut address = app.turns().come(&subjects.address);
    let mut account = subjects.account.as_ref().map(|account| app.turns().come(&account.subject));
    loop {
        let ended = (address.ended(), account.as_ref().map_or(0, Turn::ended));
        address.start();
        let may_start = account.as_mut().is_none_or(Turn::start);
        // Those who try uncounted may all turn out to be wrong.
        let uncounted = u32::try_from(address.uncounted()).unwrap_or(u32::MAX);
        let left = PER_ADDRESS.saturating_sub(uncounted);
        let lock = if may_start { count(app, tenant, &subjects, left).await? } else { Some(Lock::Account) };
        let Some(lock) = lock else { break };
        address.step_back();
        account.iter_mut().for_each(Turn::step_back);
        let (refused, ended_before) = match (lock, &account) {
            (Lock::Account, Some(account)) => (account, ended.1),
            _ => (&address, ended.0),
        };
        let waited = refused.wait(ended_before).await.map_err(|_| Fault::Unavailable {
            retry_after: SHORT_WAIT,
            cause: "many tries for one account or address are under way".to_owned(),
        })?;
        if !waited {
            return Ok(Err(lock));
        }
    }
    Ok(Ok(UnderWay { subjects, abandoned: None, turns: Some((address, account)) }))
}

async fn count(
    app: &App,
    tenant: &TenantId,
    subjects: &Subjects,
    per_address: u32,
) -> Result<Option<Lock>, Fault> {
    let mut batch = app.db().tenant(tenant).batch();
    push_count(&mut batch, subjects, (per_address, PER_ACCOUNT), app.now());
    match batch.commit_ahead().await {
        Ok(_) => Ok(None),
        Err(StoreError::Unmet { what: ADDRESS }) => Ok(Some(Lock::Address)),
        Err(StoreError::Unmet { what: ACCOUNT }) => Ok(Some(Lock::Account)),
        Err(error) => Err(error.into()),
    }
}

/// Counts a try as part of a batch, which fails when one of the limits is reached.
fn push_count(
    batch: &mut Batch,
    subjects: &Subjects,
    (per_address, per_account): (u32, u32),
    now: Timestamp,
) {
    let address = AttemptLimit { subject: &subjects.address, limit: per_address, window: WINDOW };
    login_attempts::push_reserve(batch, &address, ADDRESS, now);
    let Some(account) = &subjects.account else { return };
    let limit = AttemptLimit { subject: &account.subject, limit: per_account, window: WINDOW };
    match &account.seen {
        Some((account, ip)) => {
            let seen = Seen { account, ip };
            login_attempts::push_reserve_for(batch, &limit, seen, ACCOUNT, now);
        }
        None => {
            login_attempts::push_reserve(batch, &limit, ACCOUNT, now);
        }
    }
}

/// What large requests of an address are counted under.
pub(super) fn large_requests(ip: Option<IpAddr>) -> String {
    subject(&["large requests", &ip.map(neighbourhood).unwrap_or_default()])
}

/// What pushed requests of an address are counted under.
pub(super) fn pushed_requests(ip: Option<IpAddr>) -> String {
    subject(&["pushed requests", &ip.map(neighbourhood).unwrap_or_default()])
}

/// What devices that an address lets wait, for clients that prove nothing, are counted under.
pub(super) fn waiting_devices(ip: Option<IpAddr>) -> String {
    subject(&["waiting devices", &ip.map(neighbourhood).unwrap_or_default()])
}

/// What wrong codes that an address types for devices are counted under.
pub(super) fn typed_codes(ip: Option<IpAddr>) -> String {
    subject(&["typed codes", &ip.map(neighbourhood).unwrap_or_default()])
}

/// A key of bounded length in which no part can pose as another.
fn subject(parts: &[&str]) -> String {
    let text: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    BASE64URL_NOPAD.encode(&digest::sha256(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Kit;

    /// One node has a try under way that nobody has counted; the other goes on to the limit.
    #[tokio::test]
    async fn two_nodes_look_at_one_guess_more_than_the_limit() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        let tenant = kit.tenant().tenant.id.clone();
        let subjects = || Subjects::of_admin("ada", "203.0.113.7".parse().ok());
        let elsewhere = begin(&neighbour, &tenant, subjects()).await.unwrap().unwrap();
        let mut looked_at = 1;
        while let Ok(under_way) = begin(&kit.app, &tenant, subjects()).await.unwrap() {
            looked_at += 1;
            let mut batch = kit.app.db().tenant(&tenant).batch();
            under_way.count(&mut batch, kit.app.now());
            batch.commit().await.unwrap();
            under_way.end();
        }
        assert_eq!(looked_at, PER_ACCOUNT + 1);
        let mut batch = neighbour.db().tenant(&tenant).batch();
        elsewhere.count(&mut batch, kit.app.now());
        batch.commit().await.unwrap();
        elsewhere.end();
        assert_eq!(begin(&neighbour, &tenant, subjects()).await.unwrap().unwrap_err(), Lock::Account);
    }

    /// Fifty people behind one address are being looked at, uncounted; the limit holds for all together.
    #[tokio::test]
    async fn who_is_counted_leaves_room_for_those_of_one_address_who_are_not() {
        let kit = Kit::new().await;
        let tenant = kit.tenant().tenant.id.clone();
        let subjects = |name: &str| Subjects::of_admin(name, "203.0.113.7".parse().ok());
        let mut uncounted = Vec::new();
        for number in 0..50 {
            let under_way = begin(&kit.app, &tenant, subjects(&number.to_string())).await.unwrap().unwrap();
            assert!(!under_way.is_counted());
            uncounted.push(under_way);
        }
        for number in 50..100 {
            let under_way = reserve(&kit.app, &tenant, subjects(&number.to_string())).await.unwrap().unwrap();
            under_way.end();
        }
        // The next one has to wait: only when one of the fifty has ended is it known whether a try is left.
        let one_more =
            async { reserve(&kit.app, &tenant, subjects("100")).await.unwrap().map(UnderWay::end) };
        let all_were_wrong = async {
            let mut batch = kit.app.db().tenant(&tenant).batch();
            uncounted.iter().for_each(|under_way| under_way.count(&mut batch, kit.app.now()));
            batch.commit().await.unwrap();
            uncounted.drain(..).for_each(UnderWay::end);
        };
        let (one_more, ()) = tokio::join!(one_more, all_were_wrong);
        assert_eq!(one_more.unwrap_err(), Lock::Address);
    }

    #[tokio::test]
    async fn one_wrong_try_makes_the_next_one_count_before() {
        let kit = Kit::new().await;
        let tenant = kit.tenant().tenant.id.clone();
        let subjects = Subjects::of_admin("ada", "203.0.113.7".parse().ok());
        let first = begin(&kit.app, &tenant, subjects.clone()).await.unwrap().unwrap();
        assert!(!first.is_counted());
        let mut batch = kit.app.db().tenant(&tenant).batch();
        first.count(&mut batch, kit.app.now());
        batch.commit().await.unwrap();
        first.end();
        let second = begin(&kit.app, &tenant, subjects.clone()).await.unwrap().unwrap();
        assert!(second.is_counted());
        let mut batch = kit.app.db().tenant(&tenant).batch();
        second.forgive(&mut batch);
        batch.commit().await.unwrap();
        second.end();
        let third = begin(&kit.app, &tenant, subjects).await.unwrap().unwrap();
        assert!(!third.is_counted(), "forgiven");
        third.end();
    }

    /// Whoever posts a password and hangs up has tried it.
    #[tokio::test]
    async fn a_try_that_was_abandoned_is_counted_before_the_next_one_begins() {
        let kit = Kit::new().await;
        let tenant = kit.tenant().tenant.id.clone();
        let subjects = || Subjects::of_admin("ada", "203.0.113.7".parse().ok());
        for _ in 0..PER_ACCOUNT {
            drop(begin(&kit.app, &tenant, subjects()).await.unwrap().unwrap());
        }
        assert_eq!(begin(&kit.app, &tenant, subjects()).await.unwrap().unwrap_err(), Lock::Account);
    }

    #[test]
    fn no_part_of_a_subject_can_pose_as_another() {
        assert_ne!(subject(&["account", "a", "b"]), subject(&["account", "a1:b", ""]));
        assert_ne!(subject(&["ab", "c"]), subject(&["a", "bc"]));
        assert_eq!(subject(&["a"]), subject(&["a"]));
    }
}
