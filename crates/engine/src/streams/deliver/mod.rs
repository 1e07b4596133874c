//! Who delivers: every node looks at the leases once a second and takes streams that nobody holds, or whose
//! holder has not been heard of for some seconds.
//!
//! No two clocks are compared. A holder raises a number in the stream's row while it lives; the others
//! watch the number, each by its own clock, and by one that nobody sets. A holder that only slept has lost
//! the stream when it wakes, and every write of it says so. Source: decision 0019.

mod turn;

use std::collections::HashMap;
use std::time::Duration;

use doorward_model::ids::{StreamId, TenantId};
use doorward_store::StoreError;
use doorward_store::global::leases::{self, Lease};
use doorward_store::log_streams::delivery;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::app::App;
use crate::fault::Fault;
use turn::{Delivery, Turn};

/// How often leases are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a holder says that it lives.
const BEAT_EVERY: Duration = Duration::from_secs(2);
/// How long a holder may be silent. With the above, a stream is taken over within ten seconds.
const PATIENCE: Duration = Duration::from_secs(7);
/// How long an idle stream waits before it looks for events.
const IDLE: Duration = Duration::from_millis(200);
/// How long a stream waits when the database is in trouble: twice as long each time, up to the longest.
const TROUBLE: Duration = Duration::from_secs(1);
const LONGEST_TROUBLE: Duration = Duration::from_secs(8);

type Key = (TenantId, StreamId);

/// Watches the leases until `stop` turns true, and then lets go of all.
pub(crate) async fn watch(app: App, mut stop: watch::Receiver<bool>) {
    let mut own: HashMap<Key, JoinHandle<()>> = HashMap::new();
    let mut seen = Seen::default();
    let mut turns = interval(LOOK_EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
        own.retain(|_, task| !task.is_finished());
        if let Err(error) = look(&app, &stop, &mut own, &mut seen).await {
            tracing::warn!(%error, "log streams could not be looked at and will be looked at again");
        }
    }
    for (_, task) in own {
        if let Err(error) = task.await {
            tracing::warn!(%error, "the delivery of a log stream ended badly");
        }
    }
}

async fn look(
    app: &App,
    stop: &watch::Receiver<bool>,
    own: &mut HashMap<Key, JoinHandle<()>>,
    seen: &mut Seen,
) -> Result<(), Fault> {
    let leases = leases::active(&app.db().global()).await?;
    seen.0.retain(|key, _| leases.iter().any(|lease| key.0 == lease.tenant && key.1 == lease.stream));
    for lease in leases {
        let key = (lease.tenant.clone(), lease.stream.clone());
        if own.contains_key(&key) || !seen.is_free(&key, &lease, app.ran()) {
            continue;
        }
        let holder = app.entropy().token().expose().to_owned();
        let mut batch = app.db().tenant(&lease.tenant).batch();
        delivery::acquire(&mut batch, &lease, &holder);
        match batch.commit().await {
            Ok(_) => {
                let delivery = Delivery::new(app.clone(), key.clone(), holder);
                own.insert(key, tokio::spawn(hold(delivery, stop.clone())));
            }
            // Another node was faster.
            Err(StoreError::Unmet { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// What was seen of the leases of others.
#[derive(Default)]
struct Seen(HashMap<Key, (String, i64, Duration)>);

impl Seen {
    /// Whether nobody holds the stream, or its holder has not been heard of for too long.
    fn is_free(&mut self, key: &Key, lease: &Lease, now: Duration) -> bool {
        if lease.holder.is_empty() {
            return true;
        }
        match self.0.get(key) {
            Some((holder, beat, since)) if *holder == lease.holder && *beat == lease.beat => {
                now.saturating_sub(*since) >= PATIENCE
            }
            _ => {
                self.0.insert(key.clone(), (lease.holder.clone(), lease.beat, now));
                false
            }
        }
    }
}

/// Delivers until the stream is lost, stopped or gone, or this process stops.
async fn hold(mut delivery: Delivery, mut stop: watch::Receiver<bool>) {
    let (app, key, holder) = (delivery.app.clone(), delivery.key.clone(), delivery.holder.clone());
    tokio::select! {
        () = go_on(&mut delivery) => {}
        () = keep_beating(&app, &key, &holder) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    let mut batch = app.db().tenant(&key.0).batch();
    delivery::release(&mut batch, &key.1, &holder);
    if let Err(error) = batch.commit().await {
        tracing::debug!(%error, stream = %key.1, "a log stream could not be let go of; its lease runs out");
    }
}

async fn go_on(delivery: &mut Delivery) {
    let mut wait = TROUBLE;
    loop {
        match delivery.turn().await {
            Ok(Turn::Over) => return,
            Ok(turn) => {
                wait = TROUBLE;
                if turn == Turn::Idle {
                    sleep(IDLE).await;
                }
            }
            Err(error) => {
                tracing::warn!(%error, stream = %delivery.key.1, "a log stream waits for the database");
                sleep(wait).await;
                wait = (wait * 2).min(LONGEST_TROUBLE);
            }
        }
    }
}

/// Ends when the lease is lost.
async fn keep_beating(app: &App, key: &Key, holder: &str) {
    let mut turns = interval(BEAT_EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        let mut batch = app.db().tenant(&key.0).batch();
        delivery::beat(&mut batch, &key.1, holder);
        if let Err(StoreError::Unmet { .. }) = batch.commit_ahead().await {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_waited_for_by_ones_own_clock_and_from_its_last_sign_of_life() {
        let key = (TenantId::parse("t").unwrap(), StreamId::parse("lst_1").unwrap());
        let lease = |holder: &str, beat: i64| Lease {
            tenant: key.0.clone(),
            stream: key.1.clone(),
            holder: holder.to_owned(),
            beat,
        };
        let at = Duration::from_secs;
        let mut seen = Seen::default();
        assert!(seen.is_free(&key, &lease("", 0), at(0)));
        assert!(!seen.is_free(&key, &lease("a", 1), at(0)));
        assert!(!seen.is_free(&key, &lease("a", 2), at(6)), "it lives");
        assert!(!seen.is_free(&key, &lease("a", 2), at(12)));
        assert!(seen.is_free(&key, &lease("a", 2), at(13)));
        assert!(!seen.is_free(&key, &lease("b", 2), at(13)), "another took it");
    }

    /// Whenever within their own periods a holder raised its number last and the others look.
    #[test]
    fn a_holder_that_dies_is_followed_within_ten_seconds() {
        let key = (TenantId::parse("t").unwrap(), StreamId::parse("lst_1").unwrap());
        let last_beat = Duration::from_secs(100);
        for phase in (0..1000).step_by(50).map(Duration::from_millis) {
            let (mut seen, mut now) = (Seen::default(), Duration::from_secs(99) + phase);
            let taken_over = loop {
                let beat = i64::from(now >= last_beat);
                let (tenant, stream) = key.clone();
                if seen.is_free(&key, &Lease { tenant, stream, holder: "a".to_owned(), beat }, now) {
                    break now;
                }
                now += LOOK_EVERY;
            };
            // Counted from its last sign of life; it died after that.
            assert!(
                taken_over - last_beat < Duration::from_secs(10),
                "{phase:?}: {:?}",
                taken_over - last_beat
            );
            assert!(taken_over - last_beat > BEAT_EVERY * 2, "{phase:?}: one late beat is forgiven");
        }
    }
}
