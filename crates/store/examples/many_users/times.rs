//! How long something took, again and again.

use std::future::Future;
use std::time::{Duration, Instant};

/// What is slow is known well enough after this.
const ENOUGH: Duration = Duration::from_secs(3);

/// The times of pages and of totals.
pub struct Times {
    begun: Instant,
    pages: Vec<Duration>,
    totals: Vec<Duration>,
    /// How many entries a page had.
    pub found: usize,
}

impl Default for Times {
    fn default() -> Self {
        Self { begun: Instant::now(), pages: Vec::new(), totals: Vec::new(), found: 0 }
    }
}

impl Times {
    /// Times a page.
    pub async fn page<T>(&mut self, work: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let done = work.await;
        self.pages.push(start.elapsed());
        done
    }

    /// Times a total.
    pub async fn total<T>(&mut self, work: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let done = work.await;
        self.totals.push(start.elapsed());
        done
    }

    /// Whether more runs would say nothing new.
    pub fn are_enough(&self) -> bool {
        self.pages.len() >= 4 && self.begun.elapsed() > ENOUGH
    }

    /// Prints a row: entries of a page, its median and p95, the median of the total.
    pub fn print(mut self, name: &str) {
        self.pages.sort_unstable();
        self.totals.sort_unstable();
        let ms = |list: &[Duration], part: usize| list[(list.len() - 1) * part / 100].as_secs_f64() * 1000.0;
        let (page, late, total) = (ms(&self.pages, 50), ms(&self.pages, 95), ms(&self.totals, 50));
        println!("{name:58} {:>9} {page:>9.2} {late:>9.2} {total:>9.2}", self.found);
    }
}
