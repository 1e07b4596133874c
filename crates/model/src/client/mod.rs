//! A client: an application that lets its users log in here.
//!
//! Source: the brief, "Client Settings". Field names are those of the Management API; a settings
//! object is stored as it is given back, so absent and empty stay different. What is acted upon has a
//! type; the rest stays as it came ([`further`]), each by the rule of its row in [`schema`].

pub mod addon;
pub mod auth_method;
pub mod callback;
pub mod credential;
pub mod defaults;
pub mod edit;
pub mod further;
pub mod grant_type;
pub mod jwt;
pub mod kind;
pub mod logout;
pub mod mobile;
pub mod origin;
pub mod refresh;
pub mod schema;
pub mod search;
pub mod secrets;
pub mod sso;
pub mod urls;

use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, CredentialId};
use crate::json::Object;
use crate::time::Timestamp;
use auth_method::AuthMethod;
use credential::AuthenticationMethods;
use further::{Further, IP_HEADER_TRUSTED};
use grant_type::GrantType;
use jwt::JwtConfiguration;
use kind::ClientKind;
use refresh::RefreshPolicy;

/// The client that every new installation starts with.
pub const DEFAULT_APP: &str = "Default App";
/// The one client per tenant that stands for all of them.
pub const GLOBAL_CLIENT: &str = "All Applications";

/// What may be set on a client, under the Management API's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSettings {
    /// Name for people; seen in the dashboard, on login pages, in logs.
    pub name: String,
    /// A few words about it, at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The client type; absent is legal and shows the settings of a regular web application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_type: Option<ClientKind>,
    /// Address of a logo, https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Whether it belongs to the same house as the tenant; others need consent.
    pub is_first_party: bool,
    /// Stored and given back; never loosens anything.
    pub oidc_conformant: bool,
    /// Allowed Callback URLs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callbacks: Option<Vec<String>>,
    /// Allowed Logout URLs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_logout_urls: Option<Vec<String>>,
    /// Allowed Origins (CORS); origins of callbacks are allowed besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_origins: Option<Vec<String>>,
    /// Allowed Web Origins, for silent login by `web_message`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_origins: Option<Vec<String>>,
    /// The grants it may use.
    pub grant_types: Vec<GrantType>,
    /// Token Endpoint Authentication Method; absent means confidential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// The private keys that it proves itself with instead of a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_authentication_methods: Option<AuthenticationMethods>,
    /// ID token settings.
    pub jwt_configuration: JwtConfiguration,
    /// Refresh token settings.
    pub refresh_token: RefreshPolicy,
    /// Use Doorward instead of the IdP to do Single Sign On.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso: Option<bool>,
    /// Switches single sign-on off for this client.
    pub sso_disabled: bool,
    /// Free texts of the admin's own, at most 10 pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Object>,
    /// Settings of the addons that are on, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addons: Option<Object>,
    /// Settings that are kept as they come.
    #[serde(flatten)]
    pub further: Further,
}

/// A client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The Client ID; made once, never changed, never used again after deletion.
    pub id: ClientId,
    /// True for the one client that stands for all of the tenant's.
    pub global: bool,
    /// Counts the changes of this row.
    pub version: i64,
    /// What may be set.
    pub settings: ClientSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Client {
    /// Whether it can keep a secret: every method but `none` (an absent one counts as a secret).
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.settings.token_endpoint_auth_method != Some(AuthMethod::None)
    }

    /// Whether it proves itself with a private key; its secrets prove nothing then.
    #[must_use]
    pub fn proves_by_key(&self) -> bool {
        self.settings.client_authentication_methods.is_some()
    }

    /// The credentials whose keys prove it.
    pub fn credentials(&self) -> impl Iterator<Item = &CredentialId> {
        let methods = self.settings.client_authentication_methods.as_ref();
        methods.into_iter().flat_map(|methods| &methods.private_key_jwt.credentials).map(|known| &known.id)
    }

    /// Whether there is a secret between it and us that ID tokens may be signed with.
    #[must_use]
    pub fn shares_a_secret(&self) -> bool {
        self.is_confidential() && !self.proves_by_key()
    }

    /// Whether it may say at the token endpoint for whom it asks. Only who keeps a secret can be
    /// believed: everybody could write such a header in the name of a public client.
    #[must_use]
    pub fn trusts_ip_header(&self) -> bool {
        self.is_confidential() && self.settings.further.is_on(IP_HEADER_TRUSTED)
    }

    /// Whether it may use `grant`.
    #[must_use]
    pub fn may_use(&self, grant: &GrantType) -> bool {
        self.settings.grant_types.contains(grant)
    }

    /// The callbacks, empty when absent.
    #[must_use]
    pub fn callbacks(&self) -> &[String] {
        self.settings.callbacks.as_deref().unwrap_or_default()
    }
}
