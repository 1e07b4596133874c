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
    /// Make users.
    CreateUsers "create:users" "Create users";
    /// Read the log.
    ReadLogs "read:logs" "Read logs";
    /// Give clients access to APIs.
    CreateClientGrants "create:client_grants" "Create client grants";
}

impl ApiScope {
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
    /// Asks for a refresh token.
    pub const OFFLINE_ACCESS: &str = "offline_access";
    /// All that are known here.
    pub const ALL: [&str; 4] = [OPENID, PROFILE, EMAIL, OFFLINE_ACCESS];
}
