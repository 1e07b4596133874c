//! APIs (resource servers), and what clients may ask of them (client grants).
//!
//! Owns what an API is and what follows from its settings; [`edit`] makes and changes one. Must not
//! know how its tokens are signed.
//!
//! Source: the Management API's `resource-servers` and `client-grants`; RFC 8707 for audiences;
//! RFC 9068 for one of the dialects.

pub mod edit;
pub mod grant;
pub mod permission;

use serde::{Deserialize, Serialize};

use crate::client::grant_type::GrantType;
use crate::ids::{IdError, ResourceServerId};
use crate::secret::SealedSecret;
use crate::signing_alg::SigningAlg;
use crate::time::{Lifetime, Timestamp};

pub use grant::{ClientGrant, Grantee, OrganizationUsage, SubjectType};
pub use permission::ApiPermission;

/// How long a token lives when nobody says: a day, and two hours where a browser gets it directly.
const TOKEN_LIFETIME: Lifetime = Lifetime::from_seconds(86_400);
const TOKEN_LIFETIME_FOR_WEB: Lifetime = Lifetime::from_seconds(7200);

/// What the access tokens of an API look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenDialect {
    /// As SDKs know them.
    AccessToken,
    /// The same, with the permissions of whom it stands for.
    AccessTokenAuthz,
    /// As RFC 9068 says.
    Rfc9068Profile,
    /// The same, with the permissions of whom it stands for.
    Rfc9068ProfileAuthz,
}

/// Which clients get tokens of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserPolicy {
    /// All of them.
    AllowAll,
    /// None.
    DenyAll,
    /// Those with a client grant for people.
    RequireClientGrant,
}

/// Which clients get tokens in their own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientPolicy {
    /// None.
    DenyAll,
    /// Those with a client grant.
    RequireClientGrant,
}

impl TokenDialect {
    /// The words on the wire.
    pub const NAMES: [&'static str; 4] =
        ["access_token", "access_token_authz", "rfc9068_profile", "rfc9068_profile_authz"];

    /// Whether tokens follow RFC 9068.
    #[must_use]
    pub fn is_rfc9068(self) -> bool {
        matches!(self, TokenDialect::Rfc9068Profile | TokenDialect::Rfc9068ProfileAuthz)
    }

    /// Whether tokens name permissions, where the API enforces them.
    #[must_use]
    pub fn names_permissions(self) -> bool {
        matches!(self, TokenDialect::AccessTokenAuthz | TokenDialect::Rfc9068ProfileAuthz)
    }
}

impl UserPolicy {
    /// The words on the wire.
    pub const NAMES: [&'static str; 3] = ["allow_all", "deny_all", "require_client_grant"];
}

impl ClientPolicy {
    /// The words on the wire.
    pub const NAMES: [&'static str; 2] = ["deny_all", "require_client_grant"];
}

/// A policy inside its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy<T> {
    /// The word.
    pub policy: T,
}

/// Which clients get tokens, by whom the tokens stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SubjectTypeAuthorization {
    /// For tokens of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Policy<UserPolicy>>,
    /// For tokens of programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Policy<ClientPolicy>>,
}

/// Settings of an API that nothing looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiSettings {
    /// How its tokens are signed.
    pub signing_alg: SigningAlg,
    /// How long tokens live that a browser gets without the token endpoint.
    pub token_lifetime_for_web: Lifetime,
    /// Whether applications of our own need no consent.
    pub skip_consent_for_verifiable_first_party_clients: bool,
    /// Whether people get only those scope values that they hold as permissions. Absent means no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enforce_policies: Option<bool>,
    /// What its tokens look like. Absent means the first dialect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_dialect: Option<TokenDialect>,
    /// Who gets tokens. Absent means all clients for people, those with a grant for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type_authorization: Option<SubjectTypeAuthorization>,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            signing_alg: SigningAlg::RS256,
            token_lifetime_for_web: TOKEN_LIFETIME_FOR_WEB,
            skip_consent_for_verifiable_first_party_clients: false,
            enforce_policies: None,
            token_dialect: None,
            subject_type_authorization: None,
        }
    }
}

/// How a request names an API: by its id, or by its identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiName(String);

impl ApiName {
    /// Reads a name.
    ///
    /// # Errors
    /// When no API can have it.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.chars().count() > edit::MAX_IDENTIFIER {
            return Err(IdError::TooLong { max: edit::MAX_IDENTIFIER });
        }
        if text.chars().any(char::is_control) {
            return Err(IdError::BadCharacter);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text: perhaps an identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as an id, if it is spelled like one.
    #[must_use]
    pub fn id(&self) -> Option<ResourceServerId> {
        ResourceServerId::parse(&self.0).ok()
    }
}

/// An API that access tokens are meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceServer {
    /// Its own id.
    pub id: ResourceServerId,
    /// The audience, for example `https://id.acme.test/api/v2/`; never changed.
    pub identifier: String,
    /// Its name for people; may be empty.
    pub name: String,
    /// What it knows to allow.
    pub permissions: Vec<ApiPermission>,
    /// How long its access tokens live.
    pub token_lifetime: Lifetime,
    /// Whether `offline_access` gives a refresh token.
    pub allow_offline_access: bool,
    /// True for the Management API itself, of which little can be changed.
    pub is_system: bool,
    /// The secret of HS256, sealed.
    pub signing_secret: Option<SealedSecret>,
    /// The rest.
    pub settings: ApiSettings,
    /// Counts the changes of this row.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ResourceServer {
    /// An API as it is when nothing is said about it.
    #[must_use]
    pub fn new(id: ResourceServerId, identifier: String, created_at: Timestamp) -> Self {
        Self {
            id,
            identifier,
            name: String::new(),
            permissions: Vec::new(),
            token_lifetime: TOKEN_LIFETIME,
            allow_offline_access: false,
            is_system: false,
            signing_secret: None,
            settings: ApiSettings::default(),
            version: 1,
            created_at,
        }
    }

    /// Whether it knows this permission.
    #[must_use]
    pub fn knows(&self, value: &str) -> bool {
        self.permissions.iter().any(|known| known.value == value)
    }

    /// Whether people get only what they hold as permissions.
    #[must_use]
    pub fn enforces_policies(&self) -> bool {
        self.settings.enforce_policies == Some(true)
    }

    /// What its tokens look like.
    #[must_use]
    pub fn dialect(&self) -> TokenDialect {
        self.settings.token_dialect.unwrap_or(TokenDialect::AccessToken)
    }

    /// How long a token lives that this grant gives.
    ///
    /// ```
    /// use doorward_model::api::ResourceServer;
    /// use doorward_model::client::grant_type::GrantType;
    /// use doorward_model::{ids::ResourceServerId, time::Timestamp};
    /// let id = ResourceServerId::parse("a").unwrap();
    /// let api = ResourceServer::new(id, "https://api.acme.test/".to_owned(), Timestamp::from_seconds(0));
    /// assert_eq!(api.lifetime(&GrantType::AuthorizationCode).seconds(), 86_400);
    /// assert_eq!(api.lifetime(&GrantType::Implicit).seconds(), 7200);
    /// ```
    #[must_use]
    pub fn lifetime(&self, grant: &GrantType) -> Lifetime {
        match grant {
            GrantType::Implicit => self.settings.token_lifetime_for_web,
            _ => self.token_lifetime,
        }
    }

    /// Which clients get tokens of people.
    #[must_use]
    pub fn user_policy(&self) -> UserPolicy {
        let said = self.settings.subject_type_authorization.and_then(|said| said.user);
        said.map_or(UserPolicy::AllowAll, |said| said.policy)
    }

    /// Which clients get tokens in their own name.
    #[must_use]
    pub fn client_policy(&self) -> ClientPolicy {
        let said = self.settings.subject_type_authorization.and_then(|said| said.client);
        said.map_or(ClientPolicy::RequireClientGrant, |said| said.policy)
    }
}
