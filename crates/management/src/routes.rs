//! The one list of the Management API: path, verb, scopes, operation, handler.

use axum::middleware::from_fn_with_state;
use doorward_engine::clients::READING;
use doorward_model::scope::ApiScope::*;
use doorward_web::route::Guard::{AnyOf, Public};
use doorward_web::route::Route;
use http::Method;

use crate::openapi::{self, operation};
use crate::{
    actions, branding, client_credentials, client_grants, client_secrets, clients, connections, devices,
    email_templates, forms, grants, keys, log_streams, logs, original, permissions, refresh_tokens,
    resource_servers, roles, sessions, tenants, users,
};

const ACTIONS: &str = "/api/v2/actions/actions";
const BRANDING: &str = "/api/v2/branding";
const UNIVERSAL_LOGIN: &str = "/api/v2/branding/templates/universal-login";
const EMAIL_TEMPLATES: &str = "/api/v2/email-templates";
const EMAIL_TEMPLATE: &str = "/api/v2/email-templates/{templateName}";
const CLIENTS: &str = "/api/v2/clients";
const CLIENT: &str = "/api/v2/clients/{id}";
const CLIENT_CONNECTIONS: &str = "/api/v2/clients/{id}/connections";
const ROTATE_SECRET: &str = "/api/v2/clients/{id}/rotate-secret";
const SECRETS: &str = "/api/v2/clients/{id}/secrets";
const SECRET: &str = "/api/v2/clients/{id}/secrets/{secret_id}";
const CREDENTIALS: &str = "/api/v2/clients/{id}/credentials";
const CREDENTIAL: &str = "/api/v2/clients/{id}/credentials/{credential_id}";
const CLIENT_GRANTS: &str = "/api/v2/client-grants";
const CLIENT_GRANT: &str = "/api/v2/client-grants/{id}";
const RESOURCE_SERVERS: &str = "/api/v2/resource-servers";
const RESOURCE_SERVER: &str = "/api/v2/resource-servers/{id}";
const ROLES: &str = "/api/v2/roles";
const ROLE: &str = "/api/v2/roles/{id}";
const ROLE_PERMISSIONS: &str = "/api/v2/roles/{id}/permissions";
const ROLE_USERS: &str = "/api/v2/roles/{id}/users";
const USER_ROLES: &str = "/api/v2/users/{id}/roles";
const USER_PERMISSIONS: &str = "/api/v2/users/{id}/permissions";
const CONNECTIONS: &str = "/api/v2/connections";
const CONNECTION: &str = "/api/v2/connections/{id}";
const CONNECTION_CLIENTS: &str = "/api/v2/connections/{id}/clients";
const CONNECTION_STATUS: &str = "/api/v2/connections/{id}/status";
const CONNECTION_USERS: &str = "/api/v2/connections/{id}/users";
const GRANTS: &str = "/api/v2/grants";
const GRANT: &str = "/api/v2/grants/{id}";
const REFRESH_TOKENS: &str = "/api/v2/refresh-tokens";
const REFRESH_TOKEN: &str = "/api/v2/refresh-tokens/{id}";
const REVOKE_TOKENS: &str = "/api/v2/refresh-tokens/revoke";
const USER_TOKENS: &str = "/api/v2/users/{id}/refresh-tokens";
const SESSION: &str = "/api/v2/sessions/{id}";
const REVOKE_SESSION: &str = "/api/v2/sessions/{id}/revoke";
const USER_SESSIONS: &str = "/api/v2/users/{id}/sessions";
const USER_ACCESS: &str = "/api/v2/users/{id}/revoke-access";
const DEVICES: &str = "/api/v2/device-credentials";
const DEVICE: &str = "/api/v2/device-credentials/{id}";
const LOGS: &str = "/api/v2/logs";
const LOG: &str = "/api/v2/logs/{id}";
const LOG_STREAMS: &str = "/api/v2/log-streams";
const LOG_STREAM: &str = "/api/v2/log-streams/{id}";
const KEYS: &str = "/api/v2/keys/signing";
const ROTATE_KEY: &str = "/api/v2/keys/signing/rotate";
const KEY: &str = "/api/v2/keys/signing/{id}";
const REVOKE_KEY: &str = "/api/v2/keys/signing/{id}/revoke";
const SETTINGS: &str = "/api/v2/tenants/settings";
const USERS: &str = "/api/v2/users";
const USER: &str = "/api/v2/users/{id}";
const USER_LOGS: &str = "/api/v2/users/{id}/logs";
const USERS_BY_EMAIL: &str = "/api/v2/users-by-email";
const USER_BLOCKS: &str = "/api/v2/user-blocks";
const BLOCKS_OF_USER: &str = "/api/v2/user-blocks/{id}";

/// All endpoints of this front: those that are served, those of the original that are refused, and the
/// document that describes the former, which everybody may read. The
/// bearer token and its scopes are looked at before anything else; preflights are answered for every
/// address by [`doorward_web::route`].
#[must_use]
pub fn routes() -> Vec<Route> {
    let served = served();
    let refused = original::rows(&served);
    let document = Route::get(openapi::PATH, Public, "get_openapi", openapi::serve);
    served.into_iter().map(with_success).map(with_forms).chain(refused).chain([document]).collect()
}

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "one list with a row for each endpoint, to be read as a whole")]
pub(crate) fn served() -> Vec<Route> {
    vec![
        Route::get(ACTIONS, AnyOf(&[ReadActions]), "get_actions", actions::list),
        Route::get(CLIENTS, AnyOf(READING), "get_clients", clients::list),
        Route::post(CLIENTS, AnyOf(&[CreateClients]), "post_clients", clients::create),
        Route::get(CLIENT, AnyOf(READING), "get_clients_by_id", clients::get),
        Route::patch(CLIENT, AnyOf(&[UpdateClients, UpdateClientKeys, UpdateClientCredentials, UpdateClientTokenVault]), "patch_clients_by_id", clients::update),
        Route::delete(CLIENT, AnyOf(&[DeleteClients]), "delete_clients_by_id", clients::delete),
        Route::post(ROTATE_SECRET, AnyOf(&[UpdateClientKeys]), "post_rotate_secret", clients::rotate_secret),
        Route::get(SECRETS, AnyOf(&[ReadClients, ReadClientKeys]), "get_client_secrets", client_secrets::list),
        Route::post(SECRETS, AnyOf(&[UpdateClientKeys]), "post_client_secrets", client_secrets::add),
        Route::delete(SECRET, AnyOf(&[UpdateClientKeys]), "delete_client_secrets_by_id", client_secrets::stop),
        Route::get(CREDENTIALS, AnyOf(&[ReadClientCredentials]), "get_credentials", client_credentials::list),
        Route::post(CREDENTIALS, AnyOf(&[CreateClientCredentials]), "post_credentials", client_credentials::create),
        Route::get(CREDENTIAL, AnyOf(&[ReadClientCredentials]), "get_credentials_by_id", client_credentials::get),
        Route::patch(CREDENTIAL, AnyOf(&[UpdateClientCredentials]), "patch_credentials_by_id", client_credentials::update),
        Route::delete(CREDENTIAL, AnyOf(&[DeleteClientCredentials]), "delete_credentials_by_id", client_credentials::delete),
        Route::get(CLIENT_CONNECTIONS, AnyOf(&[ReadConnections]), "get_client_connections", connections::of_client),
        Route::get(CLIENT_GRANTS, AnyOf(&[ReadClientGrants]), "get_client_grants", client_grants::list),
        Route::post(CLIENT_GRANTS, AnyOf(&[CreateClientGrants]), "post_client_grants", client_grants::create),
        Route::get(CLIENT_GRANT, AnyOf(&[ReadClientGrants]), "get_client_grant", client_grants::get),
        Route::patch(CLIENT_GRANT, AnyOf(&[UpdateClientGrants]), "patch_client_grants_by_id", client_grants::update),
        Route::delete(CLIENT_GRANT, AnyOf(&[DeleteClientGrants]), "delete_client_grants_by_id", client_grants::delete),
        Route::get(RESOURCE_SERVERS, AnyOf(&[ReadResourceServers]), "get_resource_servers", resource_servers::list),
        Route::post(RESOURCE_SERVERS, AnyOf(&[CreateResourceServers]), "post_resource_servers", resource_servers::create),
        Route::get(RESOURCE_SERVER, AnyOf(&[ReadResourceServers]), "get_resource_servers_by_id", resource_servers::get),
        Route::patch(RESOURCE_SERVER, AnyOf(&[UpdateResourceServers]), "patch_resource_servers_by_id", resource_servers::update),
        Route::delete(RESOURCE_SERVER, AnyOf(&[DeleteResourceServers]), "delete_resource_servers_by_id", resource_servers::delete),
        Route::get(ROLES, AnyOf(&[ReadRoles]), "get_roles", roles::list),
        Route::post(ROLES, AnyOf(&[CreateRoles]), "post_roles", roles::create),
        Route::get(ROLE, AnyOf(&[ReadRoles]), "get_roles_by_id", roles::get),
        Route::patch(ROLE, AnyOf(&[UpdateRoles]), "patch_roles_by_id", roles::update),
        Route::delete(ROLE, AnyOf(&[DeleteRoles]), "delete_roles_by_id", roles::delete),
        Route::get(ROLE_PERMISSIONS, AnyOf(&[ReadRoles]), "get_role_permission", roles::permissions),
        Route::post(ROLE_PERMISSIONS, AnyOf(&[UpdateRoles]), "post_role_permission_assignment", roles::add_permissions),
        Route::delete(ROLE_PERMISSIONS, AnyOf(&[UpdateRoles]), "delete_role_permission_assignment", roles::take_permissions),
        Route::get(ROLE_USERS, AnyOf(&[ReadUsers, ReadRoles, ReadRoleMembers]), "get_role_user", roles::users),
        Route::post(ROLE_USERS, AnyOf(&[UpdateRoles, CreateRoleMembers]), "post_role_users", roles::add_users),
        Route::get(USER_ROLES, AnyOf(&[ReadUsers, ReadRoles, ReadRoleMembers]), "get_user_roles", roles::of_user),
        Route::post(USER_ROLES, AnyOf(&[UpdateUsers, CreateRoleMembers]), "post_user_roles", roles::assign),
        Route::delete(USER_ROLES, AnyOf(&[UpdateUsers, DeleteRoleMembers]), "delete_user_roles", roles::unassign),
        Route::get(USER_PERMISSIONS, AnyOf(&[ReadUsers]), "get_permissions", permissions::list),
        Route::post(USER_PERMISSIONS, AnyOf(&[UpdateUsers]), "post_permissions", permissions::add),
        Route::delete(USER_PERMISSIONS, AnyOf(&[UpdateUsers]), "delete_permissions", permissions::take),
        Route::get(CONNECTIONS, AnyOf(&[ReadConnections]), "get_connections", connections::list),
        Route::post(CONNECTIONS, AnyOf(&[CreateConnections]), "post_connections", connections::create),
        Route::get(CONNECTION, AnyOf(&[ReadConnections]), "get_connections_by_id", connections::get),
        Route::patch(CONNECTION, AnyOf(&[UpdateConnections]), "patch_connections_by_id", connections::update),
        Route::delete(CONNECTION, AnyOf(&[DeleteConnections]), "delete_connections_by_id", connections::delete),
        Route::get(CONNECTION_CLIENTS, AnyOf(&[ReadConnections]), "get_connection_clients", connections::list_clients),
        Route::patch(CONNECTION_CLIENTS, AnyOf(&[UpdateConnections]), "patch_connection_clients", connections::switch_clients),
        Route::get(CONNECTION_STATUS, AnyOf(&[ReadConnections]), "get_connection_status", connections::status),
        Route::delete(CONNECTION_USERS, AnyOf(&[DeleteUsers]), "delete_users_by_email", connections::delete_user),
        Route::get(GRANTS, AnyOf(&[ReadGrants]), "get_grants", grants::list),
        Route::delete(GRANTS, AnyOf(&[DeleteGrants]), "delete_grants_by_user", grants::delete_of_user),
        Route::delete(GRANT, AnyOf(&[DeleteGrants]), "delete_grants_by_id", grants::delete),
        Route::get(DEVICES, AnyOf(&[ReadDeviceCredentials]), "get_device_credentials", devices::list),
        Route::post(DEVICES, AnyOf(&[CreateCurrentUserDeviceCredentials]), "post_device_credentials", devices::create),
        Route::delete(DEVICE, AnyOf(&[DeleteCurrentUserDeviceCredentials, DeleteDeviceCredentials]), "delete_device_credentials_by_id", devices::delete),
        Route::get(LOGS, AnyOf(&[ReadLogs, ReadLogsUsers]), "get_logs", logs::list),
        Route::get(LOG, AnyOf(&[ReadLogs, ReadLogsUsers]), "get_logs_by_id", logs::get),
        Route::get(LOG_STREAMS, AnyOf(&[ReadLogStreams]), "get_log_streams", log_streams::list),
        Route::post(LOG_STREAMS, AnyOf(&[CreateLogStreams]), "post_log_streams", log_streams::create),
        Route::get(LOG_STREAM, AnyOf(&[ReadLogStreams]), "get_log_streams_by_id", log_streams::get),
        Route::patch(LOG_STREAM, AnyOf(&[UpdateLogStreams]), "patch_log_streams_by_id", log_streams::update),
        Route::delete(LOG_STREAM, AnyOf(&[DeleteLogStreams]), "delete_log_streams_by_id", log_streams::delete),
        Route::get(REFRESH_TOKENS, AnyOf(&[ReadRefreshTokens]), "get_refresh_tokens", refresh_tokens::list),
        Route::get(REFRESH_TOKEN, AnyOf(&[ReadRefreshTokens]), "get_refresh_token", refresh_tokens::get),
        Route::patch(REFRESH_TOKEN, AnyOf(&[UpdateRefreshTokens]), "patch_refresh_tokens_by_id", refresh_tokens::update),
        Route::delete(REFRESH_TOKEN, AnyOf(&[DeleteRefreshTokens]), "delete_refresh_token", refresh_tokens::delete),
        Route::post(REVOKE_TOKENS, AnyOf(&[DeleteRefreshTokens]), "post_revoke_refresh_tokens", refresh_tokens::revoke),
        Route::get(USER_TOKENS, AnyOf(&[ReadRefreshTokens]), "get_refresh_tokens_for_user", refresh_tokens::list_of_user),
        Route::delete(USER_TOKENS, AnyOf(&[DeleteRefreshTokens]), "delete_refresh_tokens_for_user", refresh_tokens::revoke_of_user),
        Route::get(SESSION, AnyOf(&[ReadSessions]), "get_session", sessions::get),
        Route::patch(SESSION, AnyOf(&[UpdateSessions]), "patch_session", sessions::update),
        Route::delete(SESSION, AnyOf(&[DeleteSessions]), "delete_session", sessions::end),
        Route::post(REVOKE_SESSION, AnyOf(&[DeleteSessions, DeleteRefreshTokens]), "revoke_session", sessions::revoke),
        Route::get(USER_SESSIONS, AnyOf(&[ReadSessions]), "get_sessions_for_user", sessions::list_of_user),
        Route::delete(USER_SESSIONS, AnyOf(&[DeleteSessions]), "delete_sessions_for_user", sessions::end_of_user),
        Route::post(USER_ACCESS, AnyOf(&[DeleteSessions, DeleteRefreshTokens]), "revoke_user_access", sessions::revoke_access),
        Route::get(KEYS, AnyOf(&[ReadSigningKeys]), "get_signing_keys", keys::list),
        Route::post(ROTATE_KEY, AnyOf(&[CreateSigningKeys, UpdateSigningKeys]), "post_signing_keys", keys::rotate),
        Route::get(KEY, AnyOf(&[ReadSigningKeys]), "get_signing_key", keys::get),
        Route::put(REVOKE_KEY, AnyOf(&[UpdateSigningKeys]), "put_signing_keys", keys::revoke),
        Route::get(SETTINGS, AnyOf(&[ReadTenantSettings]), "get_settings", tenants::get_settings),
        Route::patch(SETTINGS, AnyOf(&[UpdateTenantSettings]), "patch_settings", tenants::update_settings),
        Route::get(BRANDING, AnyOf(&[ReadBranding]), "get_branding", branding::get),
        Route::patch(BRANDING, AnyOf(&[UpdateBranding]), "patch_branding", branding::update),
        Route::get(UNIVERSAL_LOGIN, AnyOf(&[ReadBranding]), "get_universal_login", branding::get_template),
        Route::put(UNIVERSAL_LOGIN, AnyOf(&[UpdateBranding]), "put_universal_login", branding::put_template),
        Route::delete(UNIVERSAL_LOGIN, AnyOf(&[DeleteBranding]), "delete_universal_login", branding::delete_template),
        Route::post(EMAIL_TEMPLATES, AnyOf(&[CreateEmailTemplates]), "post_email_templates", email_templates::create),
        Route::get(EMAIL_TEMPLATE, AnyOf(&[ReadEmailTemplates]), "get_email_templates_by_name", email_templates::get),
        Route::patch(EMAIL_TEMPLATE, AnyOf(&[UpdateEmailTemplates]), "patch_email_templates_by_name", email_templates::update),
        Route::put(EMAIL_TEMPLATE, AnyOf(&[UpdateEmailTemplates]), "put_email_templates_by_name", email_templates::put),
        Route::get(USERS, AnyOf(&[ReadUsers, ReadUserIdpTokens]), "get_users", users::list),
        Route::post(USERS, AnyOf(&[CreateUsers]), "post_users", users::create),
        Route::get(USER, AnyOf(&[ReadUsers, ReadUserIdpTokens, ReadCurrentUser]), "get_users_by_id", users::get),
        Route::patch(USER, AnyOf(&[UpdateUsers, UpdateUsersAppMetadata, UpdateCurrentUserMetadata]), "patch_users_by_id", users::update),
        Route::delete(USER, AnyOf(&[DeleteUsers, DeleteCurrentUser]), "delete_users_by_id", users::delete),
        Route::get(USER_LOGS, AnyOf(&[ReadLogs, ReadLogsUsers]), "get_logs_by_user", users::logs),
        Route::get(USERS_BY_EMAIL, AnyOf(&[ReadUsers]), "get_users_by_email", users::with_email),
        Route::get(USER_BLOCKS, AnyOf(&[ReadUsers]), "get_user_blocks", users::blocks_of_identifier),
        Route::delete(USER_BLOCKS, AnyOf(&[UpdateUsers]), "delete_user_blocks", users::unblock_identifier),
        Route::get(BLOCKS_OF_USER, AnyOf(&[ReadUsers]), "get_user_blocks_by_id", users::blocks_of),
        Route::delete(BLOCKS_OF_USER, AnyOf(&[UpdateUsers]), "delete_user_blocks_by_id", users::unblock),
    ]
}

/// What its operation says that it answers.
fn with_success(route: Route) -> Route {
    let answers = operation::find(route.operation).map(|operation| operation.answers);
    let success = answers.and_then(|answers| answers.first()).map_or(route.success, |(status, _)| *status);
    Route { success, ..route }
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
    fn only_the_document_is_open_and_no_name_or_address_stands_twice() {
        let routes = routes();
        for (at, route) in routes.iter().enumerate() {
            let is_document = route.operation == "get_openapi";
            assert_eq!(is_document, route.guard == Guard::Public, "{}", route.operation);
            assert!(!matches!(route.guard, Guard::AnyOf([])), "{}", route.operation);
            for other in &routes[..at] {
                assert_ne!(route.operation, other.operation);
                assert_ne!((&route.method, route.path), (&other.method, other.path));
            }
        }
    }
}
