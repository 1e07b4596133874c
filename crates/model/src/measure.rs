//! Numbers that many threads raise at once without waiting for each other.
//!
//! For what an operator watches: no lock, no allocation, no order between one number and another. A
//! reader may see a histogram whose sum is an observation ahead of its counts.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// So many more.
    pub fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    /// How many.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down: how many wait.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// One more.
    pub fn enter(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One less.
    pub fn leave(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many now. One who left may be seen before their entry is: that counts as none.
    #[must_use]
    pub fn get(&self) -> u64 {
        u64::try_from(self.0.load(Ordering::Relaxed)).unwrap_or(0)
    }
}

/// How observations spread over fixed bounds.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    counts: Box<[Counter]>,
    sum: AtomicU64,
}

/// What a [`Histogram`] holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// Each bound, with how many observations were not greater.
    pub up_to: Vec<(u64, u64)>,
    /// How many observations there were.
    pub count: u64,
    /// What they come to together.
    pub sum: u64,
}

impl Histogram {
    /// Nothing observed yet; `bounds` grow.
    #[must_use]
    pub fn new(bounds: &'static [u64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| Counter::default()).collect();
        Self { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// Notes an observation.
    pub fn observe(&self, value: u64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(place) {
            count.add_one();
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// What was observed so far.
    ///
    /// ```
    /// use doorward_model::measure::Histogram;
    /// let waits = Histogram::new(&[10, 100]);
    /// for wait in [3, 10, 11, 5000] {
    ///     waits.observe(wait);
    /// }
    /// let spread = waits.spread();
    /// assert_eq!(spread.up_to, [(10, 2), (100, 3)]);
    /// assert_eq!((spread.count, spread.sum), (4, 5024));
    /// ```
    #[must_use]
    pub fn spread(&self) -> Spread {
        let mut count = 0;
        let mut below = self.counts.iter().map(|counted| {
            count += counted.get();
            count
        });
        let up_to = self.bounds.iter().zip(&mut below).map(|(bound, below)| (*bound, below)).collect();
        let count = below.next().unwrap_or(0);
        Spread { up_to, count, sum: self.sum.load(Ordering::Relaxed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_between_threads() {
        let (counter, gauge, histogram) = (Counter::default(), Gauge::default(), Histogram::new(&[1, 2, 3]));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for value in 0..1000 {
                        counter.add_one();
                        gauge.enter();
                        histogram.observe(value % 5);
                        gauge.leave();
                    }
                });
            }
        });
        assert_eq!((counter.get(), gauge.get()), (8000, 0));
        let spread = histogram.spread();
        assert_eq!(spread.up_to, [(1, 3200), (2, 4800), (3, 6400)]);
        assert_eq!((spread.count, spread.sum), (8000, 16_000));
    }

    #[test]
    fn who_left_before_they_were_seen_to_enter_is_nobody() {
        let gauge = Gauge::default();
        gauge.leave();
        assert_eq!(gauge.get(), 0);
    }
}
