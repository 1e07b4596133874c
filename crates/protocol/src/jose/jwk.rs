//! Public keys as published at `/.well-known/jwks.json`.
//!
//! Source: RFC 7517 §4, §5; RFC 7518 §6.2.1, §6.3.1; RFC 8037 §2. RSA keys alone as a rule: some clients
//! read `n` and `e` of every entry of the set and stop at one that has none.

use serde::Serialize;

use doorward_model::ids::KeyId;

use super::JoseError;

/// One public key for signatures of one algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    /// The key type: `RSA`, `EC` or `OKP`.
    pub kty: &'static str,
    /// What it is for, `sig`.
    #[serde(rename = "use")]
    pub use_: &'static str,
    /// The one algorithm it is for, mostly `RS256`.
    pub alg: &'static str,
    /// Its id, which tokens name.
    pub kid: KeyId,
    /// The key itself.
    #[serde(flatten)]
    pub numbers: Numbers,
    /// The SHA-1 thumbprint of the certificate, base64url.
    pub x5t: String,
    /// The certificate, base64 of its DER (RFC 7517 §4.7: not base64url).
    pub x5c: [String; 1],
}

/// What a public key is, base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Numbers {
    /// Of an RSA key.
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
    /// Of a key on a curve.
    Curve {
        /// The curve: `P-256` or `Ed25519`.
        crv: &'static str,
        /// The one coordinate, or all there is.
        x: String,
        /// The other one; Ed25519 has none.
        #[serde(skip_serializing_if = "Option::is_none")]
        y: Option<String>,
    },
}

/// A set of public keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl JwkSet {
    /// The set as it is served, made once per change of keys.
    ///
    /// # Errors
    /// [`JoseError::Claims`] when it cannot be written, which no key set made here does.
    pub fn to_bytes(&self) -> Result<Vec<u8>, JoseError> {
        serde_json::to_vec(self).map_err(|_| JoseError::Claims)
    }
}
