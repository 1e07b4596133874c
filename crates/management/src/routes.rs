//! The one list of the Management API: path, verb, scopes, operation, handler.

use axum::middleware::from_fn_with_state;
use doorward_model::scope::ApiScope::{
    CreateClients, DeleteClients, ReadClientKeys, ReadClients, ReadLogs, UpdateClientKeys, UpdateClients,
};
use doorward_web::route::Guard::AnyOf;
use doorward_web::route::Route;
use http::Method;

use crate::openapi::operation;
use crate::{clients, forms, logs};

const CLIENTS: &str = "/api/v2/clients";
const CLIENT: &str = "/api/v2/clients/{id}";
const ROTATE_SECRET: &str = "/api/v2/clients/{id}/rotate-secret";
const LOGS: &str = "/api/v2/logs";
const LOG: &str = "/api/v2/logs/{id}";

/// All endpoints of this front. The bearer token and its scopes are looked at before anything else;
/// preflights are answered for every address by [`doorward_web::route`].
#[must_use]
pub fn routes() -> Vec<Route> {
    served().into_iter().map(with_forms).collect()
}

#[rustfmt::skip]
fn served() -> Vec<Route> {
    vec![
        Route::get(CLIENTS, AnyOf(&[ReadClients, ReadClientKeys]), "get_clients", clients::list),
        Route::post(CLIENTS, AnyOf(&[CreateClients]), "post_clients", clients::create),
        Route::get(CLIENT, AnyOf(&[ReadClients, ReadClientKeys]), "get_clients_by_id", clients::get),
        Route::patch(CLIENT, AnyOf(&[UpdateClients]), "patch_clients_by_id", clients::update),
        Route::delete(CLIENT, AnyOf(&[DeleteClients]), "delete_clients_by_id", clients::delete),
        Route::post(ROTATE_SECRET, AnyOf(&[UpdateClientKeys]), "post_rotate_secret", clients::rotate_secret),
        Route::get(LOGS, AnyOf(&[ReadLogs]), "get_logs", logs::list),
        Route::get(LOG, AnyOf(&[ReadLogs]), "get_logs_by_id", logs::get),
    ]
}

/// What writes takes its body as a form, too.
fn with_forms(route: Route) -> Route {
    if route.method == Method::GET {
        return route;
    }
    let schema = operation::find(route.operation).and_then(|operation| operation.body);
    let handler = route.handler.layer(from_fn_with_state(schema, forms::as_json));
    Route { handler, ..route }
}

#[cfg(test)]
mod tests {
    use doorward_web::route::Guard;

    use super::*;

    #[test]
    fn no_endpoint_is_open_and_no_name_or_address_stands_twice() {
        let routes = routes();
        for (at, route) in routes.iter().enumerate() {
            let is_preflight = route.method == Method::OPTIONS;
            assert_eq!(is_preflight, route.guard == Guard::Public, "{}", route.operation);
            assert!(!matches!(route.guard, Guard::AnyOf([])), "{}", route.operation);
            for other in &routes[..at] {
                assert_ne!(route.operation, other.operation);
                assert_ne!((&route.method, route.path), (&other.method, other.path));
            }
        }
    }
}
