//! The frame around every request: finds out who is spoken to and who speaks, lets the request run
//! within its time, dresses refusals, completes headers, writes one line.
//!
//! The line holds no query, no header and no body: those may hold codes, tokens and passwords.

use std::convert::Infallible;
use std::fmt::Display;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Router};
use bytes::Bytes;
use doorward_engine::state::TenantState;
use doorward_model::log::event::tame;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use http::{Method, Uri};
use tower::Service;

use crate::fault::{Circumstances, Refusal, Skinned};
use crate::local_path::LocalPath;
use crate::state::Web;
use crate::{api, health, reference, security_headers, tenant, visitor};

/// How long a request may take as a whole.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// All routes inside the frame: what the accept loop hands requests to. It stands around the router and not around each
/// route, since a layer of each route is a few allocations for each request.
#[derive(Clone)]
pub struct Framed {
    web: Web,
    router: Router,
}

impl Framed {
    pub(crate) fn new(web: Web, router: Router) -> Self {
        Self { web, router }
    }
}

impl<B> Service<Request<B>> for Framed
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { web, router } = self.clone();
        Box::pin(async move { Ok(frame(&web, router, request.map(Body::new)).await) })
    }
}

/// What is kept of a request after it is gone into its handler.
struct Line {
    started: Instant,
    method: Method,
    uri: Uri,
    has_authorization: bool,
    ip: Option<IpAddr>,
}

async fn frame(web: &Web, router: Router, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let peer = visitor::peer(&parts);
    let mut info = visitor::read(web.trusted_proxies(), &parts);
    info.is_forwarded |= web.tls_ends_before();
    if let Some(peer) = peer.filter(|_| info.is_forwarded) {
        web.forwarded_by(peer);
    }
    let line = Line {
        started: Instant::now(),
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        has_authorization: parts.headers.contains_key(AUTHORIZATION),
        ip: info.ip,
    };
    parts.extensions.insert(info);
    let (tenant, refused) = match tenant::find(web, &parts, peer) {
        Ok(tenant) => (Some(tenant), None),
        Err(_) if is_probe(&parts.uri) => (None, None),
        Err(refusal) => (None, Some(refusal)),
    };
    if let Some(tenant) = &tenant {
        parts.extensions.insert(tenant.clone());
    }
    let response = match refused {
        Some(refusal) => refusal.by_path(&line.uri).into_response(),
        None => run(Request::from_parts(parts, body), router, &line.uri).await,
    };
    finish(web, response, tenant.as_ref(), &line)
}

/// Probes come under any host: a load balancer knows addresses, not names.
fn is_probe(uri: &Uri) -> bool {
    matches!(uri.path(), health::HEALTHZ | health::READYZ)
}

async fn run(request: Request, mut router: Router, uri: &Uri) -> Response {
    let running = AssertUnwindSafe(async move { router.call(request).await }).catch_unwind();
    match tokio::time::timeout(REQUEST_TIMEOUT, running).await {
        Ok(Ok(Ok(response))) => response,
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
        response = of_length(skinned.dress(response, &circumstances), &line.method);
    }
    if let Some(tenant) = tenant.filter(|_| api::is_below(line.uri.path())) {
        api::complete(response.headers_mut(), &web.buckets().look(&tenant.id, web.app().now()));
    }
    security_headers::complete(response.headers_mut(), tenant.map(|tenant| &tenant.issuer));
    let took = line.started.elapsed();
    web.requests().note(line.uri.path(), response.status(), took);
    // One text: to write five fields one by one costs as much as half a request.
    tracing::info!(
        "request method={} path={} status={} ms={} ip={}",
        line.method,
        path(&line.uri),
        response.status().as_u16(),
        took.as_millis(),
        line.ip.as_ref().map_or(&"-" as &dyn Display, |ip| ip),
    );
    response
}

/// What the router does for the answers that it sees: says how long they are, and leaves them out for HEAD (RFC 9110
/// §9.3.2).
fn of_length(mut response: Response, method: &Method) -> Response {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().entry(CONTENT_LENGTH).or_insert(length.into());
    }
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn path(uri: &Uri) -> String {
    tame(uri.path())
}
