//! The one list of the Management API: path, verb, scopes, operation, handler.

use doorward_engine::clients::READING;
use doorward_model::scope::ApiScope::{
    CreateClients, DeleteClients, ReadLogs, UpdateClientKeys, UpdateClients,
};
use doorward_web::route::Guard::{AnyOf, Public};
use doorward_web::route::Route;

use crate::answer::preflight;
use crate::{clients, logs};

const CLIENTS: &str = "/api/v2/clients";
const CLIENT: &str = "/api/v2/clients/{id}";
const ROTATE_SECRET: &str = "/api/v2/clients/{id}/rotate-secret";
const LOGS: &str = "/api/v2/logs";
const LOG: &str = "/api/v2/logs/{id}";

/// All endpoints of this front. The bearer token and its scopes are looked at before anything else.
#[must_use]
#[rustfmt::skip]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get(CLIENTS, AnyOf(READING), "get_clients", clients::list),
        Route::post(CLIENTS, AnyOf(&[CreateClients]), "post_clients", clients::create),
        Route::get(CLIENT, AnyOf(READING), "get_clients_by_id", clients::get),
        Route::patch(CLIENT, AnyOf(&[UpdateClients, UpdateClientKeys]), "patch_clients_by_id", clients::update),
        Route::delete(CLIENT, AnyOf(&[DeleteClients]), "delete_clients_by_id", clients::delete),
        Route::post(ROTATE_SECRET, AnyOf(&[UpdateClientKeys]), "post_rotate_secret", clients::rotate_secret),
        Route::get(LOGS, AnyOf(&[ReadLogs]), "get_logs", logs::list),
        Route::get(LOG, AnyOf(&[ReadLogs]), "get_logs_by_id", logs::get),
        Route::options(CLIENTS, Public, "options_clients", preflight),
        Route::options(CLIENT, Public, "options_clients_by_id", preflight),
        Route::options(ROTATE_SECRET, Public, "options_rotate_secret", preflight),
        Route::options(LOGS, Public, "options_logs", preflight),
        Route::options(LOG, Public, "options_logs_by_id", preflight),
    ]
}

#[cfg(test)]
mod tests {
    use doorward_web::route::Guard;

    use super::*;

    #[test]
    fn no_endpoint_is_open_and_no_name_or_address_stands_twice() {
        let routes = routes();
        for (at, route) in routes.iter().enumerate() {
            let is_preflight = route.method == http::Method::OPTIONS;
            assert_eq!(is_preflight, route.guard == Guard::Public, "{}", route.operation);
            assert!(!matches!(route.guard, Guard::AnyOf([])), "{}", route.operation);
            for other in &routes[..at] {
                assert_ne!(route.operation, other.operation);
                assert_ne!((&route.method, route.path), (&other.method, other.path));
            }
        }
    }

    #[test]
    fn every_path_answers_a_preflight() {
        let routes = routes();
        for route in &routes {
            let asked = |other: &&Route| other.path == route.path && other.method == http::Method::OPTIONS;
            assert_eq!(routes.iter().filter(asked).count(), 1, "{}", route.path);
        }
    }
}
