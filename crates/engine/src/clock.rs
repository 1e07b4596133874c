//! Where "now" comes from. Everything else takes the time as an argument.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use doorward_model::time::{Lifetime, Timestamp};

/// A clock.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's.
    System,
    /// Stands still until it is moved; holds milliseconds since the epoch. For tests.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn fixed(now: Timestamp) -> Self {
        Clock::Fixed(Arc::new(AtomicI64::new(now.millis())))
    }

    /// The current time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may read the machine's clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Fixed(millis) => Timestamp::from_millis(millis.load(Ordering::Relaxed)),
        }
    }

    /// How long it has run: for lengths of time, which a clock that is set would falsify. A fixed clock runs as
    /// far as it is moved.
    #[must_use]
    pub fn ran(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Clock::System => START.elapsed(),
            Clock::Fixed(millis) => {
                Duration::from_millis(u64::try_from(millis.load(Ordering::Relaxed)).unwrap_or(0))
            }
        }
    }

    /// Moves a fixed clock forward; the machine's own cannot be moved.
    pub fn advance(&self, by: Lifetime) {
        if let Clock::Fixed(millis) = self {
            millis.fetch_add(by.seconds().saturating_mul(1000), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told_and_for_every_holder() {
        let clock = Clock::fixed(Timestamp::from_seconds(10));
        let other = clock.clone();
        assert_eq!(clock.now().seconds(), 10);
        clock.advance(Lifetime::from_seconds(5));
        assert_eq!(other.now().seconds(), 15);
        assert_eq!(other.ran(), Duration::from_secs(15));
    }
}
