//! The frame around every request: finds out who is spoken to and who speaks, lets the request run
//! within its time, dresses refusals, completes headers, writes one line.
//!
//! The line holds no query, no header and no body: those may hold codes, tokens and passwords.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use doorward_engine::state::TenantState;
use doorward_model::log::event::tame;
use futures_util::FutureExt as _;
use http::header::AUTHORIZATION;
use http::{Method, Uri};

use crate::fault::{Circumstances, Refusal, Skinned};
use crate::local_path::LocalPath;
use crate::state::Web;
use crate::{api, health, reference, security_headers, tenant, visitor};

/// How long a request may take as a whole.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What is kept of a request after it is gone into its handler.
struct Line {
    started: Instant,
    method: Method,
    uri: Uri,
    has_authorization: bool,
    ip: Option<std::net::IpAddr>,
    /// The path of the list that fits.
    route: Option<MatchedPath>,
}

pub(crate) async fn frame(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut info = visitor::read(web.trusted_proxies(), &parts);
    info.is_forwarded |= web.tls_ends_before();
    if let Some(peer) = visitor::peer(&parts).filter(|_| info.is_forwarded) {
        web.forwarded_by(peer);
    }
    let line = Line {
        started: Instant::now(),
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        has_authorization: parts.headers.contains_key(AUTHORIZATION),
        ip: info.ip,
        route: parts.extensions.get().cloned(),
    };
    parts.extensions.insert(info);
    let (tenant, refused) = match tenant::find(&web, &parts, visitor::peer(&parts)) {
        Ok(tenant) => (Some(tenant), None),
        Err(_) if is_probe(&parts.uri) => (None, None),
        Err(refusal) => (None, Some(refusal)),
    };
    if let Some(tenant) = &tenant {
        parts.extensions.insert(tenant.clone());
    }
    let response = match refused {
        Some(refusal) => refusal.by_path(&line.uri).into_response(),
        None => run(Request::from_parts(parts, body), next, &line.uri).await,
    };
    finish(&web, response, tenant.as_ref(), &line)
}

/// Probes come under any host: a load balancer knows addresses, not names.
fn is_probe(uri: &Uri) -> bool {
    matches!(uri.path(), health::HEALTHZ | health::READYZ)
}

async fn run(request: Request, next: Next, uri: &Uri) -> Response {
    let running = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(REQUEST_TIMEOUT, running).await {
        Ok(Ok(response)) => response,
        // What the panic holds may be anything and is not looked at.
        Ok(Err(_)) => Refusal::broken("a handler panicked").by_path(uri).into_response(),
        Err(_) => Refusal::too_slow().by_path(uri).into_response(),
    }
}

fn finish(web: &Web, mut response: Response, tenant: Option<&Arc<TenantState>>, line: &Line) -> Response {
    let tenant = tenant.map(|state| &state.tenant);
    if let Some(skinned) = response.extensions_mut().remove::<Skinned>() {
        web.requests().note_refusal(skinned.refusal().oauth_code());
        let reference = skinned.refusal().cause().map(|cause| {
            let reference = reference::fresh(web.app());
            tracing::error!(%reference, path = %path(&line.uri), cause = %tame(cause), "request failed");
            reference
        });
        let first = tenant.is_none().then(|| web.app().tenants().into_iter().next()).flatten();
        let circumstances = Circumstances {
            tenant,
            reference: reference.as_deref(),
            has_authorization: line.has_authorization,
            elsewhere: first.as_ref().map(|state| &state.tenant.issuer),
            is_dashboard: line.uri.path().starts_with(LocalPath::overview().as_str()),
        };
        response = skinned.dress(response, &circumstances);
    }
    if let Some(tenant) = tenant.filter(|_| api::is_below(line.uri.path())) {
        api::complete(response.headers_mut(), &web.buckets().look(&tenant.id, web.app().now()));
    }
    security_headers::complete(response.headers_mut(), tenant.map(|tenant| &tenant.issuer));
    let (route, took) = (line.route.as_ref().map(MatchedPath::as_str), line.started.elapsed());
    web.requests().note(route, response.status(), took);
    // One text: to write five fields one by one costs as much as half a request.
    tracing::info!(
        "request method={} path={} status={} ms={} ip={}",
        line.method,
        path(&line.uri),
        response.status().as_u16(),
        took.as_millis(),
        line.ip.map_or_else(|| "-".to_owned(), |ip| ip.to_string()),
    );
    response
}

fn path(uri: &Uri) -> String {
    tame(uri.path())
}
