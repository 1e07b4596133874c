//! Requests, counted by the route that answered them.
//!
//! What is counted for one request is three additions, at the route that its path fits.

use std::sync::OnceLock;
use std::time::Duration;

use doorward_model::measure::{Counter, Histogram};
use http::StatusCode;
use matchit::Router;

/// Bounds of a request's time, in microseconds.
const BOUNDS: &[u64] =
    &[500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];
/// The classes of status, as a label says them.
pub(super) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// The route of what no route answered.
const NONE: &str = "none";
/// What refusals are counted under; the last one stands for all others.
pub(super) const ERRORS: [&str; 13] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "insufficient_scope",
    "unauthorized_client",
    "unsupported_grant_type",
    "access_denied",
    "temporarily_unavailable",
    "server_error",
    "other",
];

/// The requests that one route answered.
pub(super) struct OfRoute {
    pub route: &'static str,
    pub by_class: [Counter; 5],
    pub durations: Histogram,
}

impl OfRoute {
    fn new(route: &'static str) -> Self {
        Self { route, by_class: Default::default(), durations: Histogram::new(BOUNDS) }
    }
}

/// The requests that this process answered.
#[derive(Default)]
pub(crate) struct Requests {
    /// Known once the router is built.
    routes: OnceLock<Routes>,
    refusals: [Counter; ERRORS.len()],
}

struct Routes {
    rows: Vec<OfRoute>,
    /// Finds a path's row, in the way the router finds its handler.
    places: Router<usize>,
}

impl Routes {
    /// The row of a path; the last one is that of what no route fits.
    fn of(&self, path: &str) -> Option<&OfRoute> {
        self.places.at(path).map_or_else(|_| self.rows.last(), |found| self.rows.get(*found.value))
    }
}

impl Requests {
    /// The route that a path fits, as its list spells it.
    pub fn route(&self, path: &str) -> Option<&'static str> {
        self.routes.get()?.of(path).map(|row| row.route)
    }

    /// Says which routes there are; only the first call counts. The router asks them too, for `Allow`.
    pub fn know(&self, routes: impl Iterator<Item = &'static str>) {
        self.routes.get_or_init(|| {
            let mut all: Vec<&'static str> = routes.collect();
            all.sort_unstable();
            all.dedup();
            let mut places = Router::new();
            for (place, route) in all.iter().enumerate() {
                if let Err(error) = places.insert(*route, place) {
                    // The router that answers would have refused it, too.
                    tracing::error!(route, %error, "a route is counted as none");
                }
            }
            all.push(NONE);
            Routes { rows: all.into_iter().map(OfRoute::new).collect(), places }
        });
    }

    /// Notes an answer to a request for `path`.
    pub fn note(&self, path: &str, status: StatusCode, took: Duration) {
        let Some(row) = self.routes.get().and_then(|routes| routes.of(path)) else { return };
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(count) = row.by_class.get(class) {
            count.add_one();
        }
        row.durations.observe(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Notes a refusal by its error.
    pub fn note_refusal(&self, error: &str) {
        let place = ERRORS.iter().position(|known| *known == error).unwrap_or(ERRORS.len() - 1);
        if let Some(count) = self.refusals.get(place) {
            count.add_one();
        }
    }

    /// The routes that answered something.
    pub(super) fn rows(&self) -> impl Iterator<Item = &OfRoute> {
        let rows = self.routes.get().map_or(&[][..], |routes| &routes.rows);
        rows.iter().filter(|row| row.by_class.iter().any(|count| count.get() > 0))
    }

    pub(super) fn refusals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ERRORS.into_iter().zip(&self.refusals).map(|(error, count)| (error, count.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_asks_for_becomes_no_route() {
        let requests = Requests::default();
        requests.note("/a", StatusCode::OK, Duration::ZERO);
        requests.know(["/a/{id}", "/a", "/a"].into_iter());
        for path in ["/a", "/a/canary", "/b", "/a/b/c"] {
            requests.note(path, StatusCode::NOT_FOUND, Duration::from_millis(3));
        }
        requests.note("", StatusCode::OK, Duration::from_secs(60));
        let seen: Vec<_> = requests.rows().map(|row| (row.route, row.durations.spread().count)).collect();
        assert_eq!(seen, [("/a", 1), ("/a/{id}", 1), ("none", 3)]);
        assert_eq!(requests.route("/a/canary"), Some("/a/{id}"));
        let none = requests.rows().last().unwrap();
        assert_eq!(none.by_class.each_ref().map(Counter::get), [0, 1, 0, 2, 0]);
    }

    #[test]
    fn an_error_that_is_not_known_is_another_one() {
        let requests = Requests::default();
        for error in ["invalid_grant", "invalid_target", "canary", "other"] {
            requests.note_refusal(error);
        }
        let some: Vec<_> = requests.refusals().filter(|(_, count)| *count > 0).collect();
        assert_eq!(some, [("invalid_grant", 1), ("invalid_target", 1), ("other", 2)]);
    }
}
