//! The limit of the Management API: one bucket of requests per tenant, in the memory of this process.
//!
//! Only requests of proven callers take from it, so that no stranger can use up what a tenant has.
//! Each node counts for itself: `n` nodes let `n` times as many requests in. With the limit off the
//! headers still say how large the bucket would be.
//! Source: the Management API's rate headers; the plan, "rate limits of the API".

use std::collections::HashMap;

use doorward_model::ids::TenantId;
use doorward_model::time::{Lifetime, Timestamp};
use parking_lot::Mutex;

/// Requests are counted in thousandths, so that a bucket fills evenly.
const WHOLE: i64 = 1000;

/// How many requests of the Management API a tenant may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiLimit {
    /// Whether requests beyond it are refused.
    pub is_on: bool,
    /// How many requests come back into the bucket each second; at least one.
    pub per_second: u32,
    /// How many requests the bucket holds; at least one.
    pub burst: u32,
}

impl Default for ApiLimit {
    fn default() -> Self {
        Self { is_on: false, per_second: 50, burst: 100 }
    }
}

/// Where a tenant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How many requests the bucket holds when it is full.
    pub limit: u32,
    /// How many requests would be let in at once.
    pub remaining: u32,
    /// When there is room for one request more than now, in seconds since 1970; now, when it is full.
    pub reset: i64,
}

/// A request that was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Whether it is the first within a minute that left less than a fifth, and to be written down.
    pub is_first_of_the_last: bool,
}

/// A request that came when the bucket was empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Empty {
    /// How long to wait, in whole seconds.
    pub wait: Lifetime,
    /// Whether it is the first within a minute, and to be written down: a write for each of them would
    /// be what the limit is there to prevent.
    pub is_first: bool,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Thousandths of requests.
    level: i64,
    at: Timestamp,
    /// When a refusal was last written down.
    noted_at: Option<Timestamp>,
    /// When it was last written down that few are left.
    warned_at: Option<Timestamp>,
}

/// The part of a bucket below which few are left: one of so many.
const LOW: i64 = 5;
const NOTE_EVERY: Lifetime = Lifetime::from_seconds(60);

/// The buckets of all tenants.
#[derive(Debug)]
pub struct Buckets {
    limit: ApiLimit,
    by_tenant: Mutex<HashMap<TenantId, Bucket>>,
}

impl Buckets {
    /// Full buckets for everybody.
    #[must_use]
    pub fn new(limit: ApiLimit) -> Self {
        let limit = ApiLimit { per_second: limit.per_second.max(1), burst: limit.burst.max(1), ..limit };
        Self { limit, by_tenant: Mutex::default() }
    }

    /// Takes one request out.
    ///
    /// # Errors
    /// [`Empty`] when the limit is on and there is none.
    pub fn take(&self, tenant: &TenantId, now: Timestamp) -> Result<Taken, Empty> {
        if !self.limit.is_on {
            return Ok(Taken { is_first_of_the_last: false });
        }
        let mut buckets = self.by_tenant.lock();
        let bucket = buckets.entry(tenant.clone()).or_insert(self.fresh(now));
        *bucket = self.filled(*bucket, now);
        if bucket.level < WHOLE {
            let is_first = bucket.noted_at.is_none_or(|at| now >= at.after(NOTE_EVERY));
            if is_first {
                bucket.noted_at = Some(now);
            }
            return Err(Empty { wait: self.until_next(*bucket), is_first });
        }
        bucket.level -= WHOLE;
        let is_low = bucket.level < i64::from(self.limit.burst) * WHOLE / LOW;
        let is_first_of_the_last = is_low && bucket.warned_at.is_none_or(|at| now >= at.after(NOTE_EVERY));
        if is_first_of_the_last {
            bucket.warned_at = Some(now);
        }
        Ok(Taken { is_first_of_the_last })
    }

    /// Where a tenant stands.
    #[must_use]
    pub fn look(&self, tenant: &TenantId, now: Timestamp) -> Standing {
        let known = self.by_tenant.lock().get(tenant).copied();
        let bucket = known.map_or(self.fresh(now), |known| self.filled(known, now));
        let remaining = u32::try_from(bucket.level / WHOLE).unwrap_or(u32::MAX);
        let is_full = bucket.level >= self.full();
        let reset = if is_full { now } else { now.after(self.until_next(bucket)) };
        Standing { limit: self.limit.burst, remaining, reset: reset.seconds() }
    }

    fn fresh(&self, now: Timestamp) -> Bucket {
        Bucket { level: self.full(), at: now, noted_at: None, warned_at: None }
    }

    fn full(&self) -> i64 {
        i64::from(self.limit.burst) * WHOLE
    }

    /// A thousandth of a request per millisecond is one request per second. A clock that was set back
    /// takes nothing away.
    fn filled(&self, bucket: Bucket, now: Timestamp) -> Bucket {
        let passed = now.millis().saturating_sub(bucket.at.millis()).max(0);
        let level = bucket.level.saturating_add(passed.saturating_mul(i64::from(self.limit.per_second)));
        Bucket { level: level.min(self.full()), at: now, ..bucket }
    }

    /// How long until there is one whole request more, rounded up to seconds, never none.
    fn until_next(&self, bucket: Bucket) -> Lifetime {
        let missing = WHOLE - bucket.level % WHOLE;
        let per_second = i64::from(self.limit.per_second) * WHOLE;
        let seconds = missing.saturating_add(per_second - 1) / per_second;
        Lifetime::from_seconds(u32::try_from(seconds.max(1)).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn tenant(id: &str) -> TenantId {
        TenantId::parse(id).unwrap()
    }

    fn buckets(is_on: bool) -> Buckets {
        Buckets::new(ApiLimit { is_on, per_second: 2, burst: 3 })
    }

    fn taken(outcome: Result<Taken, Empty>) -> Result<(), Empty> {
        outcome.map(|_| ())
    }

    fn refused(is_first: bool) -> Result<Taken, Empty> {
        Err(Empty { wait: Lifetime::from_seconds(1), is_first })
    }

    fn later(millis: i64) -> Timestamp {
        Timestamp::from_millis(NOW.millis() + millis)
    }

    #[test]
    fn a_bucket_empties_and_fills_again_and_each_tenant_has_its_own() {
        let (buckets, acme) = (buckets(true), tenant("acme"));
        for _ in 0..3 {
            assert_eq!(taken(buckets.take(&acme, NOW)), Ok(()));
        }
        assert_eq!(buckets.take(&acme, NOW), refused(true));
        assert_eq!(buckets.look(&acme, NOW), Standing { limit: 3, remaining: 0, reset: 1_800_000_001 });
        assert_eq!(taken(buckets.take(&tenant("other"), NOW)), Ok(()));
        assert_eq!(buckets.take(&acme, later(499)), refused(false), "one note a minute is enough");
        assert_eq!(taken(buckets.take(&acme, later(500))), Ok(()));
        assert!(buckets.take(&acme, later(501)).is_err());
        assert_eq!(buckets.look(&acme, later(60_000)).remaining, 3, "it overflows, and does not save up");
    }

    #[test]
    fn what_was_refused_was_not_taken_and_a_clock_set_back_takes_nothing() {
        let (buckets, acme) = (buckets(true), tenant("acme"));
        for _ in 0..50 {
            let _ = buckets.take(&acme, NOW);
        }
        assert_eq!(taken(buckets.take(&acme, later(500))), Ok(()));
        assert!(buckets.take(&acme, later(-10_000)).is_err());
        assert_eq!(buckets.look(&acme, later(-10_000)).remaining, 0);
    }

    #[test]
    fn the_last_fifth_is_said_once_a_minute() {
        let (buckets, acme) =
            (Buckets::new(ApiLimit { is_on: true, per_second: 1, burst: 10 }), tenant("acme"));
        let said = |now| buckets.take(&acme, now).unwrap().is_first_of_the_last;
        let first: Vec<bool> = (0..10).map(|_| said(NOW)).collect();
        assert_eq!(first, [false, false, false, false, false, false, false, false, true, false]);
        assert!(!said(later(1000)), "once a minute is enough");
        assert!((0..10).any(|_| said(later(60_000))), "a minute later it is news again");
    }

    #[test]
    fn a_limit_that_is_off_says_how_large_it_would_be() {
        let (buckets, acme) = (buckets(false), tenant("acme"));
        for _ in 0..50 {
            assert_eq!(taken(buckets.take(&acme, NOW)), Ok(()));
        }
        assert_eq!(buckets.look(&acme, NOW), Standing { limit: 3, remaining: 3, reset: 1_800_000_000 });
    }

    #[test]
    fn a_slow_bucket_says_how_long_to_wait() {
        let buckets = Buckets::new(ApiLimit { is_on: true, per_second: 0, burst: 0 });
        let acme = tenant("acme");
        assert_eq!(taken(buckets.take(&acme, NOW)), Ok(()), "nothing at all would lock everybody out");
        assert_eq!(buckets.take(&acme, NOW), refused(true));
        assert_eq!(taken(buckets.take(&acme, later(1000))), Ok(()));
        assert_eq!(buckets.take(&acme, later(1000)), refused(false));
        assert_eq!(taken(buckets.take(&acme, later(60_000))), Ok(()));
        assert_eq!(buckets.take(&acme, later(60_000)), refused(true));
    }
}
