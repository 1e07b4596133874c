//! The grants that exist here, and those that clients bring along although nothing answers them yet.
//!
//! Source: RFC 6749 §4, §6; the Management API's `grant_types`. A value that is in neither list is
//! not accepted on a client.

use serde::{Deserialize, Serialize};

/// A grant type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum GrantType {
    /// A code from the authorization endpoint (RFC 6749 §4.1).
    AuthorizationCode,
    /// Tokens from the authorization endpoint (RFC 6749 §4.2).
    Implicit,
    /// A refresh token (RFC 6749 §6).
    RefreshToken,
    /// The client's own credentials (RFC 6749 §4.4).
    ClientCredentials,
    /// The person's own password, typed into the client (RFC 6749 §4.3).
    Password,
    /// The same at a connection that the request names.
    PasswordRealm,
    /// A device whose person logs in elsewhere (RFC 8628).
    DeviceCode,
    /// One that is stored and given back, and that no endpoint offers.
    Stored(StoredGrant),
}

/// The name of a grant that is only stored. All that exist stand in [`StoredGrant::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StoredGrant(&'static str);

impl StoredGrant {
    /// All of them: RFC 8693, CIBA, and the extensions and legacy grants of the original.
    pub const ALL: [StoredGrant; 13] = [
        StoredGrant("urn:openid:params:grant-type:ciba"),
        StoredGrant("urn:ietf:params:oauth:grant-type:token-exchange"),
        StoredGrant("http://auth0.com/oauth/grant-type/mfa-oob"),
        StoredGrant("http://auth0.com/oauth/grant-type/mfa-otp"),
        StoredGrant("http://auth0.com/oauth/grant-type/mfa-recovery-code"),
        StoredGrant("http://auth0.com/oauth/grant-type/passwordless/otp"),
        StoredGrant("urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token"),
        StoredGrant("urn:okta:params:oauth:grant-type:webauthn"),
        StoredGrant("http://auth0.com/oauth/legacy/grant-type/ro"),
        StoredGrant("http://auth0.com/oauth/legacy/grant-type/ro/jwt-bearer"),
        StoredGrant("http://auth0.com/oauth/legacy/grant-type/delegation/refresh_token"),
        StoredGrant("http://auth0.com/oauth/legacy/grant-type/delegation/id_token"),
        StoredGrant("http://auth0.com/oauth/legacy/grant-type/access_token"),
    ];
}

impl GrantType {
    /// Those that exist here.
    pub const ALL: [GrantType; 7] = [
        GrantType::AuthorizationCode,
        GrantType::Implicit,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::Password,
        GrantType::PasswordRealm,
        GrantType::DeviceCode,
    ];

    /// Those that a client may use when the API is told nothing about it. Passwords in the hands of a client
    /// are never among them.
    pub const USUAL: [GrantType; 4] = [
        GrantType::AuthorizationCode,
        GrantType::Implicit,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
    ];

    /// The values on the wire of all that a client may hold, those that exist here first.
    pub const NAMES: [&'static str; COUNT] = names();

    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            GrantType::AuthorizationCode => "authorization_code",
            GrantType::Implicit => "implicit",
            GrantType::RefreshToken => "refresh_token",
            GrantType::ClientCredentials => "client_credentials",
            GrantType::Password => "password",
            GrantType::PasswordRealm => "http://auth0.com/oauth/grant-type/password-realm",
            GrantType::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            GrantType::Stored(StoredGrant(name)) => name,
        }
    }

    /// Reads a wire value.
    ///
    /// ```
    /// use doorward_model::client::grant_type::GrantType;
    /// assert_eq!(GrantType::parse("implicit"), Some(GrantType::Implicit));
    /// assert!(matches!(GrantType::parse("urn:openid:params:grant-type:ciba"), Some(GrantType::Stored(_))));
    /// assert_eq!(GrantType::parse("magic"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::every().find(|grant| grant.as_str() == text)
    }

    /// All that a client may hold.
    pub fn every() -> impl Iterator<Item = GrantType> {
        Self::ALL.into_iter().chain(StoredGrant::ALL.into_iter().map(GrantType::Stored))
    }
}

const COUNT: usize = GrantType::ALL.len() + StoredGrant::ALL.len();

const fn names() -> [&'static str; COUNT] {
    let mut names = [""; COUNT];
    let mut at = 0;
    while at < names.len() {
        names[at] = match at.checked_sub(GrantType::ALL.len()) {
            Some(behind) => StoredGrant::ALL[behind].0,
            None => GrantType::ALL[at].as_str(),
        };
        at += 1;
    }
    names
}

impl From<GrantType> for &'static str {
    fn from(grant: GrantType) -> Self {
        grant.as_str()
    }
}

impl TryFrom<String> for GrantType {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text} is no grant type"))
    }
}
