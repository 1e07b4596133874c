//! Numbers for operators, in the text form that Prometheus reads.
//!
//! They are given at an address of their own, never at the one that people and programs use, so that no
//! stranger reads them there and no token can leak that would open them. Labels are fixed words: a route as
//! its list spells it, a class of status, a type code. Nothing of a request ever becomes one.
//! Source: the Prometheus text exposition format 0.0.4.

mod list;
mod render;
mod requests;
mod text;

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use doorward_engine::streams;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tokio::time::timeout;

use crate::state::Web;

pub use list::reference;
pub use render::page;
pub(crate) use requests::Requests;

/// How long the database may take to say how much waits for log streams.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where the numbers are, at their own address.
pub const PATH: &str = "/metrics";

/// What the system says about this process. What it does not say is not shown.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Process {
    /// Time on a processor since the start, in seconds.
    pub cpu_seconds: Option<f64>,
    /// Memory in use, in bytes.
    pub resident_bytes: Option<u64>,
    /// Open files and connections.
    pub open_fds: Option<u64>,
    /// When it started, in seconds since 1970.
    pub started_at: Option<f64>,
}

#[derive(Clone)]
struct Scraped {
    web: Web,
    process: fn() -> Process,
    version: &'static str,
}

/// The address of the numbers, and nothing else. `process` asks the system, `version` is the release.
pub fn router(web: Web, process: fn() -> Process, version: &'static str) -> Router {
    Router::new().route(PATH, get(scrape)).with_state(Scraped { web, process, version })
}

async fn scrape(State(scraped): State<Scraped>) -> Response {
    // Who scrapes does not wait for a database in trouble: all else is known without it.
    let waiting = timeout(PATIENCE, streams::all_waiting(scraped.web.app())).await.ok().and_then(Result::ok);
    let text = render::page(&scraped.web, &(scraped.process)(), scraped.version, waiting);
    let headers = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (StatusCode::OK, headers, text).into_response()
}
