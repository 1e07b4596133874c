//! Routes: each front has one list of them, and one router is built from all lists.
//!
//! Owns the order in which a request is looked at: frame (host, visitor), guard (who asks), handler.

use std::collections::{BTreeMap, HashMap};

use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, get, on};
use axum::{Extension, Router};
use doorward_engine::state::TenantState;
use doorward_model::scope::ApiScope;
use http::header::ALLOW;
use http::{HeaderMap, HeaderValue, Method, Uri};
use std::sync::Arc;

use crate::fault::{Refusal, Skin};
use crate::frame::Framed;
use crate::inside::Door;
use crate::state::Web;
use crate::{api, assets, caller, cors, csrf, health, signed_in};

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Everybody, from everywhere; what may happen is for the handler to find out.
    Public,
    /// Everybody; but what changes something must come from a page of ours.
    Page,
    /// Whoever shows a Management API token with one of these scopes. Nothing else of the request is
    /// looked at before.
    AnyOf(&'static [ApiScope]),
    /// Whoever shows a Management API token, whatever its scopes: for operations that are not served,
    /// which strangers need not be told.
    AnyToken,
    /// Admins who are logged in to the dashboard; what changes something must come from a page of
    /// ours. Everybody else is shown the way to the login.
    Admin,
}

/// One row of a front's list.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path; `{name}` stands for one segment.
    pub path: &'static str,
    /// Who may come in.
    pub guard: Guard,
    /// The name of the operation, unique among all lists.
    pub operation: &'static str,
    /// The status of its answer when it is done, for the log.
    pub success: u16,
    /// What does it.
    pub handler: MethodRouter<Web>,
}

impl Route {
    /// A row for whatever method; none for one that no router knows.
    pub fn any<H, T>(
        method: &Method,
        path: &'static str,
        guard: Guard,
        operation: &'static str,
        handler: H,
    ) -> Option<Self>
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).ok()?;
        Some(Self {
            method: method.clone(),
            path,
            guard,
            operation,
            success: 200,
            handler: on(filter, handler),
        })
    }

    /// A row for `GET` (and with it `HEAD`).
    pub fn get<H, T>(path: &'static str, guard: Guard, operation: &'static str, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        Self {
            method: Method::GET,
            path,
            guard,
            operation,
            success: 200,
            handler: on(MethodFilter::GET, handler),
        }
    }

    /// A row for `POST`.
    pub fn post<H, T>(path: &'static str, guard: Guard, operation: &'static str, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        Self {
            method: Method::POST,
            path,
            guard,
            operation,
            success: 200,
            handler: on(MethodFilter::POST, handler),
        }
    }

    /// A row for `PUT`.
    pub fn put<H, T>(path: &'static str, guard: Guard, operation: &'static str, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        Self {
            method: Method::PUT,
            path,
            guard,
            operation,
            success: 200,
            handler: on(MethodFilter::PUT, handler),
        }
    }

    /// A row for `PATCH`.
    pub fn patch<H, T>(path: &'static str, guard: Guard, operation: &'static str, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        Self {
            method: Method::PATCH,
            path,
            guard,
            operation,
            success: 200,
            handler: on(MethodFilter::PATCH, handler),
        }
    }

    /// A row for `DELETE`.
    pub fn delete<H, T>(path: &'static str, guard: Guard, operation: &'static str, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        Self {
            method: Method::DELETE,
            path,
            guard,
            operation,
            success: 200,
            handler: on(MethodFilter::DELETE, handler),
        }
    }

    /// A row for `OPTIONS`, the preflight of the CORS protocol.
    pub fn options<H, T>(path: &'static str, guard: Guard, operation: &'static str, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        Self {
            method: Method::OPTIONS,
            path,
            guard,
            operation,
            success: 200,
            handler: on(MethodFilter::OPTIONS, handler),
        }
    }
}

/// The routes of all lists, the assets and the probes, inside the frame.
pub fn router(web: Web, routes: Vec<Route>) -> Framed {
    let probes = [health::HEALTHZ, health::READYZ, assets::ROUTE];
    web.requests().know(routes.iter().map(|route| route.path).chain(probes));
    let api = routes.iter().filter(|route| api::is_below(route.path)).cloned().collect();
    let inside = Framed::new(web.clone(), finished(&web, Router::new(), api, None));
    let around = Router::new()
        .route(health::HEALTHZ, get(health::healthz))
        .route(health::READYZ, get(health::readyz))
        .route(assets::ROUTE, get(assets::serve));
    let router = finished(&web, around, routes, Some(&Door(inside)));
    Framed::new(web, router)
}

/// Some routes behind their guards, beside those of `router`; `inside` is the way of the dashboard's pages to the API.
fn finished(web: &Web, mut router: Router<Web>, routes: Vec<Route>, inside: Option<&Door>) -> Router {
    let allowed = Arc::new(allowed(&routes));
    let wrong_method = move |State(web): State<Web>, method: Method, uri: Uri, headers: HeaderMap| async move {
        let allow = web.requests().route(uri.path()).and_then(|path| allowed.get(path).cloned());
        wrong_method(allow, &method, &uri, &headers)
    };
    let mut paths: BTreeMap<&'static str, MethodRouter<Web>> = BTreeMap::new();
    for route in routes {
        let path = route.path;
        let guarded = guarded(web, route, inside);
        let merged = paths.remove(path).map_or_else(|| guarded.clone(), |there| there.merge(guarded.clone()));
        paths.insert(path, merged);
    }
    for (path, handlers) in paths {
        router = router.route(path, handlers);
    }
    router.fallback(nothing_here).method_not_allowed_fallback(wrong_method).with_state(web.clone())
}

fn guarded(web: &Web, route: Route, inside: Option<&Door>) -> MethodRouter<Web> {
    let Route { guard, operation, success, handler, .. } = route;
    let door = |scopes| caller::Door { web: web.clone(), scopes, operation, success };
    match guard {
        Guard::Public => handler,
        Guard::Page => handler.route_layer(from_fn(own_pages_only)),
        Guard::Admin => {
            let handler = match inside {
                Some(inside) => handler.route_layer(Extension(inside.clone())),
                None => handler,
            };
            handler.route_layer(from_fn_with_state(web.clone(), signed_in::guard))
        }
        Guard::AnyOf(scopes) => behind(door(Some(scopes)), handler),
        Guard::AnyToken => behind(door(None), handler),
    }
}

fn behind(door: caller::Door, handler: MethodRouter<Web>) -> MethodRouter<Web> {
    handler.route_layer(from_fn_with_state(door, caller::guard))
}

/// Lets a post pass only when the browser does not say that another site made it.
async fn own_pages_only(request: Request, next: Next) -> Response {
    let tenant = request.extensions().get::<Arc<TenantState>>();
    let is_ours = tenant.is_some_and(|state| csrf::is_same_origin(request.headers(), &state.tenant.issuer));
    if request.method().is_safe() || is_ours {
        return next.run(request).await;
    }
    Refusal::foreign_form().as_skin(Skin::Page).into_response()
}

async fn nothing_here(uri: Uri) -> Response {
    Refusal::nothing_here().by_path(&uri).into_response()
}

/// What `Allow` says of the addresses that refuse some of their methods to everybody: the others. Of all
/// other addresses the router itself knows it (RFC 9110 §10.2.1).
fn allowed(routes: &[Route]) -> HashMap<&'static str, HeaderValue> {
    let refused = routes.iter().filter(|route| route.guard == Guard::AnyToken);
    let of = |path: &'static str| {
        let served = routes.iter().filter(|route| route.path == path && route.guard != Guard::AnyToken);
        let names =
            served.map(|route| if route.method == Method::GET { "GET,HEAD" } else { route.method.as_str() });
        HeaderValue::from_str(&names.collect::<Vec<_>>().join(",")).ok()
    };
    refused.filter_map(|route| Some((route.path, of(route.path)?))).collect()
}

/// Every address of the API answers a preflight, whatever its methods are.
fn wrong_method(allow: Option<HeaderValue>, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    if *method == Method::OPTIONS && api::is_below(uri.path()) {
        return cors::preflight(cors::origin(headers), api::METHODS);
    }
    let mut response = Refusal::wrong_method().by_path(uri).into_response();
    if let Some(allow) = allow {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}
