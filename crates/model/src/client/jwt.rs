//! ID token settings of a client.
//!
//! Source: the brief, "JWT Expiration (seconds)", 36000 by default; the Management API's
//! `jwt_configuration`.

use serde::{Deserialize, Serialize};

use crate::json::Object;
use crate::signing_alg::SigningAlg;
use crate::time::Lifetime;

/// The default life of an ID token: ten hours.
pub const DEFAULT_LIFETIME: Lifetime = Lifetime::from_seconds(36_000);

/// `jwt_configuration`, given back as sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JwtConfiguration {
    /// How long ID tokens live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_in_seconds: Option<Lifetime>,
    /// Whether the client secret is base64url text whose bytes are the HS256 key.
    pub secret_encoded: bool,
    /// Scopes with what they stand for; stored for those who read them there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Object>,
    /// The algorithm; absent means RS256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<SigningAlg>,
}

impl JwtConfiguration {
    /// The life that counts.
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime_in_seconds.unwrap_or(DEFAULT_LIFETIME)
    }

    /// The algorithm that counts. HS256 needs a secret, so a public client gets RS256 instead.
    #[must_use]
    pub fn algorithm(&self, is_confidential: bool) -> SigningAlg {
        match self.alg {
            Some(SigningAlg::HS256) if !is_confidential => SigningAlg::RS256,
            alg => alg.unwrap_or(SigningAlg::RS256),
        }
    }
}

/// What a change says about `jwt_configuration`: it replaces the object, all but a `secret_encoded`
/// that it does not name. Tools that must not know how the secret is kept leave that out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "each field is documented where it is kept, in JwtConfiguration")]
pub struct JwtPatch {
    pub lifetime_in_seconds: Option<Lifetime>,
    pub secret_encoded: Option<bool>,
    pub scopes: Option<Object>,
    pub alg: Option<SigningAlg>,
}

impl JwtPatch {
    /// What `current` becomes.
    ///
    /// ```
    /// use doorward_model::client::jwt::{JwtConfiguration, JwtPatch};
    /// let current = JwtConfiguration { secret_encoded: true, ..JwtConfiguration::default() };
    /// assert!(JwtPatch::default().onto(&current).secret_encoded);
    /// ```
    #[must_use]
    pub fn onto(self, current: &JwtConfiguration) -> JwtConfiguration {
        JwtConfiguration {
            lifetime_in_seconds: self.lifetime_in_seconds,
            secret_encoded: self.secret_encoded.unwrap_or(current.secret_encoded),
            scopes: self.scopes,
            alg: self.alg,
        }
    }
}

impl From<JwtConfiguration> for JwtPatch {
    fn from(whole: JwtConfiguration) -> Self {
        Self {
            lifetime_in_seconds: whole.lifetime_in_seconds,
            secret_encoded: Some(whole.secret_encoded),
            scopes: whole.scopes,
            alg: whole.alg,
        }
    }
}
