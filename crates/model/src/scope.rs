//! Scopes: of the Management API, and of OpenID Connect.

use serde::Serialize;

macro_rules! api_scopes {
    ($($(#[$doc:meta])* $name:ident $value:literal $description:literal;)+) => {
        /// A scope of the Management API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub enum ApiScope {
            $($(#[$doc])* #[serde(rename = $value)] $name,)+
        }

        impl ApiScope {
            /// All scopes that exist here.
            pub const ALL: &'static [ApiScope] = &[$(ApiScope::$name,)+];

            /// The value on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(ApiScope::$name => $value,)+ }
            }

            /// What it allows, in words.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(ApiScope::$name => $description,)+ }
            }
        }
    };
}

api_scopes! {
    /// Read clients, without their secrets.
    ReadClients "read:clients" "Read clients";
    /// Make clients.
    CreateClients "create:clients" "Create clients";
    /// Change clients.
    UpdateClients "update:clients" "Update clients";
    /// Delete clients.
    DeleteClients "delete:clients" "Delete clients";
    /// See client secrets.
    ReadClientKeys "read:client_keys" "Read client secrets";
    /// Change client secrets.
    UpdateClientKeys "update:client_keys" "Update client secrets";
    /// See ids, names and types of clients.
    ReadClientSummary "read:client_summary" "Read the names of clients";
    /// See the public keys that clients prove themselves with.
    ReadClientCredentials "read:client_credentials" "Read client credentials";
    /// Give clients public keys.
    CreateClientCredentials "create:client_credentials" "Create client credentials";
    /// Change the public keys of clients.
    UpdateClientCredentials "update:client_credentials" "Update client credentials";
    /// Change which clients may reach the tokens that people left with other houses.
    UpdateClientTokenVault "update:client_token_vault_privileged_access" "Update the access of clients to the token vault";
    /// Take public keys from clients.
    DeleteClientCredentials "delete:client_credentials" "Delete client credentials";
    /// See which clients may call which APIs.
    ReadClientGrants "read:client_grants" "Read client grants";
    /// Give clients access to APIs.
    CreateClientGrants "create:client_grants" "Create client grants";
    /// Change what clients may ask of APIs.
    UpdateClientGrants "update:client_grants" "Update client grants";
    /// Take access to APIs from clients.
    DeleteClientGrants "delete:client_grants" "Delete client grants";
    /// Read APIs.
    ReadResourceServers "read:resource_servers" "Read APIs";
    /// Make APIs.
    CreateResourceServers "create:resource_servers" "Create APIs";
    /// Change APIs.
    UpdateResourceServers "update:resource_servers" "Update APIs";
    /// Delete APIs.
    DeleteResourceServers "delete:resource_servers" "Delete APIs";
    /// Read connections.
    ReadConnections "read:connections" "Read connections";
    /// Make connections.
    CreateConnections "create:connections" "Create connections";
    /// Change connections.
    UpdateConnections "update:connections" "Update connections";
    /// Delete connections and their users.
    DeleteConnections "delete:connections" "Delete connections";
    /// See the options of connections in lists.
    ReadConnectionsOptions "read:connections_options" "Read the options of connections";
    /// Read users.
    ReadUsers "read:users" "Read users";
    /// Make users.
    CreateUsers "create:users" "Create users";
    /// Change users.
    UpdateUsers "update:users" "Update users";
    /// Delete users.
    DeleteUsers "delete:users" "Delete users";
    /// Read what applications keep about users.
    ReadUsersAppMetadata "read:users_app_metadata" "Read the application metadata of users";
    /// Set what applications keep about new users.
    CreateUsersAppMetadata "create:users_app_metadata" "Create application metadata of users";
    /// Change what applications keep about users.
    UpdateUsersAppMetadata "update:users_app_metadata" "Update the application metadata of users";
    /// Remove what applications keep about users.
    DeleteUsersAppMetadata "delete:users_app_metadata" "Delete application metadata of users";
    /// See the tokens that identity providers gave for users.
    ReadUserIdpTokens "read:user_idp_tokens" "Read the tokens of identity providers";
    /// A person reads their own profile.
    ReadCurrentUser "read:current_user" "Read oneself";
    /// A person changes their own metadata.
    UpdateCurrentUserMetadata "update:current_user_metadata" "Update one's own metadata";
    /// A person links their own accounts.
    UpdateCurrentUserIdentities "update:current_user_identities" "Link and unlink one's own accounts";
    /// A person deletes their own account.
    DeleteCurrentUser "delete:current_user" "Delete oneself";
    /// A person registers a device.
    CreateCurrentUserDeviceCredentials "create:current_user_device_credentials" "Create one's own device credentials";
    /// A person removes a device.
    DeleteCurrentUserDeviceCredentials "delete:current_user_device_credentials" "Delete one's own device credentials";
    /// See the devices of users.
    ReadDeviceCredentials "read:device_credentials" "Read device credentials";
    /// Remove devices of users.
    DeleteDeviceCredentials "delete:device_credentials" "Delete device credentials";
    /// Read roles.
    ReadRoles "read:roles" "Read roles";
    /// Make roles.
    CreateRoles "create:roles" "Create roles";
    /// Change roles.
    UpdateRoles "update:roles" "Update roles";
    /// Delete roles.
    DeleteRoles "delete:roles" "Delete roles";
    /// See who has a role.
    ReadRoleMembers "read:role_members" "Read who has a role";
    /// Give roles to users.
    CreateRoleMembers "create:role_members" "Give roles to users";
    /// Take roles from users.
    DeleteRoleMembers "delete:role_members" "Take roles from users";
    /// See what people allowed to clients.
    ReadGrants "read:grants" "Read grants";
    /// Take back what people allowed to clients.
    DeleteGrants "delete:grants" "Delete grants";
    /// See refresh tokens, without their values.
    ReadRefreshTokens "read:refresh_tokens" "Read refresh tokens";
    /// Change the metadata of refresh tokens.
    UpdateRefreshTokens "update:refresh_tokens" "Update refresh tokens";
    /// Revoke refresh tokens.
    DeleteRefreshTokens "delete:refresh_tokens" "Revoke refresh tokens";
    /// See the sessions of users.
    ReadSessions "read:sessions" "Read sessions";
    /// Change the metadata of sessions.
    UpdateSessions "update:sessions" "Update sessions";
    /// End sessions of users.
    DeleteSessions "delete:sessions" "End sessions";
    /// Read the log.
    ReadLogs "read:logs" "Read logs";
    /// Read the log of people.
    ReadLogsUsers "read:logs_users" "Read logs of users";
    /// Read log streams, without their secrets.
    ReadLogStreams "read:log_streams" "Read log streams";
    /// Make log streams.
    CreateLogStreams "create:log_streams" "Create log streams";
    /// Change, stop and replay log streams.
    UpdateLogStreams "update:log_streams" "Update log streams";
    /// Delete log streams.
    DeleteLogStreams "delete:log_streams" "Delete log streams";
    /// Read the settings of the tenant.
    ReadTenantSettings "read:tenant_settings" "Read tenant settings";
    /// Change the settings of the tenant.
    UpdateTenantSettings "update:tenant_settings" "Update tenant settings";
    /// See the certificates of the signing keys.
    ReadSigningKeys "read:signing_keys" "Read signing keys";
    /// Make signing keys.
    CreateSigningKeys "create:signing_keys" "Create signing keys";
    /// Rotate and revoke signing keys.
    UpdateSigningKeys "update:signing_keys" "Rotate and revoke signing keys";
    /// Read how pages look.
    ReadBranding "read:branding" "Read branding";
    /// Change how pages look.
    UpdateBranding "update:branding" "Update branding";
    /// Put pages back to how they looked.
    DeleteBranding "delete:branding" "Delete branding";
    /// Read actions, of which there are none.
    ReadActions "read:actions" "Read actions";
    /// Read email templates.
    ReadEmailTemplates "read:email_templates" "Read email templates";
    /// Make email templates.
    CreateEmailTemplates "create:email_templates" "Create email templates";
    /// Change email templates.
    UpdateEmailTemplates "update:email_templates" "Update email templates";
}

impl ApiScope {
    /// Whether it is about the person who holds it and nobody else. People can be given these alone;
    /// to a program, which is no person, they open nothing.
    #[must_use]
    pub fn is_personal(self) -> bool {
        matches!(
            self,
            Self::ReadCurrentUser
                | Self::UpdateCurrentUserMetadata
                | Self::UpdateCurrentUserIdentities
                | Self::DeleteCurrentUser
                | Self::CreateCurrentUserDeviceCredentials
                | Self::DeleteCurrentUserDeviceCredentials
        )
    }

    /// Reads a scope value.
    ///
    /// ```
    /// use doorward_model::scope::ApiScope;
    /// assert_eq!(ApiScope::parse("read:clients"), Some(ApiScope::ReadClients));
    /// assert_eq!(ApiScope::parse("read:everything"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text)
    }
}

/// Scope values of OpenID Connect Core §5.4 and §11.
pub mod oidc {
    /// Asks for an ID token.
    pub const OPENID: &str = "openid";
    /// Asks for the profile claims.
    pub const PROFILE: &str = "profile";
    /// Asks for the email claims.
    pub const EMAIL: &str = "email";
    /// Asks for the postal address.
    pub const ADDRESS: &str = "address";
    /// Asks for the claims about a telephone number.
    pub const PHONE: &str = "phone";
    /// Asks for a refresh token.
    pub const OFFLINE_ACCESS: &str = "offline_access";
    /// All that are known here.
    pub const ALL: [&str; 6] = [OPENID, PROFILE, EMAIL, ADDRESS, PHONE, OFFLINE_ACCESS];
}
