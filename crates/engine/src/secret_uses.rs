//! When and from where secrets of clients were used: noted in memory, written behind.
//!
//! A token costs one read of a number in memory; once a minute per secret the use is put on a list,
//! and a job writes the list down. A process that is killed loses a few seconds of it: it is
//! something that admins look at, and no decision is made from it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};

use doorward_model::client::secrets::LastUse;
use doorward_model::ids::{SecretId, TenantId};
use doorward_model::time::{Lifetime, Timestamp};
use doorward_store::client_secrets;
use parking_lot::Mutex;

use crate::app::App;
use crate::clients_cache::KnownSecret;
use crate::fault::Fault;

/// How exactly the time of use is kept.
const NOTE_EVERY: Lifetime = Lifetime::from_seconds(60);
/// The most uses that wait to be written; there is one per secret.
const MOST_WAITING: usize = 100_000;
/// Uses per batch.
const BATCH: usize = 500;

/// When the use of one secret was noted last, as far as this process knows.
#[derive(Debug)]
pub(crate) struct Noted(AtomicI64);

impl Noted {
    pub(crate) fn at(time: Option<Timestamp>) -> Self {
        Self(AtomicI64::new(time.map_or(i64::MIN, Timestamp::millis)))
    }

    /// Whether a use at `now` is to be noted; of several at once one is told so.
    fn is_due(&self, now: Timestamp) -> bool {
        let last = self.0.load(Ordering::Relaxed);
        let is_due = Timestamp::from_millis(last).after(NOTE_EVERY) <= now;
        is_due && self.0.compare_exchange(last, now.millis(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// The uses that wait to be written.
#[derive(Default)]
pub(crate) struct SecretUses(Mutex<HashMap<(TenantId, SecretId), LastUse>>);

impl SecretUses {
    /// Notes that `known` proved a client of `tenant`.
    pub(crate) fn note(&self, tenant: &TenantId, known: &KnownSecret, ip: Option<IpAddr>, now: Timestamp) {
        if !known.noted.is_due(now) {
            return;
        }
        let mut waiting = self.0.lock();
        if waiting.len() < MOST_WAITING {
            let last_use = LastUse { at: now, ip: ip.map(|ip| ip.to_string()) };
            waiting.insert((tenant.clone(), known.id.clone()), last_use);
        }
    }

    fn take(&self) -> HashMap<(TenantId, SecretId), LastUse> {
        std::mem::take(&mut *self.0.lock())
    }
}

/// Writes down what waits.
///
/// # Errors
/// When the store cannot be written; what was not written is lost, which nothing depends on.
pub(crate) async fn write_down(app: &App) -> Result<(), Fault> {
    let mut by_tenant: HashMap<TenantId, Vec<(SecretId, LastUse)>> = HashMap::new();
    for ((tenant, secret), last_use) in app.secret_uses().take() {
        by_tenant.entry(tenant).or_default().push((secret, last_use));
    }
    for (tenant, uses) in by_tenant {
        for part in uses.chunks(BATCH) {
            let mut batch = app.db().tenant(&tenant).batch();
            for (secret, last_use) in part {
                // Another node may have written within the minute.
                let known = Timestamp::from_millis(last_use.at.before(NOTE_EVERY).millis().saturating_add(1));
                client_secrets::touch(&mut batch, secret, last_use, known);
            }
            batch.commit().await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_uses_within_a_minute_one_is_noted() {
        let noted = Noted::at(None);
        let at = |second| noted.is_due(Timestamp::from_seconds(second));
        assert!(at(0) && !at(0) && !at(59) && at(60) && !at(119) && at(1000));
        assert!(!at(999), "a clock that is set back waits until it has caught up");
    }

    #[test]
    fn what_the_store_knows_is_not_noted_again_within_its_minute() {
        let noted = Noted::at(Some(Timestamp::from_seconds(100)));
        assert!(!noted.is_due(Timestamp::from_seconds(159)) && noted.is_due(Timestamp::from_seconds(160)));
    }
}
