//! JSON Web Signatures: keys, signing, verifying.
//!
//! Owns the algorithms of a tenant's keys, of a client's secret (HS256) and of what clients sign with keys
//! of their own, and pins each to its key: a token never chooses how it is verified. Must not know what the
//! claims mean.
//!
//! Source: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 §3 and RFC 8037 (algorithms), RFC 7519 (JWT), RFC 8725
//! (best current practice).

mod algorithm;
mod certificate;
mod der;
mod error;
mod jwk;
mod public_key;
mod secret_key;
mod tenant_key;
mod verify;

#[cfg(test)]
pub(crate) mod vectors;

pub use certificate::Certificate;
pub use error::JoseError;
pub use jwk::{Jwk, JwkSet, Numbers};
pub use public_key::{PemCertificate, PemKey, PublicKey, read_pem};
pub use secret_key::{SecretKey, sign_hs256, sign_hs256_as, verify_hs256};
pub use tenant_key::{TenantKey, TokenType};
pub use verify::{
    MAX_TOKEN, NamedKey, unverified_audiences, unverified_subject, verify, verify_by_any, verify_rs256,
};
