//! The one list of the Management API: path, verb, scopes, operation, handler.

use doorward_model::scope::ApiScope::{
    CreateClients, CreateConnections, DeleteClients, DeleteConnections, DeleteUsers, ReadClientKeys,
    ReadClients, ReadConnections, ReadLogs, UpdateClientKeys, UpdateClients, UpdateConnections,
};
use doorward_web::route::Guard::{AnyOf, Public};
use doorward_web::route::Route;

use crate::answer::preflight;
use crate::{clients, connections, logs};

const CLIENTS: &str = "/api/v2/clients";
const CLIENT: &str = "/api/v2/clients/{id}";
const ROTATE_SECRET: &str = "/api/v2/clients/{id}/rotate-secret";
const CONNECTIONS: &str = "/api/v2/connections";
const CONNECTION: &str = "/api/v2/connections/{id}";
const CONNECTION_CLIENTS: &str = "/api/v2/connections/{id}/clients";
const CONNECTION_STATUS: &str = "/api/v2/connections/{id}/status";
const CONNECTION_USERS: &str = "/api/v2/connections/{id}/users";
const LOGS: &str = "/api/v2/logs";
const LOG: &str = "/api/v2/logs/{id}";

/// All endpoints of this front. The bearer token and its scopes are looked at before anything else.
#[must_use]
#[rustfmt::skip]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get(CLIENTS, AnyOf(&[ReadClients, ReadClientKeys]), "get_clients", clients::list),
        Route::post(CLIENTS, AnyOf(&[CreateClients]), "post_clients", clients::create),
        Route::get(CLIENT, AnyOf(&[ReadClients, ReadClientKeys]), "get_clients_by_id", clients::get),
        Route::patch(CLIENT, AnyOf(&[UpdateClients]), "patch_clients_by_id", clients::update),
        Route::delete(CLIENT, AnyOf(&[DeleteClients]), "delete_clients_by_id", clients::delete),
        Route::post(ROTATE_SECRET, AnyOf(&[UpdateClientKeys]), "post_rotate_secret", clients::rotate_secret),
        Route::get(CONNECTIONS, AnyOf(&[ReadConnections]), "get_connections", connections::list),
        Route::post(CONNECTIONS, AnyOf(&[CreateConnections]), "post_connections", connections::create),
        Route::get(CONNECTION, AnyOf(&[ReadConnections]), "get_connections_by_id", connections::get),
        Route::patch(CONNECTION, AnyOf(&[UpdateConnections]), "patch_connections_by_id", connections::update),
        Route::delete(CONNECTION, AnyOf(&[DeleteConnections]), "delete_connections_by_id", connections::delete),
        Route::get(CONNECTION_CLIENTS, AnyOf(&[ReadConnections]), "get_connection_clients", connections::list_clients),
        Route::patch(CONNECTION_CLIENTS, AnyOf(&[UpdateConnections]), "patch_connection_clients", connections::switch_clients),
        Route::get(CONNECTION_STATUS, AnyOf(&[ReadConnections]), "get_connection_status", connections::status),
        Route::delete(CONNECTION_USERS, AnyOf(&[DeleteUsers]), "delete_users_by_email", connections::delete_user),
        Route::get(LOGS, AnyOf(&[ReadLogs]), "get_logs", logs::list),
        Route::get(LOG, AnyOf(&[ReadLogs]), "get_logs_by_id", logs::get),
        Route::options(CLIENTS, Public, "options_clients", preflight),
        Route::options(CLIENT, Public, "options_clients_by_id", preflight),
        Route::options(ROTATE_SECRET, Public, "options_rotate_secret", preflight),
        Route::options(CONNECTIONS, Public, "options_connections", preflight),
        Route::options(CONNECTION, Public, "options_connections_by_id", preflight),
        Route::options(CONNECTION_CLIENTS, Public, "options_connection_clients", preflight),
        Route::options(CONNECTION_STATUS, Public, "options_connection_status", preflight),
        Route::options(CONNECTION_USERS, Public, "options_connection_users", preflight),
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
