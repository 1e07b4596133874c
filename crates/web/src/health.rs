//! `/healthz`: the process answers. `/readyz`: it can do its work. Both on any host, for probes.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;

use crate::state::Web;

pub(crate) const HEALTHZ: &str = "/healthz";
pub(crate) const READYZ: &str = "/readyz";

pub(crate) async fn healthz() -> Response {
    answer(StatusCode::OK, "ok\n")
}

pub(crate) async fn readyz(State(web): State<Web>) -> Response {
    match web.app().ready().await {
        Ok(()) => answer(StatusCode::OK, "ready\n"),
        Err(fault) => {
            tracing::warn!(cause = %fault, fix = fault.fix(), "not ready");
            answer(StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }
}

fn answer(status: StatusCode, text: &'static str) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], text).into_response()
}
